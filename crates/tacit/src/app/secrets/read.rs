//! Reading one secret.

use std::sync::Arc;

use tacit_core::{
    id::{SecretId, TagId},
    permission::Action,
};
use tacit_store::{Connection, folders, secret_tags, secret_versions, secrets, secrets::SecretRow, tags};

use super::{
    Kind,
    decide::{Judged, possible},
    location::{Location, Place, find_place},
    not_found,
    plain::PlainSecret,
    state::{Tag, sorted},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
};

/// Which secret to read, and how much of it.
#[derive(Clone, Debug)]
pub struct GetSecret {
    /// Where it is.
    pub at: Location,
    /// Its name. Any text: one that can be no name is one that is not found.
    pub name: String,
    /// Whose it is.
    pub kind: Kind,
    /// A version of it; `None` is the present one.
    pub version: Option<i64>,
    /// Whether the value is wanted.
    pub shows_value: bool,
}

/// Reads one secret.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to see it, or to see its value if that is wanted;
/// [`Error::NotFound`] if there is no such environment, folder, secret or version.
pub async fn get(app: &App, caller: &Caller, request: &GetSecret) -> Result<PlainSecret> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &request.at.project, app.now()).await?;
    for action in needed(request.shows_value) {
        possible(&access, *action, &request.at.object().secret_name(&request.name))?;
    }
    let place = find_place(&mut db, &access, &request.at).await?;
    let row = match request.kind {
        Kind::Shared => secrets::find(&mut db, &place.folder_id, &request.name).await?,
        Kind::Personal => None,
    };
    let row = row.ok_or_else(|| not_found(&[&request.name]))?;
    let found = decide(&mut db, &access, &place, row, request.shows_value).await?;
    let (row, tags) = match request.version {
        Some(version) => at_version(&mut db, &access, &found.0, version).await?,
        None => found,
    };
    let secret = PlainSecret::decrypt(&*access.data_key(app)?, &place, row, tags, request.shows_value)?;
    record(app, caller, &secret)?;
    Ok(secret)
}

/// Reads the secret with this id.
///
/// # Errors
///
/// As [`get`]. An id of another organization is as unknown as one that does not exist.
pub async fn get_by_id(app: &App, caller: &Caller, id: &SecretId, shows_value: bool) -> Result<PlainSecret> {
    let unknown = || Error::NotFound(format!("Secret with ID '{id}' was not found"));
    let mut db = app.database.read().await?;
    let row = secrets::find_by_id(&mut db, id).await?.ok_or_else(unknown)?;
    let found = folders::find_place(&mut db, &row.folder_id).await?.ok_or_else(unknown)?;
    let project = ProjectName::Id(found.project_id.as_str().to_owned());
    let access = match ProjectAccess::enter(&mut db, caller, &project, app.now()).await {
        Err(Error::NotFound(_)) => return Err(unknown()),
        access => access?,
    };
    let place = Arc::new(Place {
        project_id: found.project_id,
        environment_id: found.environment_id,
        environment: found.environment_slug,
        folder_id: row.folder_id.clone(),
        path: found.path,
    });
    let (row, tags) = decide(&mut db, &access, &place, row, shows_value).await?;
    let secret = PlainSecret::decrypt(&*access.data_key(app)?, &place, row, tags, shows_value)?;
    record(app, caller, &secret)?;
    Ok(secret)
}

/// The rights it takes to see a secret, with its value or without.
const fn needed(shows_value: bool) -> &'static [Action] {
    if shows_value { &[Action::DescribeSecret, Action::ReadValue] } else { &[Action::DescribeSecret] }
}

/// Decides on all that the secret has.
async fn decide(
    db: &mut Connection,
    access: &ProjectAccess,
    place: &Place,
    row: SecretRow,
    shows_value: bool,
) -> Result<(SecretRow, Vec<Tag>)> {
    let tags = sorted(secret_tags::of_secret(db, &row.id).await?);
    let judged = Judged::new(access, place, &row.name, &tags);
    for action in needed(shows_value) {
        judged.require(*action)?;
    }
    Ok((row, tags))
}

/// The secret as it was at a version, with those of its tags then that still exist.
async fn at_version(
    db: &mut Connection,
    access: &ProjectAccess,
    row: &SecretRow,
    version: i64,
) -> Result<(SecretRow, Vec<Tag>)> {
    let found = secret_versions::find(db, &row.id, version).await?.ok_or_else(|| {
        Error::NotFound(format!("Version {version} of secret with name '{}' was not found", row.name))
    })?;
    let ids: Vec<TagId> = serde_json::from_str(&found.tag_ids)
        .map_err(|error| Error::Internal(format!("tags of a version: {error}")))?;
    let mut then = Vec::with_capacity(ids.len());
    for id in &ids {
        then.extend(tags::find(db, &access.project.id, id).await?.map(Tag::from));
    }
    then.sort();
    Ok((found.secret, then))
}

fn record(app: &App, caller: &Caller, secret: &PlainSecret) -> Result<()> {
    let event = Event::new(app, caller, "get-secret")
        .project(&secret.place.project_id)
        .with("environment", secret.place.environment.as_str())
        .with("secretPath", secret.place.path.as_str())
        .with("secretId", secret.row.id.as_str())
        .with("secretKey", secret.row.name.as_str())
        .with("secretVersion", secret.row.version);
    app.audit.record(event)
}
