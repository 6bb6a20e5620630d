//! Reading one secret.

use std::sync::Arc;

use serde_json::Value;
use tacit_core::{
    cipher::DataKey,
    id::{ProjectId, SecretId},
    permission::Action,
};
use tacit_store::{Connection, folders, history, secret_tags, secret_versions, secrets, secrets::SecretRow};

use super::{
    Kind,
    decide::{Judged, possible},
    expand::Expander,
    location::{Location, Place, find_place, find_place_at},
    not_found, overrides,
    past::{self, TagBook},
    plain::PlainSecret,
    resident,
    source::{Hidden, Source},
    state::{Tag, sorted},
    stored::StoredSecret,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    answers::{self, Answer, AnswerTag, Asked, Asking, Facts, Question},
    audit::Event,
    error::{Error, Result},
    history::{Point, require_kept, require_read},
};

/// Which secret to read, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Whether references in the value are replaced by what they refer to.
    pub expands: bool,
    /// Whether what the folder imports is searched too.
    pub includes_imports: bool,
}

/// Reads one secret. Who holds the answer is told so, and the secret is not read.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to see it, or to see its value if that is wanted;
/// [`Error::NotFound`] if there is no such environment, folder, secret or version.
pub async fn get(
    app: &App,
    caller: &Caller,
    request: &GetSecret,
    held: &[AnswerTag],
) -> Result<Answer<PlainSecret>> {
    if let Some(known) = answers::remembered(app, caller, Asking::Get(request))
        && let Some(answer) = known.answer(held)
    {
        record_facts(app, caller, &known.project, known.facts())?;
        return Ok(answer);
    }
    if let Some(answer) = resident::answer_get(app, caller, request, held)? {
        return Ok(answer);
    }
    let (mut db, access) = ProjectAccess::enter_remembered(app, caller, &request.at.project).await?;
    for action in needed(request.shows_value) {
        possible(&access, *action, &request.at.object().secret_name(&request.name))?;
    }
    let key = access.key_for(app, request.shows_value)?;
    let asked = Asked::new(app, caller, &access, Question::Get(request.clone()));
    if let Some(answer) = asked.held(held) {
        record_facts(app, caller, &access.project.id, Arc::clone(&answer.facts))?;
        return Ok(Answer::Unchanged(answer.tag));
    }
    let revision = match request.moment {
        Some(point) => Some(revision(app, &mut db, &access, request, point).await?),
        None => None,
    };
    let (place, own) = match (revision, request.kind) {
        (Some(revision), _) => get_at(&mut db, &access, &key, request, revision).await?,
        (None, Kind::Shared) => get_now(&mut db, &access, &key, request).await?,
        (None, Kind::Personal) => overrides::read(&mut db, &access, caller, &key, request).await?,
    };
    let mut source = Source::new(&mut db, &access, &key, revision);
    let found = match own {
        None if request.includes_imports => get_imported(&mut source, &place, request).await?,
        own => own,
    };
    let mut secret = found.ok_or_else(|| not_found(&[&request.name]))?;
    let mut expander = Expander::default();
    if request.expands {
        expander.expand(&mut source, &mut secret).await?;
    }
    let facts = Arc::new(facts(&secret, &expander));
    record_facts(app, caller, &access.project.id, Arc::clone(&facts))?;
    let is_of_revision = asked.is_of_revision(&mut db).await?;
    Ok(Answer::Made(secret, asked.tag_source(is_of_revision, facts)))
}

/// The folder, and the secret in it if it has one of that name.
async fn get_now(
    db: &mut Connection,
    access: &ProjectAccess,
    key: &DataKey,
    request: &GetSecret,
) -> Result<(Arc<Place>, Option<PlainSecret>)> {
    let place = find_place(db, access, &request.at).await?;
    let Some(row) = secrets::find(db, &place.folder_id, &request.name).await? else {
        return Ok((place, None));
    };
    let found = decide(db, access, &place, row, request.shows_value).await?;
    let (row, tags) = match request.version {
        Some(version) => at_version(db, access, &found.0, version, request.shows_value).await?,
        None => found,
    };
    let secret = PlainSecret::decrypt(key, &place, StoredSecret::new(row, tags), request.shows_value)?;
    Ok((place, Some(secret)))
}

/// The secret in what the folder imports. A version or a personal override is of the folder's own.
async fn get_imported(
    source: &mut Source<'_>,
    place: &Place,
    request: &GetSecret,
) -> Result<Option<PlainSecret>> {
    if request.kind == Kind::Personal || request.version.is_some() {
        return Ok(None);
    }
    let Some(found) = source.find_imported(&place.folder_id, &request.name, Hidden::PassedOver).await? else {
        return Ok(None);
    };
    if request.shows_value {
        found.require(source.access(), Action::ReadValue)?;
    }
    let stored = found.stored.clone();
    Ok(Some(PlainSecret::decrypt(source.key(), &found.place, stored, request.shows_value)?))
}

/// The revision at which a caller who may read the history reads.
async fn revision(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    request: &GetSecret,
    point: Point,
) -> Result<i64> {
    require_read(access)?;
    if request.version.is_some() {
        return Err(Error::Invalid("Name a version or a point in the past, not both".to_owned()));
    }
    point.revision(db, access, app.now()).await
}

/// Reads the secret with this id.
///
/// # Errors
///
/// As [`get`]. An id of another organization is as unknown as one that does not exist.
pub async fn get_by_id(app: &App, caller: &Caller, id: &SecretId, shows_value: bool) -> Result<PlainSecret> {
    let unknown = || Error::NotFound(format!("Secret with ID '{id}' was not found"));
    let mut db = app.database.read().await?;
    let row =
        secrets::find_in_organization(&mut db, &caller.organization()?.id, id).await?.ok_or_else(unknown)?;
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
    let key = access.key_for(app, shows_value)?;
    let secret = PlainSecret::decrypt(&key, &place, StoredSecret::new(row, tags), shows_value)?;
    record(app, caller, &secret, &Expander::default())?;
    Ok(secret)
}

/// The rights it takes to see a secret, with its value or without.
pub(super) const fn needed(shows_value: bool) -> &'static [Action] {
    if shows_value { &[Action::DescribeSecret, Action::ReadValue] } else { &[Action::DescribeSecret] }
}

/// Decides on all that the secret has.
pub(super) async fn decide(
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
pub(super) async fn at_version(
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

/// The folder as it was at a revision, and the secret that was in it if it had one of that name.
async fn get_at(
    db: &mut Connection,
    access: &ProjectAccess,
    key: &DataKey,
    request: &GetSecret,
    revision: i64,
) -> Result<(Arc<Place>, Option<PlainSecret>)> {
    let place = find_place_at(db, access, &request.at, revision).await?;
    let found = match request.kind {
        Kind::Shared => history::secret(db, &place.folder_id, &request.name, revision).await?,
        Kind::Personal => None,
    };
    let Some(version) = found else {
        // Without this, a forgotten version would pass for a secret that was not there.
        require_kept(db, access, &place.folder_id, revision).await?;
        return Ok((place, None));
    };
    let tags = TagBook::read(db, access).await?.of(&version)?;
    let present = past::present(db, &version.secret.id).await?;
    let past = past::PastSecret { place: Arc::clone(&place), version, tags, present };
    for action in needed(request.shows_value) {
        past.require(access, *action)?;
    }
    Ok((place, Some(past.decrypt(key, request.shows_value)?)))
}

/// What the audit log says of the secret, and of what was read for its value.
pub(super) fn facts(secret: &PlainSecret, expander: &Expander) -> Facts {
    let mut facts = Facts::new();
    let mut add = |name: &str, fact: Value| facts.insert(name.to_owned(), fact);
    add("environment", secret.place.environment.as_str().into());
    add("secretPath", secret.place.path.as_str().into());
    add("secretId", secret.row.id.as_str().into());
    add("secretKey", secret.row.name.as_str().into());
    add("secretVersion", secret.row.version.into());
    if let Some(references) = expander.facts() {
        add("references", references);
    }
    facts
}

/// Records that the secret was read, and what was read for its value.
pub(super) fn record(app: &App, caller: &Caller, secret: &PlainSecret, expander: &Expander) -> Result<()> {
    record_facts(app, caller, &secret.place.project_id, Arc::new(facts(secret, expander)))
}

pub(super) fn record_facts(app: &App, caller: &Caller, project: &ProjectId, facts: Arc<Facts>) -> Result<()> {
    app.audit.record(Event::new(app, caller, "get-secret").project(project).with_facts(facts))
}
