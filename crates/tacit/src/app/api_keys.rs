//! API keys of people: make, look at, delete (wire-contract 15.4). They are of an older kind; programs
//! should be machine identities.

use tacit_core::{
    id::ApiKeyId,
    token::{NamedSecret, SecretKind},
};
use tacit_store::{
    api_keys::{self, ApiKeyRow},
    user_second_factors,
};
use zeroize::Zeroizing;

use super::{
    App, Caller, UnitOfWork,
    audit::Event,
    bounds::{Bounds, SECONDS_MAX},
    error::{Error, Result},
    second_factor, sign_in,
};

/// The most API keys that a person may have, ended ones too.
pub const API_KEYS_MAX: i64 = 100;

/// Makes an API key of the caller, which acts in the organization that the caller has chosen. It is shown
/// this once and stored as a keyed hash.
///
/// # Errors
///
/// [`Error::Form`] for a name that has not 1 to 255 characters or a time out of bounds, [`Error::Invalid`]
/// if there are [`API_KEYS_MAX`], [`Error::Refused`] while the second factor is due.
pub async fn create(
    app: &App,
    caller: &Caller,
    name: String,
    ttl_seconds: i64,
) -> Result<(Zeroizing<String>, ApiKeyRow)> {
    let mut bounds = Bounds::default();
    bounds.text("name", Some(&name), &(1..=255));
    bounds.number("expiresIn", Some(ttl_seconds), &(0..=SECONDS_MAX));
    bounds.finish()?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, name, ttl_seconds).await })).await
}

async fn make(
    work: &mut UnitOfWork,
    caller: &Caller,
    name: String,
    ttl_seconds: i64,
) -> Result<(Zeroizing<String>, ApiKeyRow)> {
    let app = work.app.clone();
    let (user, session) = sign_in::session_of(caller)?;
    // Others that add one wait, so that the count is true.
    user_second_factors::lock(&mut work.db, user).await?;
    second_factor::require_not_due(work, user, session).await?;
    if api_keys::count(&mut work.db, user).await? >= API_KEYS_MAX {
        return Err(Error::Invalid(format!("You have {API_KEYS_MAX} API keys: delete one first")));
    }
    let now = app.now();
    let row = ApiKeyRow {
        id: app.new_id(),
        user_id: user.clone(),
        organization_id: caller.organization.as_ref().map(|organization| organization.id.clone()),
        name,
        expires_at: (ttl_seconds > 0).then(|| now.plus_seconds(ttl_seconds)),
        last_used_at: None,
        created_at: now,
        updated_at: now,
    };
    let key = NamedSecret::generate(SecretKind::ApiKey, row.id.as_str(), &app.random);
    api_keys::insert(&mut work.db, &row, &app.keys.hashes.hash(key.as_bytes())).await?;
    work.record(event(&app, caller, "create-api-key", &row));
    Ok((key, row))
}

/// The caller's API keys, ended ones too, the oldest first.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ApiKeyRow>> {
    let (user, _) = sign_in::session_of(caller)?;
    let mut db = app.database.read().await?;
    app.audit.record(Event::new(app, caller, "get-api-keys"))?;
    Ok(api_keys::list(&mut db, user).await?)
}

/// Deletes an API key of the caller, which ends it at once.
///
/// # Errors
///
/// [`Error::NotFound`] for one that the caller does not have.
pub async fn delete(app: &App, caller: &Caller, id: ApiKeyId) -> Result<ApiKeyRow> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, _) = sign_in::session_of(&caller)?;
            let row = api_keys::delete(&mut work.db, user, &id).await?;
            let row = row.ok_or_else(|| Error::not_found("API key", &id))?;
            work.record(event(&work.app, &caller, "delete-api-key", &row));
            Ok(row)
        })
    })
    .await
}

fn event(app: &App, caller: &Caller, kind: &str, row: &ApiKeyRow) -> Event {
    Event::new(app, caller, kind).with("apiKeyId", row.id.as_str()).with("name", row.name.as_str())
}
