//! Client secrets of Universal Auth: make, look at, revoke (wire-contract 10.5).

use tacit_core::{
    id::{AuthMethodId, ClientSecretId, IdentityId},
    permission::{Action, Subject},
    token,
};
use tacit_store::{
    Connection, access_tokens,
    client_secrets::{self, ClientSecretRow},
    identities::IdentityRow,
};
use zeroize::Zeroizing;

use super::{
    App, Caller, UnitOfWork,
    bounds::{Bounds, SECONDS_MAX, USES_MAX},
    error::{Error, Result},
    identities::{self, event},
    universal_auth::{self, UniversalAuth},
};

/// Client secrets that are not revoked, per identity.
pub const CLIENT_SECRETS_MAX: i64 = 1000;

/// A new client secret.
#[derive(Clone, Debug, Default)]
pub struct NewClientSecret {
    /// What it is for, up to 1024 characters.
    pub description: String,
    /// Logins it is good for; 0 is unlimited.
    pub num_uses_limit: i64,
    /// Seconds it is good for; 0 is for ever.
    pub ttl_seconds: i64,
}

impl NewClientSecret {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("description", Some(&self.description), &(0..=1024));
        bounds.number("numUsesLimit", Some(self.num_uses_limit), &(0..=USES_MAX));
        bounds.number("ttl", Some(self.ttl_seconds), &(0..=SECONDS_MAX));
        bounds.finish()
    }

    fn row(self, app: &App, method: &AuthMethodId, secret: &str) -> ClientSecretRow {
        let now = app.now();
        ClientSecretRow {
            id: app.new_id(),
            auth_method_id: method.clone(),
            prefix: secret.chars().take(4).collect(),
            description: self.description,
            num_uses: 0,
            num_uses_limit: self.num_uses_limit,
            ttl_seconds: self.ttl_seconds,
            is_revoked: false,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Makes a client secret. It is shown this once and stored as a keyed hash.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`],
/// [`Error::Invalid`] if there are [`CLIENT_SECRETS_MAX`].
pub async fn create(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    new: NewClientSecret,
) -> Result<(Zeroizing<String>, ClientSecretRow)> {
    new.check()?;
    caller.organization()?.require(Action::Create, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, auth) = universal_auth::open(work, &caller, &id).await?;
            add(work, &caller, &identity, &auth, new).await
        })
    })
    .await
}

/// Makes a client secret of an identity that the caller may change, or has just made.
///
/// # Errors
///
/// [`Error::Invalid`] if there are [`CLIENT_SECRETS_MAX`].
pub(super) async fn add(
    work: &mut UnitOfWork,
    caller: &Caller,
    identity: &IdentityRow,
    auth: &UniversalAuth,
    new: NewClientSecret,
) -> Result<(Zeroizing<String>, ClientSecretRow)> {
    if client_secrets::count(&mut work.db, &auth.method.id).await? >= CLIENT_SECRETS_MAX {
        return Err(Error::Invalid(format!(
            "This identity has {CLIENT_SECRETS_MAX} client secrets: revoke one first"
        )));
    }
    let secret = token::new_secret(&work.app.random);
    let row = new.row(&work.app, &auth.method.id, &secret);
    let hash = work.app.keys.hashes.hash(secret.as_bytes());
    client_secrets::insert(&mut work.db, &row, &hash).await?;
    work.record(
        event(&work.app, caller, "create-identity-universal-auth-client-secret", identity)
            .with("clientSecretId", row.id.as_str()),
    );
    Ok((secret, row))
}

/// The client secrets of an identity that are not revoked, newest first.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn list(app: &App, caller: &Caller, id: &IdentityId) -> Result<Vec<ClientSecretRow>> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let auth = universal_auth::find(&mut db, id).await?;
    let rows = client_secrets::list(&mut db, &auth.method.id, CLIENT_SECRETS_MAX).await?;
    app.audit.record(event(app, caller, "get-identity-universal-auth-client-secrets", &identity))?;
    Ok(rows)
}

/// One client secret of an identity, revoked or not.
///
/// # Errors
///
/// As [`list`].
pub async fn get(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    secret_id: &ClientSecretId,
) -> Result<ClientSecretRow> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let auth = universal_auth::find(&mut db, id).await?;
    let row = find(&mut db, &auth.method.id, secret_id).await?;
    app.audit.record(
        event(app, caller, "get-identity-universal-auth-client-secret-by-id", &identity)
            .with("clientSecretId", secret_id.as_str()),
    )?;
    Ok(row)
}

async fn find(db: &mut Connection, method: &AuthMethodId, id: &ClientSecretId) -> Result<ClientSecretRow> {
    client_secrets::find(db, method, id).await?.ok_or_else(|| Error::not_found("Client secret", id))
}

/// Revokes a client secret. The tokens it was exchanged for end at once (`decisions.md` 11).
///
/// # Errors
///
/// As [`create`].
pub async fn revoke(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    secret_id: &ClientSecretId,
) -> Result<ClientSecretRow> {
    caller.organization()?.require(Action::Delete, Subject::Identity)?;

    let (caller, id, secret_id) = (caller.clone(), id.clone(), secret_id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, auth) = universal_auth::open(work, &caller, &id).await?;
            let now = work.app.now();
            find(&mut work.db, &auth.method.id, &secret_id).await?;
            client_secrets::revoke(&mut work.db, &secret_id, now).await?;
            access_tokens::revoke_of_client_secret(&mut work.db, &secret_id, now).await?;
            let row = find(&mut work.db, &auth.method.id, &secret_id).await?;
            work.record(
                event(&work.app, &caller, "revoke-identity-universal-auth-client-secret", &identity)
                    .with("clientSecretId", secret_id.as_str()),
            );
            Ok(row)
        })
    })
    .await
}
