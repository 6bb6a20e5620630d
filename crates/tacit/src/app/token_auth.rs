//! Token Auth of an identity: attach, look at, change, detach (wire-contract 10.4).

use tacit_core::{
    id::IdentityId,
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    auth_methods::{self, AuthMethodRow, TOKEN_AUTH},
    identities::IdentityRow,
};

use super::{
    App, Caller, UnitOfWork, boundary,
    bounds::Bounds,
    error::{Error, Result},
    identities::{self, event},
    token_settings::{self, TokenSettings},
    universal_auth::already_attached,
};

/// Attaches Token Auth to an identity, so that tokens can be made for it.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`],
/// [`Error::Invalid`] if it is attached already or the TTL is above the max TTL.
pub async fn attach(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    settings: TokenSettings,
) -> Result<AuthMethodRow> {
    const MESSAGE: &str =
        "You cannot attach an auth method to an identity that has more rights than you have";
    check(&settings)?;
    caller.organization()?.require(Action::Create, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let identity = boundary::open_identity(work, &caller, &id, MESSAGE).await?;
            let mut method = token_settings::new_method(&work.app, &identity.id, TOKEN_AUTH)?;
            settings.apply(&mut method)?;
            auth_methods::insert(&mut work.db, &method).await.map_err(already_attached)?;
            work.record(event(&work.app, &caller, "add-identity-token-auth", &identity));
            Ok(method)
        })
    })
    .await
}

fn check(settings: &TokenSettings) -> Result<()> {
    let mut bounds = Bounds::default();
    settings.check(&mut bounds);
    bounds.finish()
}

/// The Token Auth of an identity.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`] for the identity or if it is not attached.
pub async fn get(app: &App, caller: &Caller, id: &IdentityId) -> Result<AuthMethodRow> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let method = find(&mut db, id).await?;
    app.audit.record(event(app, caller, "get-identity-token-auth", &identity))?;
    Ok(method)
}

pub(super) async fn find(db: &mut Connection, id: &IdentityId) -> Result<AuthMethodRow> {
    auth_methods::find(db, id, TOKEN_AUTH)
        .await?
        .ok_or_else(|| Error::NotFound(format!("Identity '{id}' does not have Token Auth")))
}

/// Begins a change to the Token Auth of an identity.
pub(super) async fn open(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &IdentityId,
) -> Result<(IdentityRow, AuthMethodRow)> {
    const MESSAGE: &str = "You cannot change credentials of an identity that has more rights than you have";
    let identity = boundary::open_identity(work, caller, id, MESSAGE).await?;
    let method = find(&mut work.db, id).await?;
    Ok((identity, method))
}

/// Changes the settings. Tokens keep the limits they were made with; trusted IPs count from now on.
///
/// # Errors
///
/// As [`attach`], and [`Error::NotFound`] if it is not attached.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    settings: TokenSettings,
) -> Result<AuthMethodRow> {
    check(&settings)?;
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, mut method) = open(work, &caller, &id).await?;
            let before = method.clone();
            settings.apply(&mut method)?;
            if method != before {
                method.updated_at = work.app.now();
                auth_methods::update(&mut work.db, &method).await?;
            }
            work.record(event(&work.app, &caller, "update-identity-token-auth", &identity));
            Ok(method)
        })
    })
    .await
}

/// Detaches Token Auth. Its tokens end at once.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn delete(app: &App, caller: &Caller, id: &IdentityId) -> Result<AuthMethodRow> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, method) = open(work, &caller, &id).await?;
            auth_methods::delete(&mut work.db, &method.id).await?;
            work.record(event(&work.app, &caller, "revoke-identity-token-auth", &identity));
            Ok(method)
        })
    })
    .await
}
