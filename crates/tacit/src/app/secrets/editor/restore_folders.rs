//! Bringing folders back to what they were.

use tacit_core::{
    id::FolderId,
    name::{FolderName, SecretPath},
    permission::Action,
};
use tacit_store::{
    folder_versions::{self, FolderVersionRow},
    folders::{self, FolderRow},
    history,
};

use super::Editor;
use crate::app::{
    Patch,
    access::ProjectName,
    error::{Error, Result},
    folders::{self as use_cases, FolderChange},
    secrets::{location::Location, past},
};

impl Editor<'_> {
    /// Deletes folders that were not there. By now they are empty, if what is in them was not there
    /// either.
    pub(super) async fn remove_folders(
        &mut self,
        folders: Vec<(FolderId, Option<FolderVersionRow>)>,
    ) -> Result<usize> {
        let mut rows = Vec::new();
        for (id, _) in folders {
            rows.extend(folders::find_by_id(&mut self.work.db, &id).await?);
        }
        // The deepest first.
        rows.sort_by_key(|row| std::cmp::Reverse(row.path.matches('/').count()));
        for row in &rows {
            self.remove_folder(row).await?;
        }
        Ok(rows.len())
    }

    async fn remove_folder(&mut self, row: &FolderRow) -> Result<()> {
        let (environment, path) = self.folder_place(row).await?;
        let parent = path.parent().ok_or_else(|| Error::Invalid("The root cannot be deleted".to_owned()))?;
        use_cases::require(&self.access, Action::Delete, &environment, parent.as_str())?;
        let db = &mut self.work.db;
        let is_empty = folders::children(db, &row.id).await?.is_empty()
            && history::present_secrets(db, &row.id, self.commit.revision(), false).await?.is_empty();
        if !is_empty {
            return Err(Error::Invalid(format!("The folder '{path}' has things in it that were made later")));
        }
        use_cases::delete_row(self.work, &mut self.commit, row).await?;
        self.touched.remove(&row.id);
        Ok(())
    }

    /// Gives folders their names and descriptions back, and makes those that are missing.
    pub(super) async fn return_folders(&mut self, folders: Vec<FolderVersionRow>) -> Result<usize> {
        self.places.clear();
        let (mut renamed, mut missing) = (Vec::new(), Vec::new());
        for past in folders {
            match folders::find_by_id(&mut self.work.db, &past.folder_id).await? {
                Some(now) if now.version == past.version => {}
                Some(now) if now.name == past.name && now.description == past.description => {}
                Some(_) => renamed.push(past),
                None => missing.push(past),
            }
        }
        let count = renamed.len() + missing.len();
        // A name may be taken until another folder gives it up; a folder needs the one above it.
        while !(renamed.is_empty() && missing.is_empty()) {
            let left = renamed.len() + missing.len();
            let (mut renamed_later, mut missing_later) = (Vec::new(), Vec::new());
            for past in renamed {
                if !self.return_name(&past).await? {
                    renamed_later.push(past);
                }
            }
            for past in missing {
                if !self.revive_folder(&past).await? {
                    missing_later.push(past);
                }
            }
            (renamed, missing) = (renamed_later, missing_later);
            if renamed.len() + missing.len() == left {
                return Err(stuck(renamed.first().or(missing.first())));
            }
        }
        Ok(count)
    }

    /// `false` if another folder has the name.
    async fn return_name(&mut self, past: &FolderVersionRow) -> Result<bool> {
        let Some(row) = folders::find_by_id(&mut self.work.db, &past.folder_id).await? else {
            return Ok(false);
        };
        let (environment, path) = self.folder_place(&row).await?;
        let parent = path.parent().ok_or_else(|| Error::Invalid("The root cannot be renamed".to_owned()))?;
        if row.name != past.name && self.has_child(row.parent_id.as_ref(), &past.name).await? {
            return Ok(false);
        }
        use_cases::require(&self.access, Action::Edit, &environment, parent.as_str())?;
        let change = FolderChange {
            at: Location {
                project: ProjectName::Id(self.access.project.id.to_string()),
                environment,
                path: parent,
            },
            id_or_name: row.id.to_string(),
            name: name_of(past)?,
            description: past.description.clone().map_or(Patch::Clear, Patch::Set),
        };
        use_cases::change_one(self.work, &self.access, &mut self.commit, change, row).await?;
        Ok(true)
    }

    /// Makes a deleted folder again, under its id, as its next version. `false` if the folder above is
    /// not there (yet), or another has its name.
    async fn revive_folder(&mut self, past: &FolderVersionRow) -> Result<bool> {
        let Some(parent) = &past.parent_id else { return Ok(false) };
        let Some(above) = folders::find_by_id(&mut self.work.db, parent).await? else { return Ok(false) };
        if self.has_child(Some(parent), &past.name).await? {
            return Ok(false);
        }
        let (environment, path) = self.folder_place(&above).await?;
        use_cases::require(&self.access, Action::Create, &environment, path.as_str())?;
        let path = path.join(&name_of(past)?).map_err(|error| Error::Invalid(error.to_string()))?;
        let newest = folder_versions::newest(&mut self.work.db, &past.folder_id).await?;
        let row = FolderRow {
            version: newest.map_or(0, |newest| newest.version) + 1,
            description: past.description.clone(),
            created_at: past.folder_created_at,
            ..use_cases::new_row(past.folder_id.clone(), &above, &past.name, &path, self.now)
        };
        use_cases::insert_row(self.work, &mut self.commit, &row).await?;
        Ok(true)
    }

    async fn has_child(&mut self, parent: Option<&FolderId>, name: &str) -> Result<bool> {
        let Some(parent) = parent else { return Ok(false) };
        let found = folders::find_child(&mut self.work.db, parent, name).await?;
        Ok(found.is_some_and(|child| child.name == name))
    }

    /// The environment and path of a folder now.
    async fn folder_place(&mut self, row: &FolderRow) -> Result<(String, SecretPath)> {
        let place = past::present_place(&mut self.work.db, &row.id).await?;
        let place = place.ok_or_else(|| Error::Internal("a folder without a place".to_owned()))?;
        let path = SecretPath::parse(&place.path)
            .map_err(|error| Error::Internal(format!("a stored path: {error}")))?;
        Ok((place.environment.clone(), path))
    }
}

fn name_of(past: &FolderVersionRow) -> Result<FolderName> {
    FolderName::parse(&past.name).map_err(|error| Error::Internal(format!("a stored name: {error}")))
}

fn stuck(past: Option<&FolderVersionRow>) -> Error {
    let name = past.map_or("", |past| past.name.as_str());
    Error::Invalid(format!(
        "The folder '{name}' cannot come back: another has its name, or the folder above it does not exist"
    ))
}
