//! What differs between two states of a folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tacit_core::{
    cipher::DataKey,
    id::{CommitId, FolderId, SecretId, SecretImportId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    Connection,
    folder_versions::FolderVersionRow,
    history,
    secret_imports::{self, SecretImportRow},
};

use super::{Point, changes::find_commit, commits::require_commits, require_read};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    audit::Event,
    error::{Error, Result},
    secrets::{
        Location, Place, PlainSecret, find_folder, list_past,
        past::{self, PastSecret},
    },
};

/// Differences in one answer at most.
const DIFFERENCES_MAX: usize = 10_000;

/// Which states to compare.
#[derive(Clone, Debug)]
pub struct Compare {
    /// The folder, as it is called now.
    pub at: Location,
    /// The commit after which the first state was.
    pub commit: CommitId,
    /// The second state; `None` is now.
    pub to: Option<Point>,
    /// Whether the folders below belong to it.
    pub is_deep: bool,
    /// Whether values are wanted.
    pub shows_values: bool,
}

/// What differs.
#[derive(Debug)]
pub struct Comparison {
    /// The revision of the first state.
    pub from: i64,
    /// The revision of the second.
    pub to: i64,
    /// Whether the folder was there in the first state.
    pub was_there: bool,
    /// Folders that were made, renamed, described anew or deleted between them.
    pub folders: Vec<FolderDifference>,
    /// Imports that were made, changed or deleted between them.
    pub imports: Vec<ImportDifference>,
    /// Secrets that were made, changed or deleted between them, by path and name.
    pub secrets: Vec<SecretDifference>,
}

/// An import that differs.
#[derive(Debug)]
pub struct ImportDifference {
    /// The folder that includes.
    pub place: Arc<Place>,
    /// The import in the first state; `None` if it was not there.
    pub before: Option<SecretImportRow>,
    /// The import in the second state; `None` if it was not there.
    pub after: Option<SecretImportRow>,
}

/// A folder that differs.
#[derive(Debug)]
pub struct FolderDifference {
    /// Its path in the first state; `None` if it was not there.
    pub path_before: Option<String>,
    /// Its path in the second state; `None` if it was not there.
    pub path_after: Option<String>,
    /// The folder.
    pub folder_id: FolderId,
}

/// A secret that differs.
#[derive(Debug)]
pub struct SecretDifference {
    /// The secret in the first state; `None` if it was not there.
    pub before: Option<PlainSecret>,
    /// The secret in the second state; `None` if it was not there.
    pub after: Option<PlainSecret>,
}

/// Compares a folder after a commit with the folder at another point.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on `commits` and on `secret-rollback`, [`Error::NotFound`] for
/// an unknown environment, folder or commit, [`Error::Invalid`] if one of the states is not complete
/// any more or there are too many differences.
pub async fn compare(app: &App, caller: &Caller, request: &Compare) -> Result<Comparison> {
    let at = &request.at;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    require_commits(&access)?;
    require_read(&access)?;
    let folder = find_folder(&mut db, &access, &at.environment, &at.path).await?;
    let from = find_commit(&mut db, (caller, &access), &request.commit).await?.revision;
    let to = match request.to {
        Some(point) => point.revision(&mut db, &access, app.now()).await?,
        None => access.project.revision,
    };
    let before = State::read(&mut db, &access, &folder.id, from, request.is_deep).await?;
    let after = State::read(&mut db, &access, &folder.id, to, request.is_deep).await?;
    drop(db);
    let key = access.key_for(app, request.shows_values)?;
    let shower = Shower { access: &access, key: &key, shows_values: request.shows_values };
    let folders = shower.folders(&before, &after);
    let imports = shower.imports(&before, &after);
    let secrets = shower.secrets(before.secrets, after.secrets)?;
    let event = Event::new(app, caller, "compare-commits")
        .project(&access.project.id)
        .with("environment", at.environment.as_str())
        .with("secretPath", at.path.as_str())
        .with("fromRevision", from)
        .with("toRevision", to);
    app.audit.record(event)?;
    Ok(Comparison { from, to, was_there: before.is_there, folders, imports, secrets })
}

/// A folder at a revision; empty if it was not there.
#[derive(Default)]
struct State {
    is_there: bool,
    folders: BTreeMap<FolderId, (Arc<Place>, FolderVersionRow)>,
    imports: BTreeMap<SecretImportId, (Arc<Place>, SecretImportRow)>,
    secrets: BTreeMap<SecretId, PastSecret>,
}

impl State {
    async fn read(
        db: &mut Connection,
        access: &ProjectAccess,
        folder: &FolderId,
        revision: i64,
        is_deep: bool,
    ) -> Result<Self> {
        let mut state = Self::default();
        let Some(base) = past::place_at(db, access, folder, revision).await? else {
            super::require_structure_kept(db, access, revision).await?;
            return Ok(state);
        };
        state.is_there = true;
        let secrets = list_past::state(db, access, &base, revision, is_deep).await?;
        state.secrets = secrets.into_iter().map(|past| (past.version.secret.id.clone(), past)).collect();
        let rows = if is_deep {
            history::folders_below(db, folder, revision).await?
        } else {
            history::children(db, folder, revision).await?
        };
        for row in rows.into_iter().filter(|row| row.folder_id != *folder) {
            let place = past::place_at(db, access, &row.folder_id, revision).await?;
            let place = place.ok_or_else(|| Error::Internal("a folder without a path".to_owned()))?;
            if is_deep {
                state.add_imports(db, &place, revision).await?;
            }
            state.folders.insert(row.folder_id.clone(), (place, row));
        }
        state.add_imports(db, &base, revision).await?;
        Ok(state)
    }

    async fn add_imports(&mut self, db: &mut Connection, place: &Arc<Place>, revision: i64) -> Result<()> {
        for row in secret_imports::list_at(db, &place.folder_id, revision).await? {
            self.imports.insert(row.id.clone(), (Arc::clone(place), row));
        }
        Ok(())
    }
}

struct Shower<'a> {
    access: &'a ProjectAccess,
    key: &'a DataKey,
    shows_values: bool,
}

impl Shower<'_> {
    fn folders(&self, before: &State, after: &State) -> Vec<FolderDifference> {
        let ids =
            before.folders.keys().chain(after.folders.keys().filter(|id| !before.folders.contains_key(id)));
        let mut differences = Vec::new();
        for id in ids {
            let (then, now) = (before.folders.get(id), after.folders.get(id));
            let version = |side: Option<&(Arc<Place>, FolderVersionRow)>| side.map(|(_, row)| row.version);
            let is_visible = [then, now].into_iter().flatten().all(|(place, _)| self.sees(place));
            if version(then) != version(now) && is_visible {
                let path =
                    |side: Option<&(Arc<Place>, FolderVersionRow)>| side.map(|(place, _)| place.path.clone());
                differences.push(FolderDifference {
                    path_before: path(then),
                    path_after: path(now),
                    folder_id: id.clone(),
                });
            }
        }
        differences
            .sort_by(|a, b| a.path_before.cmp(&b.path_before).then_with(|| a.path_after.cmp(&b.path_after)));
        differences
    }

    fn imports(&self, before: &State, after: &State) -> Vec<ImportDifference> {
        let ids: BTreeSet<_> = before.imports.keys().chain(after.imports.keys()).collect();
        let mut differences = Vec::new();
        for id in ids {
            let (then, now) = (before.imports.get(id), after.imports.get(id));
            let sees = |(place, _): &(Arc<Place>, SecretImportRow)| {
                self.access.permissions.allows(Action::Read, Subject::SecretImports, &place.folder())
            };
            let Some((place, _)) = now.or(then) else { continue };
            let row = |side: Option<&(Arc<Place>, SecretImportRow)>| side.map(|(_, row)| row.clone());
            let version = |side: Option<&(Arc<Place>, SecretImportRow)>| side.map(|(_, row)| row.version);
            if version(then) != version(now) && then.into_iter().chain(now).all(sees) {
                let (before, after) = (row(then), row(now));
                differences.push(ImportDifference { place: Arc::clone(place), before, after });
            }
        }
        differences
    }

    /// A folder is seen by who may read the folders beside it.
    fn sees(&self, place: &Place) -> bool {
        let parent = match place.path.rsplit_once('/') {
            Some(("", _)) | None => "/",
            Some((parent, _)) => parent,
        };
        let object = Object::new().environment(&place.environment).secret_path(parent);
        self.access.permissions.allows(Action::Read, Subject::SecretFolders, &object)
    }

    fn secrets(
        &self,
        mut before: BTreeMap<SecretId, PastSecret>,
        mut after: BTreeMap<SecretId, PastSecret>,
    ) -> Result<Vec<SecretDifference>> {
        let mut differences = Vec::new();
        let ids: Vec<SecretId> = before.keys().chain(after.keys()).cloned().collect();
        for id in ids {
            let (then, now) = (before.remove(&id), after.remove(&id));
            let version = |side: &Option<PastSecret>| side.as_ref().map(|past| past.version.secret.version);
            let is_visible =
                then.iter().chain(&now).all(|past| past.allows(self.access, Action::DescribeSecret));
            if version(&then) == version(&now) || !is_visible {
                continue;
            }
            let (mut before, mut after) = (self.plain(then)?, self.plain(now)?);
            if is_same(before.as_ref(), after.as_ref()) {
                continue;
            }
            if !self.shows_values {
                before.iter_mut().chain(&mut after).for_each(|secret| secret.value = None);
            }
            differences.push(SecretDifference { before, after });
            if differences.len() > DIFFERENCES_MAX {
                return Err(Error::Invalid(format!(
                    "More than {DIFFERENCES_MAX} secrets differ; compare folder by folder"
                )));
            }
        }
        differences.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(differences)
    }

    fn plain(&self, past: Option<PastSecret>) -> Result<Option<PlainSecret>> {
        let Some(past) = past else { return Ok(None) };
        let is_readable = past.allows(self.access, Action::ReadValue);
        Ok(Some(past.decrypt(self.key, is_readable)?))
    }
}

/// Whether two versions have the same content, as far as the caller may know: if it may not read a
/// value, it does not learn that it is the same.
fn is_same(before: Option<&PlainSecret>, after: Option<&PlainSecret>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    before.value.is_some()
        && before.value == after.value
        && before.comment == after.comment
        && before.metadata == after.metadata
        && before.tags == after.tags
        && before.row.name == after.row.name
        && before.row.skip_multiline_encoding == after.row.skip_multiline_encoding
        && before.row.reminder_note == after.row.reminder_note
        && before.row.reminder_repeat_days == after.row.reminder_repeat_days
}

fn order(difference: &SecretDifference) -> Option<(&str, &str)> {
    let secret = difference.after.as_ref().or(difference.before.as_ref());
    secret.map(|secret| (secret.place.path.as_str(), secret.row.name.as_str()))
}
