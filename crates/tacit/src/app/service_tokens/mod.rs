//! Service tokens of projects: make, look at, delete (wire-contract 15). They are of an older kind; a
//! machine identity does the same and more.

mod grant;
mod scope;

use serde_json::Value;
use tacit_core::{
    id::ServiceTokenId,
    permission::{Action, Holding, Source, Subject},
    token::{NamedSecret, SecretKind},
};
use tacit_store::{
    Connection, environments,
    service_tokens::{self, ServiceTokenRow},
    users::{self, UserRow},
};
use zeroize::Zeroizing;

pub(super) use grant::{grant, grants};
pub use scope::{SCOPES_MAX, TokenPermission, TokenScope, stored_permissions, stored_scopes};

use super::{
    Actor, App, Caller, UnitOfWork,
    access::{self, ProjectAccess, ProjectName},
    audit::Event,
    boundary,
    bounds::{Bounds, SECONDS_MAX},
    error::{Error, Result},
    secrets::Location,
};

/// The most service tokens that a project may have, ended ones too.
pub const SERVICE_TOKENS_MAX: i64 = 500;
/// What is said where a token gives nothing.
pub(super) const GIVES_NOTHING: &str =
    "This service token is for another project, or whoever made it does not hold any more what it is for";
/// The longest text that older clients keep with a token, in characters.
const LEGACY_TEXT_LENGTH_MAX: usize = 1_024;

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewServiceToken {
    /// What people call it: 1 to 255 characters.
    pub name: String,
    /// Where it counts: 1 to [`SCOPES_MAX`] places.
    pub scopes: Vec<TokenScope>,
    /// What it may do there.
    pub permissions: Vec<TokenPermission>,
    /// Seconds it is good for; 0 is for ever.
    pub ttl_seconds: i64,
    /// What older clients keep with it, each up to 1,024 characters.
    pub legacy: LegacyKey,
}

/// A key of older clients, encrypted by them; it is kept as it was sent and never used.
#[derive(Clone, Debug, Default)]
pub struct LegacyKey {
    /// The encrypted key.
    pub encrypted_key: Option<String>,
    /// The nonce.
    pub iv: Option<String>,
    /// The authentication tag.
    pub tag: Option<String>,
}

impl NewServiceToken {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("name", Some(&self.name), &(1..=255));
        bounds.list("scopes", Some(&self.scopes), SCOPES_MAX);
        bounds.number("expiresIn", Some(self.ttl_seconds), &(0..=SECONDS_MAX));
        let legacy = &self.legacy;
        for (field, text) in
            [("encryptedKey", &legacy.encrypted_key), ("iv", &legacy.iv), ("tag", &legacy.tag)]
        {
            bounds.text(field, text.as_deref(), &(0..=LEGACY_TEXT_LENGTH_MAX));
        }
        bounds.finish()?;
        for (field, is_empty) in
            [("scopes", self.scopes.is_empty()), ("permissions", self.permissions.is_empty())]
        {
            if is_empty {
                return Err(Error::form(field, "must have at least one item"));
            }
        }
        Ok(())
    }
}

/// Makes a token. It is shown this once and stored as a keyed hash. Only people make any.
///
/// # Errors
///
/// [`Error::Form`], [`Error::NotFound`] if there is no such environment, [`Error::Boundary`] if the caller
/// does not hold all that it is for, [`Error::Invalid`] if there are [`SERVICE_TOKENS_MAX`], else as
/// [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn create(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    new: NewServiceToken,
) -> Result<(Zeroizing<String>, ServiceTokenRow)> {
    new.check()?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, &project, new).await })).await
}

async fn make(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    new: NewServiceToken,
) -> Result<(Zeroizing<String>, ServiceTokenRow)> {
    const MESSAGE: &str = "You cannot make a service token that may do more than you";
    let app = work.app.clone();
    // Other changes of who may do what wait, so that what the caller holds is what it holds now.
    access::change_organization(work, caller).await?;
    let access = ProjectAccess::enter(&mut work.db, caller, project, app.now()).await?;
    access.require_any(Action::Create, Subject::ServiceTokens)?;
    for scope in &new.scopes {
        let environment =
            environments::find_by_slug(&mut work.db, &access.project.id, &scope.environment).await?;
        environment.ok_or_else(|| Error::not_found("Environment", &scope.environment))?;
    }
    let rules = scope::rules(&new.scopes, &new.permissions)?;
    let wanted = Holding::new(vec![Source::permanent(rules)]);
    boundary::require_held(&access.permissions, &wanted, MESSAGE)?;
    if service_tokens::count(&mut work.db, &access.project.id).await? >= SERVICE_TOKENS_MAX {
        return Err(Error::Invalid(format!(
            "A project cannot have more than {SERVICE_TOKENS_MAX} service tokens: delete one first"
        )));
    }
    let row = new_row(&app, caller, &access, new)?;
    let token = NamedSecret::generate(SecretKind::ServiceToken, row.id.as_str(), &app.random);
    service_tokens::insert(&mut work.db, &row, &app.keys.hashes.hash(token.as_bytes())).await?;
    work.record(event(&app, caller, "create-service-token", &row)?);
    Ok((token, row))
}

fn new_row(
    app: &App,
    caller: &Caller,
    access: &ProjectAccess,
    new: NewServiceToken,
) -> Result<ServiceTokenRow> {
    let now = app.now();
    let maker =
        caller.user_id().ok_or_else(|| Error::Refused("Only people make service tokens".to_owned()))?;
    Ok(ServiceTokenRow {
        id: app.new_id(),
        project_id: access.project.id.clone(),
        created_by: maker.clone(),
        name: new.name,
        scopes: scope::to_store(&new.scopes)?,
        permissions: scope::to_store(&new.permissions)?,
        encrypted_key: new.legacy.encrypted_key,
        iv: new.legacy.iv,
        tag: new.legacy.tag,
        expires_at: (new.ttl_seconds > 0).then(|| now.plus_seconds(new.ttl_seconds)),
        last_used_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// The tokens of a project, ended ones too, the oldest first.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(app: &App, caller: &Caller, project: &ProjectName) -> Result<Vec<ServiceTokenRow>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::ServiceTokens)?;
    app.audit.record(Event::new(app, caller, "get-service-tokens").project(&access.project.id))?;
    Ok(service_tokens::list(&mut db, &access.project.id).await?)
}

/// The token that calls, and the person who made it.
///
/// # Errors
///
/// [`Error::NotFound`] if it was deleted meanwhile.
pub async fn own(app: &App, caller: &Caller) -> Result<(ServiceTokenRow, UserRow)> {
    let Actor::ServiceToken { id, .. } = &*caller.actor else { return Err(unknown(None)) };
    let mut db = app.database.read().await?;
    let organization = &caller.organization()?.id;
    let row = service_tokens::find_in_organization(&mut db, organization, id).await?;
    let row = row.ok_or_else(|| unknown(None))?;
    let maker = users::find(&mut db, &row.created_by).await?.ok_or_else(|| unknown(None))?;
    app.audit.record(Event::new(app, caller, "get-service-token").project(&row.project_id))?;
    Ok((row, maker))
}

/// Deletes a token, which ends it at once.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none such in a project of the caller, [`Error::Forbidden`].
pub async fn delete(app: &App, caller: &Caller, id: ServiceTokenId) -> Result<ServiceTokenRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &id).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, id: &ServiceTokenId) -> Result<ServiceTokenRow> {
    let app = work.app.clone();
    let row = enter(&app, &mut work.db, caller, id).await?;
    service_tokens::delete(&mut work.db, id).await?;
    work.record(event(&app, caller, "delete-service-token", &row)?);
    Ok(row)
}

/// Enters the project of a token to delete it. For those who are not in it, it does not exist.
async fn enter(
    app: &App,
    db: &mut Connection,
    caller: &Caller,
    id: &ServiceTokenId,
) -> Result<ServiceTokenRow> {
    let not_found = || unknown(Some(id));
    let organization = &caller.organization()?.id;
    let row = service_tokens::find_in_organization(db, organization, id).await?.ok_or_else(not_found)?;
    let project = ProjectName::Id(row.project_id.to_string());
    let access =
        ProjectAccess::enter(db, caller, &project, app.now()).await.map_err(|error| match error {
            Error::NotFound(_) | Error::Refused(_) => not_found(),
            other => other,
        })?;
    access.require_any(Action::Delete, Subject::ServiceTokens)?;
    Ok(row)
}

/// What is said of a token that is not there, whoever asks.
#[must_use]
pub fn unknown(id: Option<&ServiceTokenId>) -> Error {
    match id {
        Some(id) => Error::NotFound(format!("Service token '{id}' not found")),
        None => Error::NotFound("Service token not found".to_owned()),
    }
}

/// The refusal where a member of an organization or a project is needed.
#[must_use]
pub fn no_member() -> Error {
    Error::Refused("A service token is no member of anything".to_owned())
}

/// The one folder that a token with these scopes is for (wire-contract 7.3).
pub(super) fn only_place(project: &str, scopes: &[TokenScope]) -> Option<Location> {
    let [scope] = scopes else { return None };
    Some(Location {
        project: ProjectName::Id(project.to_owned()),
        environment: scope.environment.clone(),
        path: scope.folder()?,
    })
}

/// An event about a token. It says where it counts and nothing of the token itself.
fn event(app: &App, caller: &Caller, kind: &str, row: &ServiceTokenRow) -> Result<Event> {
    let scopes: Vec<Value> = stored_scopes(&row.scopes)?
        .iter()
        .map(|scope| format!("{}:{}", scope.environment, scope.secret_path).into())
        .collect();
    Ok(Event::new(app, caller, kind)
        .project(&row.project_id)
        .with("serviceTokenId", row.id.as_str())
        .with("name", row.name.as_str())
        .with("scopes", scopes))
}
