//! Reading one secret.

use std::sync::Arc;

use tacit_core::{id::SecretId, permission::Action};
use tacit_store::{Connection, folders, history, secret_tags, secret_versions, secrets, secrets::SecretRow};

use super::{
    Kind,
    decide::{Judged, possible},
    location::{Location, Place, find_place, find_place_at},
    not_found,
    past::{self, TagBook},
    plain::PlainSecret,
    state::{Tag, sorted},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    history::{Point, require_kept, require_read},
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
    /// A point in the past at which to read it; `None` is now.
    pub moment: Option<Point>,
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
    if let Some(point) = request.moment {
        let secret = get_at(app, &mut db, &access, request, point).await?;
        record(app, caller, &secret)?;
        return Ok(secret);
    }
    let place = find_place(&mut db, &access, &request.at).await?;
    let row = match request.kind {
        Kind::Shared => secrets::find(&mut db, &place.folder_id, &request.name).await?,
        Kind::Personal => None,
    };
    let row = row.ok_or_else(|| not_found(&[&request.name]))?;
    let found = decide(&mut db, &access, &place, row, request.shows_value).await?;
    let (row, tags) = match request.version {
        Some(version) => at_version(&mut db, &access, &found.0, version, request.shows_value).await?,
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
    shows_value: bool,
) -> Result<(SecretRow, Vec<Tag>)> {
    let unknown =
        || Error::NotFound(format!("Version {version} of secret with name '{}' was not found", row.name));
    let found = secret_versions::find(db, &row.id, version).await?.ok_or_else(unknown)?;
    let tags = TagBook::read(db, access).await?;
    let past = past::open(db, access, &tags, found).await?.ok_or_else(unknown)?;
    for action in needed(shows_value) {
        past.require(access, *action)?;
    }
    Ok((past.version.secret, past.tags))
}

/// The secret of that name as it was at a point in the past.
async fn get_at(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    request: &GetSecret,
    point: Point,
) -> Result<PlainSecret> {
    require_read(access)?;
    if request.version.is_some() {
        return Err(Error::Invalid("Name a version or a point in the past, not both".to_owned()));
    }
    let revision = point.revision(db, access, app.now()).await?;
    let place = find_place_at(db, access, &request.at, revision).await?;
    let found = match request.kind {
        Kind::Shared => history::secret(db, &place.folder_id, &request.name, revision).await?,
        Kind::Personal => None,
    };
    let Some(version) = found else {
        // Without this, a forgotten version would pass for a secret that was not there.
        require_kept(db, access, &place.folder_id, revision).await?;
        return Err(not_found(&[&request.name]));
    };
    let tags = TagBook::read(db, access).await?.of(&version)?;
    let present = past::present(db, &version.secret.id).await?;
    let past = past::PastSecret { place, version, tags, present };
    for action in needed(request.shows_value) {
        past.require(access, *action)?;
    }
    Ok(past.decrypt(&*access.data_key(app)?, request.shows_value)?)
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
