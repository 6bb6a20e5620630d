//! Logging in by a method that somebody else vouches for (wire-contract 10.2).
//!
//! An identity that does not exist, one without this method and a proof that does not count get the same answer by the
//! same way. The audit log of the identity's organization says which check failed, and who administers the identity can try
//! its settings with a proof ([`super::test`]).

use tacit_core::id::IdentityId;
use tacit_store::{
    auth_method_settings::{self, MethodLoginRow},
    auth_methods,
    identities::{self, IdentityRow},
};

use super::{Attempt, Method, Proven, checks::Checks, lockout, settings};
use crate::app::{
    App, UnitOfWork,
    access_tokens::{self, Issue, IssuedToken},
    audit::Event,
    caller::Client,
    error::{Error, Result},
    organization_keys,
};

/// What a machine logs in with.
pub struct Login<P> {
    /// The identity it wants to be.
    pub identity_id: IdentityId,
    /// What shows that it is.
    pub proof: P,
    /// The organization that is meant; any other than the identity's is refused.
    pub organization_slug: Option<String>,
}

const WRONG: Error = Error::Unauthenticated(
    "This login is refused. The audit log of the identity's organization says which check failed.",
);

const LOCKED: Error = Error::Unauthenticated("Locked after too many wrong passwords. Try again later.");

/// Exchanges a proof for an access token. The proof is judged outside the transaction, because that may take a request
/// to whom it comes from; the token and the audit event are then one transaction.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for an unknown identity, a proof that does not count, another organization or while the
/// method is locked; [`Error::TooMany`] if too many logins of the identity wait;
/// [`Error::NotFound`] for an organization slug that nobody has; [`Error::Conflict`] if the settings changed meanwhile.
pub async fn login<M: Method>(app: &App, client: Client, login: Login<M::Proof>) -> Result<IssuedToken> {
    let mut db = app.database.read().await?;
    let found = auth_method_settings::find_login(&mut db, &login.identity_id, M::NAME).await?;
    drop(db);
    let Some(row) = found else {
        app.audit.record(
            Event::by_nobody(app, &client, M::EVENTS.login).denied().with("reason", "unknown identity"),
        )?;
        return Err(WRONG);
    };

    let other = row.other_data_key_ciphertext.as_ref();
    let key = app.keys.organization(&row.organization_id, &row.data_key_ciphertext, other)?;
    let method: M = settings::open(&key, &row.auth_method_id, &row.settings_ciphertext)?;
    let _turn = match method.lockout() {
        Some(_) => Some(lockout::enter(app, &row.auth_method_id).await?),
        None => None,
    };
    if method.lockout().is_some() && lockout::is_locked(app, &row.auth_method_id).await? {
        app.audit.record(event::<M>(app, &client, &row).denied().with("reason", "locked"))?;
        return Err(LOCKED);
    }
    let mut checks = Checks::default();
    let attempt = Attempt {
        app,
        organization_id: &row.organization_id,
        identity_id: &row.identity_id,
        client: &client,
        proof: &login.proof,
    };
    let Ok(proven) = super::judge(&method, attempt, &mut checks).await else {
        refuse(app, &client, &row, &method, checks.failed().unwrap_or("unknown")).await?;
        return Err(WRONG);
    };
    let organization_slug = login.organization_slug;
    app.write(move |work| {
        Box::pin(async move {
            let decided = admit(work, &row, &method, organization_slug, &proven).await?;
            let event = event::<M>(&work.app, &client, &row).with("subject", proven.subject.as_str());
            let event = if proven.attributes.is_empty() {
                event
            } else {
                event.with("attributes", serde_json::json!(proven.attributes))
            };
            match &decided {
                Ok(_) => work.record(event),
                Err(_) => work.record(event.denied().with("reason", "another organization")),
            }
            Ok(decided)
        })
    })
    .await?
}

/// Records a refusal, and counts it if somebody may be guessing.
async fn refuse<M: Method>(
    app: &App,
    client: &Client,
    row: &MethodLoginRow,
    method: &M,
    reason: &'static str,
) -> Result<()> {
    let event = event::<M>(app, client, row).denied().with("reason", reason);
    let Some(lockout) = method.lockout().filter(|_| M::GUESSED.contains(&reason)) else {
        return app.audit.record(event);
    };
    let id = row.auth_method_id.clone();
    app.write(move |work| {
        Box::pin(async move {
            lockout::count(work, &id, lockout).await?;
            work.record(event);
            Ok(())
        })
    })
    .await
}

/// Issues the token, if what was judged is still so. The identity is locked first, as every change to it does.
async fn admit<M: Method>(
    work: &mut UnitOfWork,
    row: &MethodLoginRow,
    method: &M,
    organization_slug: Option<String>,
    proven: &Proven,
) -> Result<Result<IssuedToken>> {
    let identity =
        identities::lock(&mut work.db, &row.organization_id, &row.identity_id).await?.ok_or(WRONG)?;
    if !still_has(work, row, method).await? {
        return Err(Error::Conflict("The settings of this auth method changed during the login. Try again."));
    }
    if let Some(slug) = organization_slug.filter(|slug| *slug != row.organization_slug) {
        return Ok(Err(if identities::organization_slug_exists(&mut work.db, &slug).await? {
            Error::Unauthenticated("This identity is not in that organization")
        } else {
            Error::not_found("Organization", slug)
        }));
    }
    issue::<M>(work, &identity, proven).await.map(Ok)
}

/// Whether the settings are those that were judged by. They may be encrypted anew and still the same.
async fn still_has<M: Method>(work: &mut UnitOfWork, row: &MethodLoginRow, method: &M) -> Result<bool> {
    let stored = auth_method_settings::find(&mut work.db, &row.auth_method_id).await?.ok_or(WRONG)?;
    if stored == row.settings_ciphertext {
        return Ok(true);
    }
    let key = organization_keys::to_read(&work.app, &mut work.db, &row.organization_id).await?;
    let stored = auth_method_settings::find(&mut work.db, &row.auth_method_id).await?.ok_or(WRONG)?;
    Ok(settings::open::<M>(&key, &row.auth_method_id, &stored)? == *method)
}

async fn issue<M: Method>(
    work: &mut UnitOfWork,
    identity: &IdentityRow,
    proven: &Proven,
) -> Result<IssuedToken> {
    let method = auth_methods::find(&mut work.db, &identity.id, M::NAME).await?.ok_or(WRONG)?;
    let now = work.app.now();
    if !M::GUESSED.is_empty() {
        auth_method_settings::clear_failures(&mut work.db, &method.id).await?;
    }
    identities::record_login(&mut work.db, &identity.id, M::NAME, now).await?;
    let attributes =
        (!proven.attributes.is_empty()).then(|| serde_json::json!(proven.attributes).to_string());
    let issue = Issue { identity, method: &method, client_secret: None, name: None, attributes };
    Ok(access_tokens::issue(work, issue).await?.0)
}

fn event<M: Method>(app: &App, client: &Client, row: &MethodLoginRow) -> Event {
    Event::by_nobody(app, client, M::EVENTS.login)
        .organization(&row.organization_id)
        .actor("identity", row.identity_id.as_str(), &row.identity_name)
        .with("identityId", row.identity_id.as_str())
}
