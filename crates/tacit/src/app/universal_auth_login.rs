//! Logging in by Universal Auth (wire-contract 10.3, `decisions.md` 10 to 12).
//!
//! An unknown client id, a wrong client secret and a revoked one get the same answer, after the same
//! keyed hash and the same look-up. Only a wrong secret is then counted; that it takes longer tells
//! whether a client id exists, which is no secret and too random to guess.

use tacit_core::{id::ClientSecretId, time::Timestamp};
use tacit_store::{
    auth_methods::{self, UNIVERSAL_AUTH, UniversalAuthRow, UniversalLoginRow},
    client_secrets,
    identities::{self, IdentityRow},
};
use zeroize::Zeroizing;

use super::{
    App, UnitOfWork,
    access_tokens::{self, Issue, IssuedToken},
    audit::Event,
    caller::Client,
    error::{Error, Result},
    token_settings,
};

const EVENT: &str = "login-identity-universal-auth";

/// What a machine logs in with.
pub struct Login {
    /// The public half.
    pub client_id: String,
    /// The secret half.
    pub client_secret: Zeroizing<String>,
    /// The organization that is meant; any other than the identity's is refused.
    pub organization_slug: Option<String>,
}

/// Why a login is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    WrongSecret,
    Revoked,
    Expired,
    UsedUp,
    Locked,
    Address,
    UnknownOrganization(String),
    OtherOrganization,
}

impl Refusal {
    const fn reason(&self) -> &'static str {
        match self {
            Self::WrongSecret => "wrong client secret",
            Self::Revoked => "revoked client secret",
            Self::Expired => "expired client secret",
            Self::UsedUp => "client secret without uses left",
            Self::Locked => "locked after wrong client secrets",
            Self::Address => "address not trusted",
            Self::UnknownOrganization(_) | Self::OtherOrganization => "another organization",
        }
    }

    fn into_error(self) -> Error {
        match self {
            Self::WrongSecret | Self::Revoked => WRONG,
            Self::Expired => Error::Unauthenticated("This client secret has expired"),
            Self::UsedUp => Error::Unauthenticated("This client secret has no uses left"),
            Self::Locked => {
                Error::Unauthenticated("Locked after too many wrong client secrets. Try again later.")
            }
            Self::Address => Error::Refused("This identity may not log in from your address".to_owned()),
            Self::UnknownOrganization(slug) => Error::not_found("Organization", slug),
            Self::OtherOrganization => Error::Unauthenticated("This identity is not in that organization"),
        }
    }
}

const WRONG: Error = Error::Unauthenticated("The client id or the client secret is wrong");

/// Exchanges a client secret for an access token. A success is one transaction: the use of the
/// client secret, the token and the audit event stand or fall together. A refusal is judged in the
/// transaction that counts it, so guesses sent together get no more answers than the lockout allows.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for wrong, revoked, expired or used up credentials, while the method
/// is locked, or for another organization; [`Error::Refused`] from an address that is not trusted;
/// [`Error::NotFound`] for an organization slug that nobody has.
pub async fn login(app: &App, client: Client, login: Login) -> Result<IssuedToken> {
    let hash = app.keys.hashes.hash(login.client_secret.as_bytes());
    let mut db = app.database.read().await?;
    let found = auth_methods::find_login(&mut db, &login.client_id, &hash).await?;
    drop(db);
    let Some(row) = found else {
        app.audit
            .record(Event::by_nobody(app, &client, EVENT).denied().with("reason", "unknown client id"))?;
        return Err(WRONG);
    };

    let now = app.now();
    let result = app
        .write(move |work| {
            Box::pin(async move {
                let decided = decide(work, &row, &client, login.organization_slug, now).await?;
                match &decided {
                    Ok(_) => work.record(event(work, &client, &row)),
                    Err(refusal) => refuse(work, &client, &row, refusal, now).await?,
                }
                Ok(decided)
            })
        })
        .await?;
    result.map_err(Refusal::into_error)
}

/// Lets in or refuses. The identity is locked first, as every change to it does, so that none of them
/// waits for another in a circle, and all logins of one identity are judged one after the other.
async fn decide(
    work: &mut UnitOfWork,
    row: &UniversalLoginRow,
    client: &Client,
    organization_slug: Option<String>,
    now: Timestamp,
) -> Result<std::result::Result<IssuedToken, Refusal>> {
    let identity =
        identities::lock(&mut work.db, &row.organization_id, &row.identity_id).await?.ok_or(WRONG)?;
    let universal = auth_methods::find_universal(&mut work.db, &row.auth_method_id).await?.ok_or(WRONG)?;
    match judge(row, &universal, client, now)? {
        Err(refusal) => Ok(Err(refusal)),
        Ok(secret) => match other_organization(work, row, organization_slug).await? {
            Some(refusal) => Ok(Err(refusal)),
            None => admit(work, &identity, &universal, secret, now).await,
        },
    }
}

/// What the rows say of this login, before anything is changed.
fn judge(
    row: &UniversalLoginRow,
    universal: &UniversalAuthRow,
    client: &Client,
    now: Timestamp,
) -> Result<std::result::Result<ClientSecretId, Refusal>> {
    if !token_settings::read_stored(&universal.client_secret_trusted_ips)?.allow(client.ip) {
        return Ok(Err(Refusal::Address));
    }
    if universal.lockout_enabled && universal.locked_until.is_some_and(|until| now < until) {
        return Ok(Err(Refusal::Locked));
    }
    let Some(secret) = row.client_secret_id.clone() else { return Ok(Err(Refusal::WrongSecret)) };
    if row.is_revoked == Some(true) {
        return Ok(Err(Refusal::Revoked));
    }
    let ttl = row.ttl_seconds.unwrap_or(0);
    if ttl > 0 && row.secret_created_at.is_none_or(|start| start.plus_seconds(ttl) <= now) {
        return Ok(Err(Refusal::Expired));
    }
    Ok(Ok(secret))
}

/// Counts the use and issues the token. The identity is locked.
async fn admit(
    work: &mut UnitOfWork,
    identity: &IdentityRow,
    universal: &UniversalAuthRow,
    secret: ClientSecretId,
    now: Timestamp,
) -> Result<std::result::Result<IssuedToken, Refusal>> {
    if !client_secrets::use_once(&mut work.db, &secret, now).await? {
        return Ok(Err(Refusal::UsedUp));
    }
    let method = auth_methods::find(&mut work.db, &identity.id, UNIVERSAL_AUTH).await?.ok_or(WRONG)?;
    if universal.failures > 0 {
        auth_methods::clear_failures(&mut work.db, &method.id).await?;
    }
    identities::record_login(&mut work.db, &identity.id, UNIVERSAL_AUTH, now).await?;
    let client_secret = Some(secret);
    let issue = Issue { identity, method: &method, client_secret, name: None, attributes: None };
    Ok(Ok(access_tokens::issue(work, issue).await?.0))
}

/// Whether an organization is meant that the identity is not in.
async fn other_organization(
    work: &mut UnitOfWork,
    row: &UniversalLoginRow,
    slug: Option<String>,
) -> Result<Option<Refusal>> {
    match slug {
        Some(slug) if slug != row.organization_slug => {
            Ok(Some(if identities::organization_slug_exists(&mut work.db, &slug).await? {
                Refusal::OtherOrganization
            } else {
                Refusal::UnknownOrganization(slug)
            }))
        }
        _ => Ok(None),
    }
}

/// Records a refusal and what follows from it: a wrong secret counts towards the lockout, one that
/// ended by itself is marked so. Its tokens live on (`decisions.md` 11).
async fn refuse(
    work: &mut UnitOfWork,
    client: &Client,
    row: &UniversalLoginRow,
    refusal: &Refusal,
    now: Timestamp,
) -> Result<()> {
    match (refusal, &row.client_secret_id) {
        (Refusal::WrongSecret, _) => {
            auth_methods::count_failure(&mut work.db, &row.auth_method_id, now).await?;
        }
        (Refusal::Expired | Refusal::UsedUp, Some(secret)) => {
            client_secrets::revoke(&mut work.db, secret, now).await?;
        }
        _ => {}
    }
    work.record(event(work, client, row).denied().with("reason", refusal.reason()));
    Ok(())
}

fn event(work: &UnitOfWork, client: &Client, row: &UniversalLoginRow) -> Event {
    let event = Event::by_nobody(&work.app, client, EVENT)
        .organization(&row.organization_id)
        .actor("identity", row.identity_id.as_str(), &row.identity_name)
        .with("identityId", row.identity_id.as_str());
    match &row.client_secret_id {
        Some(secret) => event.with("clientSecretId", secret.as_str()),
        None => event,
    }
}
