//! The settings of an identity's auth method: attach, look at, change, detach (wire-contract 10.4).
//!
//! They are stored as JSON, encrypted whole under the data key of the organization and bound to the method's row. They may
//! hold credentials; and who can write to the database, but does not have the root key, cannot change who is let in.

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    id::{AuthMethodId, IdentityId},
    permission::{Action, Subject},
};
use tacit_store::{Connection, auth_method_settings, auth_methods, identities::IdentityRow};
use zeroize::Zeroizing;

use super::{AuthMethod, Method};
use crate::app::{
    App, Caller, UnitOfWork, boundary,
    bounds::Bounds,
    error::{Error, Result},
    identities::{self, event},
    organization_keys,
    token_settings::{self, TokenSettings},
    universal_auth::already_attached,
};

/// Where ciphertexts of settings belong; the rows have no versions.
fn place(id: &AuthMethodId) -> Place<'_> {
    Place { table: "auth_method_settings", row_id: id.as_str(), field: "settings", version: 1 }
}

/// Decrypts settings.
///
/// # Errors
///
/// [`Error::Decrypt`] or [`Error::Internal`] if they are damaged.
pub(super) fn open<M: Method>(key: &DataKey, id: &AuthMethodId, stored: &Ciphertext) -> Result<M> {
    let json = key.decrypt_text(&place(id), stored)?;
    serde_json::from_str(&json).map_err(|error| Error::Internal(format!("stored settings: {error}")))
}

fn seal<M: Method>(app: &App, key: &DataKey, id: &AuthMethodId, settings: &M) -> Result<Ciphertext> {
    let json = serde_json::to_string(settings).map(Zeroizing::new);
    let json = json.map_err(|error| Error::Internal(format!("settings: {error}")))?;
    Ok(key.encrypt(&place(id), json.as_bytes(), &app.random))
}

fn check(tokens: &TokenSettings) -> Result<()> {
    let mut bounds = Bounds::default();
    tokens.check(&mut bounds);
    bounds.finish()
}

/// Attaches the method to an identity.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`], [`Error::Invalid`] if it is
/// attached already or the TTL is above the max TTL.
pub async fn attach<M: Method>(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    tokens: TokenSettings,
    change: M::Change,
) -> Result<AuthMethod<M>> {
    const MESSAGE: &str =
        "You cannot attach an auth method to an identity that has more rights than you have";
    check(&tokens)?;
    caller.organization()?.require(Action::Create, Subject::Identity)?;
    let settings = M::new(change)?;
    settings.check_with(&app.settings)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let identity = boundary::open_identity(work, &caller, &id, MESSAGE).await?;
            let mut row = token_settings::new_method(&work.app, &identity.id, M::NAME)?;
            tokens.apply(&mut row)?;
            auth_methods::insert(&mut work.db, &row).await.map_err(already_attached)?;
            let key = organization_keys::to_write(work, &identity.organization_id).await?;
            let sealed = seal(&work.app, &key, &row.id, &settings)?;
            auth_method_settings::insert(&mut work.db, &row.id, &sealed).await?;
            work.record(event(&work.app, &caller, M::EVENTS.add, &identity));
            Ok(AuthMethod { row, settings, shows_credentials: true })
        })
    })
    .await
}

/// The method of an identity. Credentials among its settings are for those who may change them.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`] for the identity or if it is not attached.
pub async fn get<M: Method>(app: &App, caller: &Caller, id: &IdentityId) -> Result<AuthMethod<M>> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::Identity)?;
    let shows_credentials = organization.require(Action::Edit, Subject::Identity).is_ok();

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let method = find(app, &mut db, &identity).await?;
    app.audit.record(event(app, caller, M::EVENTS.get, &identity))?;
    Ok(AuthMethod { shows_credentials, ..method })
}

/// The method of an identity.
///
/// # Errors
///
/// [`Error::NotFound`] if it is not attached.
pub(super) async fn find<M: Method>(
    app: &App,
    db: &mut Connection,
    identity: &IdentityRow,
) -> Result<AuthMethod<M>> {
    let not_attached = || Error::NotFound(format!("Identity '{}' does not have {}", identity.id, M::TITLE));
    let key = organization_keys::to_read(app, db, &identity.organization_id).await?;
    let row = auth_methods::find(db, &identity.id, M::NAME).await?.ok_or_else(not_attached)?;
    let stored = auth_method_settings::find(db, &row.id).await?.ok_or_else(not_attached)?;
    let settings = open(&key, &row.id, &stored)?;
    Ok(AuthMethod { row, settings, shows_credentials: true })
}

/// Begins a change to the method of an identity.
///
/// # Errors
///
/// As [`delete`].
pub(super) async fn enter<M: Method>(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &IdentityId,
) -> Result<(IdentityRow, AuthMethod<M>)> {
    const MESSAGE: &str = "You cannot change credentials of an identity that has more rights than you have";
    let identity = boundary::open_identity(work, caller, id, MESSAGE).await?;
    let app = work.app.clone();
    let method = find(&app, &mut work.db, &identity).await?;
    Ok((identity, method))
}

/// Changes the settings. Tokens keep the limits of their login; trusted IPs count from now on.
///
/// # Errors
///
/// As [`attach`], and [`Error::NotFound`] if it is not attached.
pub async fn update<M: Method>(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    tokens: TokenSettings,
    change: M::Change,
) -> Result<AuthMethod<M>> {
    check(&tokens)?;
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, mut method) = enter::<M>(work, &caller, &id).await?;
            let before = method.clone();
            tokens.apply(&mut method.row)?;
            method.settings.apply(change)?;
            method.settings.check_with(&work.app.settings)?;
            if method.row != before.row || method.settings != before.settings {
                store(work, &identity, &mut method).await?;
            }
            work.record(event(&work.app, &caller, M::EVENTS.update, &identity));
            Ok(method)
        })
    })
    .await
}

async fn store<M: Method>(
    work: &mut UnitOfWork,
    identity: &IdentityRow,
    method: &mut AuthMethod<M>,
) -> Result<()> {
    method.row.updated_at = work.app.now();
    auth_methods::update(&mut work.db, &method.row).await?;
    let key = organization_keys::to_write(work, &identity.organization_id).await?;
    let sealed = seal(&work.app, &key, &method.row.id, &method.settings)?;
    auth_method_settings::update(&mut work.db, &method.row.id, &sealed).await?;
    Ok(())
}

/// Detaches the method. Its tokens end at once.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn delete<M: Method>(app: &App, caller: &Caller, id: &IdentityId) -> Result<AuthMethod<M>> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, method) = enter(work, &caller, &id).await?;
            auth_methods::delete(&mut work.db, &method.row.id).await?;
            work.record(event(&work.app, &caller, M::EVENTS.revoke, &identity));
            Ok(method)
        })
    })
    .await
}
