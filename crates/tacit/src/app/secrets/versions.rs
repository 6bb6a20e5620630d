//! The versions of a secret: listing them, reading an old value, and making one the present again.

use std::sync::Arc;

use tacit_core::{
    cipher::DataKey,
    id::SecretId,
    permission::{Action, Subject},
};
use tacit_store::{Connection, secret_versions, secret_versions::SecretVersionRow};

use super::{
    editor::{Editor, Restoration},
    past::{self, PastSecret, TagBook},
    plain::PlainSecret,
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    history::require_read,
};

/// Versions in one answer at most: as many as are ever kept.
pub const VERSIONS_LISTED_MAX: i64 = 100;

/// Names one version of one secret: the id of the secret, `-v` and the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionId {
    /// The secret.
    pub secret: SecretId,
    /// The version.
    pub version: i64,
}

impl VersionId {
    /// Reads the text of a version's id; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (secret, version) = text.rsplit_once("-v")?;
        Some(Self { secret: SecretId::new(secret), version: version.parse().ok()? })
    }
}

impl std::fmt::Display for VersionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-v{}", self.secret, self.version)
    }
}

/// Which versions of a secret to list, and how much of them.
#[derive(Clone, Debug)]
pub struct ListVersions {
    /// The secret.
    pub secret: SecretId,
    /// Versions to leave out, from the newest on.
    pub offset: i64,
    /// Versions at most, up to [`VERSIONS_LISTED_MAX`].
    pub limit: i64,
    /// Whether values are wanted.
    pub shows_values: bool,
}

/// Lists the versions of a secret that are kept, newest first; of a deleted one too. Those the caller
/// may not see are left out, values it may not read or does not want are hidden.
///
/// # Errors
///
/// [`Error::NotFound`] for an unknown secret and one of another organization alike,
/// [`Error::Forbidden`] without the right to read history or to see the secret as it is.
pub async fn list_versions(app: &App, caller: &Caller, request: &ListVersions) -> Result<Vec<PlainSecret>> {
    let ListVersions { secret: id, offset, limit, shows_values } = request;
    let mut db = app.database.read().await?;
    let unknown = || Error::NotFound(format!("Secret with ID '{id}' was not found"));
    let newest = secret_versions::find_in_organization(&mut db, &caller.organization()?.id, id, None)
        .await?
        .ok_or_else(unknown)?;
    let access = enter(&mut db, app, caller, &newest).await.map_err(|error| or_unknown(error, unknown))?;
    require_read(&access)?;
    let tags = TagBook::read(&mut db, &access).await?;
    let newest = past::open(&mut db, &access, &tags, newest).await?.ok_or_else(unknown)?;
    newest.require(&access, Action::DescribeSecret)?;
    let key = access.key_for(app, *shows_values)?;
    let mut found = Vec::new();
    for row in secret_versions::list(&mut db, id, *offset, VERSIONS_LISTED_MAX.min(*limit)).await? {
        let past = past::open(&mut db, &access, &tags, row).await?;
        let Some(past) = past.filter(|past| past.allows(&access, Action::DescribeSecret)) else { continue };
        found.push(past.decrypt(&key, *shows_values && past.allows(&access, Action::ReadValue))?);
    }
    app.audit
        .record(event(app, caller, "get-secret-versions", &newest).with("numberOfVersions", found.len()))?;
    Ok(found)
}

/// Reads one version of a secret with its value.
///
/// # Errors
///
/// As [`list_versions`], and [`Error::Forbidden`] without the right to read the value as it was and as
/// it is.
pub async fn get_version(app: &App, caller: &Caller, id: &VersionId) -> Result<PlainSecret> {
    read_version(app, caller, id, ProjectAccess::data_key).await
}

/// Shows a person one version of a secret with its value, also if the API hands out none.
///
/// # Errors
///
/// As [`get_version`].
pub async fn reveal_version(app: &App, caller: &Caller, id: &VersionId) -> Result<PlainSecret> {
    read_version(app, caller, id, ProjectAccess::sealed_key).await
}

async fn read_version(
    app: &App,
    caller: &Caller,
    id: &VersionId,
    key: impl FnOnce(&ProjectAccess, &App) -> Result<Arc<DataKey>>,
) -> Result<PlainSecret> {
    let mut db = app.database.read().await?;
    let (access, past) = find(&mut db, app, caller, id).await?;
    require_read(&access)?;
    past.require(&access, Action::DescribeSecret)?;
    past.require(&access, Action::ReadValue)?;
    let secret = past.decrypt(&*key(&access, app)?, true)?;
    app.audit.record(event(app, caller, "get-secret-version", &past))?;
    Ok(secret)
}

/// Makes an old version of a secret the present one again, as a new version; a deleted secret comes
/// back. Tags that were deleted since do not.
///
/// # Errors
///
/// [`Error::Forbidden`] without `create` on `secret-rollback`, the right to read the value of the old
/// version and the right to edit the secret (or make it, if it was deleted); [`Error::NotFound`] for a
/// version that is not kept; [`Error::Invalid`] if its name is taken or its folder gone.
pub async fn restore_version(
    app: &App,
    caller: &Caller,
    id: VersionId,
    message: Option<String>,
) -> Result<PlainSecret> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { restore(work, &caller, &id, message).await })).await
}

async fn restore(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &VersionId,
    message: Option<String>,
) -> Result<PlainSecret> {
    let app = work.app.clone();
    let (access, _) = find(&mut work.db, &app, caller, id).await?;
    access.require_any(Action::Create, Subject::SecretRollback)?;
    let mut editor = Editor::open(work, caller, access).await?;
    let (db, access) = editor.parts();
    let unknown = || Error::NotFound(format!("Version '{id}' was not found"));
    let row = secret_versions::find(db, &id.secret, id.version).await?.ok_or_else(unknown)?;
    let tags = TagBook::read(db, access).await?;
    let past = past::open(db, access, &tags, row).await?.ok_or_else(unknown)?;
    past.require(access, Action::DescribeSecret)?;
    let event = event(&app, caller, "restore-secret-version", &past);
    let secrets = vec![(id.secret.clone(), Some(past))];
    editor.restore(Restoration { secrets, ..Restoration::default() }).await?;
    let secret = editor.shown_by_id(&id.secret).await?;
    editor.say(message);
    editor.finish(event).await?;
    Ok(secret)
}

async fn find(
    db: &mut Connection,
    app: &App,
    caller: &Caller,
    id: &VersionId,
) -> Result<(ProjectAccess, PastSecret)> {
    let unknown = || Error::NotFound(format!("Version '{id}' was not found"));
    let organization = &caller.organization()?.id;
    let found = secret_versions::find_in_organization(db, organization, &id.secret, Some(id.version)).await?;
    let row = found.ok_or_else(unknown)?;
    let access = enter(db, app, caller, &row).await.map_err(|error| or_unknown(error, unknown))?;
    let tags = TagBook::read(db, &access).await?;
    let past = past::open(db, &access, &tags, row).await?.ok_or_else(unknown)?;
    Ok((access, past))
}

/// The caller's place in the project of a version. A personal override has no history.
async fn enter(
    db: &mut Connection,
    app: &App,
    caller: &Caller,
    row: &SecretVersionRow,
) -> Result<ProjectAccess> {
    if !row.secret.owner_user_id.is_empty() {
        return Err(Error::NotFound("Personal overrides have no history".to_owned()));
    }
    let project = ProjectName::Id(row.project_id.as_str().to_owned());
    ProjectAccess::enter(db, caller, &project, app.now()).await
}

/// A thing of another organization is as unknown as one that never was.
fn or_unknown(error: Error, unknown: impl FnOnce() -> Error) -> Error {
    if matches!(error, Error::NotFound(_)) { unknown() } else { error }
}

fn event(app: &App, caller: &Caller, kind: &str, past: &PastSecret) -> Event {
    let secret = &past.version.secret;
    Event::new(app, caller, kind)
        .project(&past.version.project_id)
        .with("environment", past.place.environment.as_str())
        .with("secretPath", past.place.path.as_str())
        .with("secretId", secret.id.as_str())
        .with("secretKey", secret.name.as_str())
        .with("secretVersion", secret.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_version_reads_back() {
        let id = VersionId { secret: SecretId::new("0190-v1-a"), version: 12 };
        assert_eq!(VersionId::parse(&id.to_string()), Some(id));
        for text in ["", "0190", "0190-v", "0190-vx"] {
            assert_eq!(VersionId::parse(text), None, "{text}");
        }
    }
}
