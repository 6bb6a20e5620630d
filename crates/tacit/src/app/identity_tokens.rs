//! Tokens that people make for identities with Token Auth (wire-contract 10.6).

use tacit_core::{
    id::{AccessTokenId, IdentityId},
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    access_tokens::{self, AccessTokenRow},
    auth_methods::TOKEN_AUTH,
};

use super::{
    App, Caller,
    access_tokens::{Issue, IssuedToken, issue},
    audit::Event,
    bounds::Bounds,
    error::{Error, Result},
    identities::{self, event},
    token_auth,
};

/// The longest part of the list of tokens that can be asked for.
pub const TOKENS_PAGE_MAX: i64 = 100;

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// What people call it, up to 255 characters.
    pub name: Option<String>,
    /// The organization that is meant; any other than the identity's is refused.
    pub organization_slug: Option<String>,
}

/// Makes a token for an identity. It is shown this once.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`],
/// [`Error::Unauthenticated`] for another organization.
pub async fn create(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    new: NewToken,
) -> Result<(IssuedToken, AccessTokenRow)> {
    check_name(new.name.as_deref())?;
    caller.organization()?.require(Action::Create, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, method) = token_auth::open(work, &caller, &id).await?;
            refuse_other_organization(&mut work.db, &id, new.organization_slug.as_deref()).await?;
            let (identity, method) = (&identity, &method);
            let wanted = Issue { identity, method, client_secret: None, name: new.name, attributes: None };
            let (token, row) = issue(work, wanted).await?;
            work.record(
                event(&work.app, &caller, "create-token-identity-token-auth", identity)
                    .with("identityAccessTokenId", row.id.as_str()),
            );
            Ok((token, row))
        })
    })
    .await
}

async fn refuse_other_organization(db: &mut Connection, id: &IdentityId, slug: Option<&str>) -> Result<()> {
    let Some(slug) = slug else { return Ok(()) };
    let own = tacit_store::identities::organization_of(db, id).await?;
    if own.is_some_and(|organization| organization.slug == slug) {
        return Ok(());
    }
    if tacit_store::identities::organization_slug_exists(db, slug).await? {
        return Err(Error::Unauthenticated("This identity is not in that organization"));
    }
    Err(Error::not_found("Organization", slug))
}

fn check_name(name: Option<&str>) -> Result<()> {
    let mut bounds = Bounds::default();
    bounds.text("name", name, &(0..=255));
    bounds.finish()
}

/// The tokens made for an identity, newest first: at most `limit` after the first `offset`.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`].
pub async fn list(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    offset: i64,
    limit: i64,
) -> Result<Vec<AccessTokenRow>> {
    let mut bounds = Bounds::default();
    bounds.number("offset", Some(offset), &(0..=i64::from(i32::MAX)));
    bounds.number("limit", Some(limit), &(1..=TOKENS_PAGE_MAX));
    bounds.finish()?;
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let method = token_auth::find(&mut db, id).await?;
    let rows = access_tokens::list(&mut db, &method.id, offset, limit).await?;
    app.audit.record(event(app, caller, "get-tokens-identity-token-auth", &identity))?;
    Ok(rows)
}

/// One token, of the identity `id` if one is named.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn get(
    app: &App,
    caller: &Caller,
    id: Option<&IdentityId>,
    token: &AccessTokenId,
) -> Result<AccessTokenRow> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let row = find(&mut db, caller, token).await?;
    if id.is_some_and(|id| row.identity_id != *id) {
        return Err(unknown(token));
    }
    app.audit.record(token_event(app, caller, "get-token-identity-token-auth", &row))?;
    Ok(row)
}

/// Gives a token another name; `None` keeps it, `Some(None)` takes it away.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn rename(
    app: &App,
    caller: &Caller,
    token: &AccessTokenId,
    name: Option<Option<String>>,
) -> Result<AccessTokenRow> {
    check_name(name.as_ref().and_then(Option::as_deref))?;
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, token) = (caller.clone(), token.clone());
    let identity = identity_of(app, &caller, &token).await?;
    app.write(move |work| {
        Box::pin(async move {
            token_auth::open(work, &caller, &identity).await?;
            let row = find(&mut work.db, &caller, &token).await?;
            if let Some(name) = name.filter(|name| *name != row.name) {
                access_tokens::rename(&mut work.db, &token, name.as_deref(), work.app.now()).await?;
            }
            let row = find(&mut work.db, &caller, &token).await?;
            work.record(token_event(&work.app, &caller, "update-token-identity-token-auth", &row));
            Ok(row)
        })
    })
    .await
}

/// Revokes a token; it ends at once. Doing it twice is no failure.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn revoke(app: &App, caller: &Caller, token: &AccessTokenId) -> Result<()> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, token) = (caller.clone(), token.clone());
    let identity = identity_of(app, &caller, &token).await?;
    app.write(move |work| {
        Box::pin(async move {
            token_auth::open(work, &caller, &identity).await?;
            let row = find(&mut work.db, &caller, &token).await?;
            access_tokens::revoke(&mut work.db, &token, work.app.now()).await?;
            work.record(token_event(&work.app, &caller, "revoke-token-identity-token-auth", &row));
            Ok(())
        })
    })
    .await
}

async fn identity_of(app: &App, caller: &Caller, token: &AccessTokenId) -> Result<IdentityId> {
    let mut db = app.database.read().await?;
    Ok(find(&mut db, caller, token).await?.identity_id)
}

/// The token, the same answer for an unknown one and one of another organization.
async fn find(db: &mut Connection, caller: &Caller, token: &AccessTokenId) -> Result<AccessTokenRow> {
    let organization = &caller.organization()?.id;
    access_tokens::find(db, organization, TOKEN_AUTH, token).await?.ok_or_else(|| unknown(token))
}

fn unknown(token: &AccessTokenId) -> Error {
    Error::not_found("Access token", token)
}

fn token_event(app: &App, caller: &Caller, kind: &str, row: &AccessTokenRow) -> Event {
    Event::new(app, caller, kind)
        .with("identityId", row.identity_id.as_str())
        .with("identityAccessTokenId", row.id.as_str())
}
