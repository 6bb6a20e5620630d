//! Which secrets refer to a secret: the references read backwards.
//!
//! A reference means what it means to the caller, as in reading: an import of theirs that they may not
//! see does not count.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use tacit_core::{
    cipher::DataKey,
    id::{ProjectId, SecretId},
    name::{SecretName, SecretPath},
    permission::{Action, Object, Subject},
};
use tacit_store::{Connection, folders, secret_imports, secret_references, secret_tags, secrets};

use super::{
    decide::{Judged, possible},
    location::Place,
    past::{present, present_place},
    reference_index::{absolute, ensure, local},
    source::{Hidden, Source},
    state::sorted,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Issue, Result},
};

/// Secrets that refer to one secret, as far as they are looked for.
pub const USES_MAX: usize = 1_000;
/// Secrets in one question at most.
pub const USED_BY_LENGTH_MAX: usize = 100;
/// Folders that import one folder, directly or through others, as far as they are looked for.
pub const FOLDERS_MAX: usize = 1_000;

/// A secret that refers to the one asked about.
#[derive(Clone, Debug)]
pub struct SecretUse {
    /// Where it is.
    pub place: Arc<Place>,
    /// Its id.
    pub id: SecretId,
    /// Its name.
    pub name: String,
}

/// The secrets that refer to a secret.
#[derive(Clone, Debug)]
pub struct Uses {
    /// By environment, path and name. Those the caller may not see are left out.
    pub secrets: Vec<SecretUse>,
    /// False if there were more than [`USES_MAX`] or [`FOLDERS_MAX`] to look at.
    pub is_complete: bool,
}

/// The secrets whose present value refers to a secret, directly or through imports.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to see the secret, [`Error::NotFound`] if the project has none
/// with that id.
pub async fn used_by(app: &App, caller: &Caller, project: &ProjectName, id: &SecretId) -> Result<Uses> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    possible(&access, Action::DescribeSecret, &Object::default())?;
    uses_of(app, caller, (db, &access), id).await
}

/// The same for secrets named by environment, path and name, in the order asked for. A secret that is
/// not there, or that the caller may not see, has none.
///
/// # Errors
///
/// [`Error::Form`] for a list that is empty or longer than [`USED_BY_LENGTH_MAX`], else as
/// [`ProjectAccess::enter`].
pub async fn used_by_names(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    names: &[(String, SecretPath, SecretName)],
) -> Result<Vec<Uses>> {
    if names.is_empty() || names.len() > USED_BY_LENGTH_MAX {
        let wrong = format!("must have 1 to {USED_BY_LENGTH_MAX} items");
        return Err(Error::Form(vec![Issue::at("secrets", wrong)]));
    }
    let mut all = Vec::with_capacity(names.len());
    for (environment, path, name) in names {
        let mut db = app.database.read().await?;
        let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
        let none = Uses { secrets: Vec::new(), is_complete: true };
        let folder = folders::find(&mut db, &access.project.id, environment, path).await?;
        let secret = match folder {
            Some(folder) => secrets::find(&mut db, &folder.id, name.as_str()).await?,
            None => None,
        };
        let Some(secret) = secret else {
            all.push(none);
            continue;
        };
        all.push(match uses_of(app, caller, (db, &access), &secret.id).await {
            Err(Error::NotFound(_) | Error::Forbidden(_)) => none,
            uses => uses?,
        });
    }
    Ok(all)
}

async fn uses_of(
    app: &App,
    caller: &Caller,
    (mut db, access): (Connection, &ProjectAccess),
    id: &SecretId,
) -> Result<Uses> {
    let unknown = || Error::NotFound(format!("Secret with ID '{id}' was not found"));
    let row = secrets::find_in_project(&mut db, &access.project.id, id).await?.ok_or_else(unknown)?;
    let place = present_place(&mut db, &row.folder_id).await?.ok_or_else(unknown)?;
    let tags = sorted(secret_tags::of_secret(&mut db, id).await?);
    Judged::new(access, &place, &row.name, &tags).require(Action::DescribeSecret)?;
    let key = access.sealed_key(app)?;
    if !secret_references::is_indexed(&mut db, &access.project.id).await? {
        drop(db);
        index(app, &access.project.id, &key).await?;
        db = app.database.read().await?;
    }
    let mut source = Source::new(&mut db, access, &key, None);
    let found = find(&mut source, &place, id, &row.name).await?;
    let secrets = visible(&mut source, found.secrets, id).await?;
    let uses = Uses { secrets, is_complete: found.is_complete };
    let event = Event::new(app, caller, "list-secret-uses")
        .project(&access.project.id)
        .with("environment", place.environment.as_str())
        .with("secretPath", place.path.as_str())
        .with("secretId", id.as_str())
        .with("secretKey", row.name.as_str())
        .with("numberOfSecrets", uses.secrets.len());
    app.audit.record(event)?;
    Ok(uses)
}

async fn index(app: &App, project: &ProjectId, key: &Arc<DataKey>) -> Result<()> {
    let (project, key) = (project.clone(), Arc::clone(key));
    app.write(move |work| Box::pin(async move { ensure(&mut work.db, &project, &key).await })).await
}

/// Makes the index of references of a project that is older than the index, without waiting for the
/// first who asks.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to change the project.
pub async fn index_references(app: &App, caller: &Caller, project: &ProjectName) -> Result<()> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Edit, Subject::Workspace)?;
    drop(db);
    index(app, &access.project.id, &access.sealed_key(app)?).await?;
    app.audit.record(Event::new(app, caller, "index-secret-references").project(&access.project.id))
}

/// What refers to a secret, whoever may see it.
pub(super) struct Found {
    /// The folders at which references name the secret.
    pub(super) folders: Vec<Arc<Place>>,
    /// The secrets that have them, perhaps itself.
    pub(super) secrets: BTreeSet<SecretId>,
    /// Whether that is all.
    pub(super) is_complete: bool,
}

/// Finds what refers to a secret that is called `name` and in the folder `place`.
pub(super) async fn find(
    source: &mut Source<'_>,
    place: &Arc<Place>,
    secret: &SecretId,
    name: &str,
) -> Result<Found> {
    let (importers, mut is_complete) = importers(source, place).await?;
    let (mut folders, mut secrets) = (Vec::new(), BTreeSet::new());
    for folder in importers {
        let users = users(source, &folder, name).await?;
        if users.is_empty() || !means(source, &folder, name, secret).await? {
            continue;
        }
        folders.push(folder);
        secrets.extend(users);
        if secrets.len() > USES_MAX {
            is_complete = false;
            break;
        }
    }
    while secrets.len() > USES_MAX {
        secrets.pop_last();
    }
    Ok(Found { folders, secrets, is_complete })
}

/// A folder and those that import it, directly or through others, and whether that is all.
async fn importers(source: &mut Source<'_>, place: &Arc<Place>) -> Result<(Vec<Arc<Place>>, bool)> {
    let mut seen = HashSet::from([place.folder_id.clone()]);
    let mut found = vec![Arc::clone(place)];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        next += 1;
        let mut ids = secret_imports::importers(source.db(), &folder.environment_id, &folder.path).await?;
        ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        for id in ids {
            if !seen.insert(id.clone()) {
                continue;
            }
            if found.len() == FOLDERS_MAX {
                return Ok((found, false));
            }
            found.extend(present_place(source.db(), &id).await?);
        }
    }
    Ok((found, true))
}

/// The secrets with a reference to `name` at a folder, one more than [`USES_MAX`] of each kind at most.
async fn users(source: &mut Source<'_>, folder: &Place, name: &str) -> Result<Vec<SecretId>> {
    let hashes = source.key().each().flat_map(|key| {
        [local(key, &folder.folder_id, name), absolute(key, &folder.environment, &folder.path, name)]
    });
    let hashes: Vec<[u8; 32]> = hashes.collect();
    let limit = i64::try_from(USES_MAX + 1).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for hash in hashes {
        let rows = secret_references::users(source.db(), &hash, limit).await?;
        found.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(found)
}

/// Whether a reference to `name` at a folder means the secret.
pub(super) async fn means(
    source: &mut Source<'_>,
    folder: &Arc<Place>,
    name: &str,
    secret: &SecretId,
) -> Result<bool> {
    let found = match source.secret(folder, name).await? {
        Some(own) => Some(own),
        None => source.find_imported(&folder.folder_id, name, Hidden::Found).await?,
    };
    Ok(found.is_some_and(|found| found.stored.row.id == *secret))
}

/// Those of the secrets that the caller may see, without the one asked about.
async fn visible(
    source: &mut Source<'_>,
    ids: BTreeSet<SecretId>,
    asked: &SecretId,
) -> Result<Vec<SecretUse>> {
    let mut all = Vec::new();
    for id in ids.into_iter().filter(|id| id != asked) {
        let Some(now) = present(source.db(), &id).await? else { continue };
        if now.require(source.access(), Action::DescribeSecret).is_ok() {
            all.push(SecretUse { place: now.place, id, name: now.name });
        }
    }
    all.sort_by(|one, other| {
        (&one.place.environment, &one.place.path, &one.name).cmp(&(
            &other.place.environment,
            &other.place.path,
            &other.name,
        ))
    });
    Ok(all)
}
