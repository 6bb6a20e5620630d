//! What is inside a folder, for the rights that renaming and deleting it need.

use std::collections::HashMap;

use tacit_core::{
    name::SecretPath,
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection, folders, folders::FolderRow, secret_imports, secret_tags, secrets, secrets::SecretHeadRow,
};

use super::{require, stored_path};
use crate::app::{
    access::ProjectAccess,
    error::Result,
    secrets::{by_secret, slugs},
};

/// A folder with everything in it.
pub(super) struct Inside {
    environment: String,
    path: SecretPath,
    /// The folders below, without the folder itself.
    pub(super) folders: Vec<FolderRow>,
    /// The secrets in it and in the folders below, with their paths and the slugs of their tags.
    pub(super) secrets: Vec<(SecretHeadRow, String, Vec<String>)>,
    /// The paths of the folders in it that have imports, and its own if it has.
    importing: Vec<String>,
}

impl Inside {
    /// Reads what is inside `folder`.
    pub(super) async fn of(db: &mut Connection, environment: &str, folder: &FolderRow) -> Result<Self> {
        let path = stored_path(&folder.path)?;
        let below = folders::below(db, &folder.environment_id, &path).await?;
        let heads = secrets::heads_below(db, &folder.environment_id, &path).await?;
        let tags = secret_tags::below(db, &folder.environment_id, &path).await?;
        let mut tags = by_secret(tags);
        let paths: HashMap<_, _> = below.iter().chain([folder]).map(|row| (&row.id, &row.path)).collect();
        let mut all = Vec::with_capacity(heads.len());
        for head in heads {
            let slugs = slugs(&tags.remove(&head.id).unwrap_or_default());
            let at = paths.get(&head.folder_id).map_or_else(String::new, |path| (*path).clone());
            all.push((head, at, slugs));
        }
        let mut importing = Vec::new();
        for import in secret_imports::list_below(db, &folder.environment_id, &path).await? {
            importing.extend(paths.get(&import.folder_id).map(|path| (*path).clone()));
        }
        Ok(Self { environment: environment.to_owned(), path, folders: below, secrets: all, importing })
    }

    /// Asks for a right on the imports of each folder that has some.
    pub(super) fn require_imports(&self, access: &ProjectAccess, action: Action) -> Result<()> {
        for path in &self.importing {
            let object = Object::new().environment(&self.environment).secret_path(path);
            access.require(action, Subject::SecretImports, &object)?;
        }
        Ok(())
    }

    /// Asks for a right on each folder below.
    pub(super) fn require_folders(&self, access: &ProjectAccess, action: Action) -> Result<()> {
        for folder in &self.folders {
            let parent = stored_path(&folder.path)?.parent().unwrap_or_else(SecretPath::root);
            require(access, action, &self.environment, parent.as_str())?;
        }
        Ok(())
    }

    /// Asks for rights on each secret where it is.
    pub(super) fn require_secrets(&self, access: &ProjectAccess, actions: &[Action]) -> Result<()> {
        self.require_secrets_at(access, actions, &self.path)
    }

    /// Asks for rights on each secret where it would be if the folder were at `to`.
    pub(super) fn require_secrets_at(
        &self,
        access: &ProjectAccess,
        actions: &[Action],
        to: &SecretPath,
    ) -> Result<()> {
        for (head, at, slugs) in &self.secrets {
            let below = at.get(self.path.as_str().len()..).unwrap_or_default();
            let path = format!("{to}{below}");
            let object = Object::new()
                .environment(&self.environment)
                .secret_path(&path)
                .secret_name(&head.name)
                .secret_tags(slugs);
            for action in actions {
                access.require(*action, Subject::Secrets, &object)?;
            }
        }
        Ok(())
    }
}
