//! Access tokens of machines: issue, renew, revoke, and when they end (`decisions.md` 9 to 11).

use tacit_core::{
    id::ClientSecretId,
    time::Timestamp,
    token::{Claims, IdentityClaims},
};
use tacit_store::{
    access_tokens::{self, AccessTokenRow, TokenIdentityRow},
    auth_methods::AuthMethodRow,
    identities::IdentityRow,
    organizations,
};
use zeroize::Zeroizing;

use super::{
    App, UnitOfWork,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    token_settings,
};

/// The max TTL that the wire tells of a token with a period (wire-contract 10.3).
const PERIODIC_MAX_TTL_SECONDS: i64 = 1_000_000_000;

/// A token, and what its holder is told of it.
pub struct IssuedToken {
    /// The token.
    pub access_token: Zeroizing<String>,
    /// Seconds until it must be renewed; 0 is never.
    pub expires_in: i64,
    /// Seconds from issue that renewals cannot pass; 0 is none.
    pub max_ttl_seconds: i64,
}

/// Prints no token.
impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IssuedToken(..)")
    }
}

/// For whom, by which method and for what a token is issued.
#[derive(Clone, Debug)]
pub struct Issue<'a> {
    /// The machine.
    pub identity: &'a IdentityRow,
    /// The method, whose limits the token keeps.
    pub method: &'a AuthMethodRow,
    /// The client secret it is exchanged for.
    pub client_secret: Option<ClientSecretId>,
    /// What people call it.
    pub name: Option<String>,
    /// What is kept of what was said of the machine at the login, JSON.
    pub attributes: Option<String>,
}

/// Makes a token and its row in the caller's transaction.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn issue(work: &mut UnitOfWork, issue: Issue<'_>) -> Result<(IssuedToken, AccessTokenRow)> {
    let row = row(&work.app, &issue);
    access_tokens::insert(&mut work.db, &row).await?;
    let claims = claims(&row, issue.identity);
    let token = IssuedToken {
        access_token: Zeroizing::new(work.app.keys.tokens.sign(&claims)),
        expires_in: row.ttl_seconds,
        max_ttl_seconds: told_max_ttl(row.max_ttl_seconds, row.period_seconds),
    };
    Ok((token, row))
}

/// A token with a period lives as long as the period and may be renewed for ever.
fn row(app: &App, issue: &Issue<'_>) -> AccessTokenRow {
    let now = app.now();
    let method = issue.method;
    let period = method.access_token_period;
    let (ttl_seconds, max_ttl_seconds) =
        if period > 0 { (period, 0) } else { (method.access_token_ttl, method.access_token_max_ttl) };
    AccessTokenRow {
        id: app.new_id(),
        identity_id: method.identity_id.clone(),
        auth_method_id: method.id.clone(),
        client_secret_id: issue.client_secret.clone(),
        method: method.method.clone(),
        name: issue.name.clone(),
        ttl_seconds,
        max_ttl_seconds,
        period_seconds: period,
        num_uses: 0,
        num_uses_limit: method.access_token_num_uses_limit,
        is_revoked: false,
        last_used_at: None,
        last_renewed_at: None,
        created_at: now,
        updated_at: now,
        attributes: issue.attributes.clone(),
    }
}

fn claims(row: &AccessTokenRow, identity: &IdentityRow) -> Claims {
    let issued_at = row.created_at.seconds();
    let ends = row.ttl_seconds > 0 && row.max_ttl_seconds > 0 && row.period_seconds == 0;
    Claims::Identity(IdentityClaims {
        identity_id: row.identity_id.clone(),
        client_secret_id: row.client_secret_id.clone(),
        access_token_id: row.id.clone(),
        identity_name: identity.name.clone(),
        auth_method: row.method.clone(),
        organization_id: identity.organization_id.clone(),
        issued_at,
        expires_at: ends.then(|| issued_at.saturating_add(row.max_ttl_seconds)),
    })
}

/// The max TTL as the wire tells it.
#[must_use]
pub const fn told_max_ttl(max_ttl_seconds: i64, period_seconds: i64) -> i64 {
    if period_seconds > 0 { PERIODIC_MAX_TTL_SECONDS } else { max_ttl_seconds }
}

/// When a token ends if its TTL counts from `since`; `None` is never. The max TTL counts from its
/// issue, and not for one that never ends or has a period.
#[must_use]
pub fn end(row: &TokenIdentityRow, since: Timestamp) -> Option<Timestamp> {
    if row.ttl_seconds == 0 {
        return None;
    }
    let end = since.plus_seconds(row.ttl_seconds);
    if row.max_ttl_seconds == 0 || row.period_seconds > 0 {
        return Some(end);
    }
    Some(end.min(row.created_at.plus_seconds(row.max_ttl_seconds)))
}

/// Refuses a token that has ended by time. The TTL counts from issue or last renewal.
///
/// # Errors
///
/// [`Error::Unauthenticated`].
pub fn refuse_ended(row: &TokenIdentityRow, now: Timestamp) -> Result<()> {
    let since = row.last_renewed_at.unwrap_or(row.created_at);
    if end(row, since).is_some_and(|end| end <= now) {
        return Err(Error::Unauthenticated("This access token has expired"));
    }
    Ok(())
}

/// Refuses a token that is used from an address it does not work at.
///
/// # Errors
///
/// [`Error::Refused`].
pub fn refuse_address(row: &TokenIdentityRow, client: &Client) -> Result<()> {
    if token_settings::read_stored(&row.access_token_trusted_ips)?.allow(client.ip) {
        return Ok(());
    }
    Err(Error::Refused("This access token does not work from your address".to_owned()))
}

const RENEW: &str = "renew-identity-access-token";

/// What is said of a token whose row is gone or revoked.
pub const REVOKED: Error = Error::Unauthenticated("This access token was revoked or its identity is gone");

/// Lets the TTL of a token count from now, as far as its max TTL allows. Renewing is no use.
///
/// # Errors
///
/// [`Error::Token`] if it is no valid token of ours, [`Error::Unauthenticated`] if it has ended,
/// [`Error::Refused`] from an address it does not work at, [`Error::Invalid`] for a user's token or
/// one without uses left.
pub async fn renew(app: &App, client: Client, token: Zeroizing<String>) -> Result<IssuedToken> {
    let claims = verify(app, &token, "Only access tokens of machine identities can be renewed")?;

    let (named, from) = (claims.clone(), client.clone());
    let renewed = app
        .write(move |work| {
            Box::pin(async move {
                let row = open(work, &claims).await?;
                let now = work.app.now();
                refuse_ended(&row, now)?;
                refuse_address(&row, &client)?;
                if row.num_uses_limit > 0 && row.num_uses >= row.num_uses_limit {
                    return Err(Error::Invalid("This access token has no uses left".to_owned()));
                }
                if !access_tokens::renew(&mut work.db, &row.id, now).await? {
                    return Err(REVOKED);
                }
                work.record(event(work, &client, RENEW, &row));
                Ok((row, now))
            })
        })
        .await;
    if let Err(Error::Refused(_)) = &renewed {
        record_address(app, &from, &named)?;
    }
    let (row, now) = renewed?;
    Ok(IssuedToken {
        access_token: token,
        expires_in: end(&row, now).map_or(0, |end| (end.millis() - now.millis()).div_euclid(1000)),
        max_ttl_seconds: told_max_ttl(row.max_ttl_seconds, row.period_seconds),
    })
}

/// Somebody has a token at an address where it does not work: its machine's organization should know.
fn record_address(app: &App, client: &Client, claims: &IdentityClaims) -> Result<()> {
    let event = Event::by_nobody(app, client, RENEW)
        .organization(&claims.organization_id)
        .actor("identity", claims.identity_id.as_str(), &claims.identity_name)
        .with("identityAccessTokenId", claims.access_token_id.as_str());
    app.audit.record(event.denied().with("reason", "address not trusted"))
}

/// Ends a token. Whoever holds it may, from anywhere.
///
/// # Errors
///
/// [`Error::Token`] if it is no valid token of ours, [`Error::Unauthenticated`] if it was revoked,
/// [`Error::Invalid`] for a user's token.
pub async fn revoke(app: &App, client: Client, token: Zeroizing<String>) -> Result<()> {
    let claims = verify(app, &token, "Only access tokens of machine identities can be revoked here")?;

    app.write(move |work| {
        Box::pin(async move {
            let row = open(work, &claims).await?;
            let now = work.app.now();
            if !access_tokens::revoke(&mut work.db, &row.id, now).await? {
                return Err(REVOKED);
            }
            work.record(event(work, &client, "revoke-identity-access-token", &row));
            Ok(())
        })
    })
    .await
}

fn verify(app: &App, token: &str, message: &str) -> Result<IdentityClaims> {
    match app.keys.tokens.verify(token, app.now())? {
        Claims::Identity(claims) => Ok(claims),
        Claims::User(_) => Err(Error::Invalid(message.to_owned())),
    }
}

/// The token, once changes of access in its organization wait for this transaction.
async fn open(work: &mut UnitOfWork, claims: &IdentityClaims) -> Result<TokenIdentityRow> {
    organizations::raise_access_revision(&mut work.db, &claims.organization_id).await?;
    access_tokens::find_with_identity(&mut work.db, &claims.access_token_id)
        .await?
        .filter(|row| row.identity_id == claims.identity_id && !row.is_revoked)
        .ok_or(REVOKED)
}

fn event(work: &UnitOfWork, client: &Client, kind: &str, row: &TokenIdentityRow) -> Event {
    Event::by_nobody(&work.app, client, kind)
        .organization(&row.organization_id)
        .actor("identity", row.identity_id.as_str(), &row.name)
        .with("identityAccessTokenId", row.id.as_str())
}

/// How long a token that has ended stays in lists before it is removed, in seconds: 7 days.
const ENDED_KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Removes tokens that ended a week ago: every login adds one, so they would grow without bound.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    let before = app.now().plus_seconds(-ENDED_KEPT_SECONDS);
    app.write(move |work| {
        Box::pin(async move {
            tacit_store::access_tokens::delete_ended(&mut work.db, before).await?;
            Ok(())
        })
    })
    .await
}
