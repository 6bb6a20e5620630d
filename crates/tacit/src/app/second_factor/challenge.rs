//! The second step of a sign-in.

use tacit_core::{
    id::{ChallengeId, OrganizationId, SessionId, UserId},
    token,
};
use tacit_store::{
    Connection,
    second_factor::{self, ChallengeRow},
    user_sessions, user_totp,
};
use zeroize::Zeroizing;

use super::code::{self, Accepted};
use crate::app::{
    App,
    caller::Client,
    error::{Error, Result},
    sign_in::{self, SignedIn},
    work::UnitOfWork,
};

/// How long a challenge waits.
const TTL_SECONDS: i64 = 10 * 60;
/// Codes that can be tried in one.
const TRIES: i64 = 5;
/// How the token begins.
const PREFIX: &str = "mfa.";

const ENDED: Error = Error::SecondFactor { is_ended: true, tries_left: 0 };

/// Names a challenge: its id and a secret of 256 bits.
pub struct ChallengeToken {
    id: ChallengeId,
    secret: Zeroizing<String>,
}

/// Prints no secret.
impl std::fmt::Debug for ChallengeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChallengeToken(..)")
    }
}

impl ChallengeToken {
    /// Reads what a client sends.
    ///
    /// # Errors
    ///
    /// As for a challenge that has ended.
    pub fn parse(text: &str) -> Result<Self> {
        let (id, secret) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.')).ok_or(ENDED)?;
        Ok(Self { id: ChallengeId::new(id), secret: Zeroizing::new(secret.to_owned()) })
    }

    /// The text for the client.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}.{}", self.id, *self.secret)
    }
}

/// Whether the session must give the second factor of its user before it enters an organization.
pub(in crate::app) async fn is_due(db: &mut Connection, user: &UserId, session: &SessionId) -> Result<bool> {
    let is_enabled = user_totp::find(db, user).await?.is_some_and(|totp| totp.is_enabled);
    Ok(is_enabled && !second_factor::is_marked(db, session).await?)
}

/// Asks a session for the second factor before it enters an organization.
pub(in crate::app) async fn challenge(
    work: &mut UnitOfWork,
    session: &SessionId,
    organization: &OrganizationId,
) -> Result<ChallengeToken> {
    let token = ChallengeToken { id: work.app.new_id(), secret: token::new_secret(&work.app.random) };
    let row = ChallengeRow {
        id: token.id.clone(),
        session_id: session.clone(),
        organization_id: organization.clone(),
        token_hash: work.app.keys.hashes.hash(token.secret.as_bytes()).to_vec(),
        tries_left: TRIES,
        expires_at: work.app.now().plus_seconds(TTL_SECONDS),
    };
    second_factor::replace(&mut work.db, &row).await?;
    Ok(token)
}

/// Whether the challenge waits for a code of an authenticator app: all do that have not ended.
///
/// # Errors
///
/// [`Error::SecondFactor`] if it has ended.
pub async fn asks_for_code(app: &App, token: &ChallengeToken) -> Result<bool> {
    let mut db = app.database.read().await?;
    let row = second_factor::find(&mut db, &token.id).await?;
    row.filter(|row| is_open(app, row, token)).map(|_| true).ok_or(ENDED)
}

fn is_open(app: &App, row: &ChallengeRow, token: &ChallengeToken) -> bool {
    app.keys.hashes.verify(token.secret.as_bytes(), &row.token_hash) && app.now() < row.expires_at
}

/// Gives the second factor: a code of the app or a recovery code. The session enters the organization.
///
/// # Errors
///
/// [`Error::SecondFactor`] for a wrong code, with the tries that are left, and for a challenge that has
/// ended; [`Error::Refused`] after too many wrong codes in all.
pub async fn verify(app: &App, client: &Client, token: ChallengeToken, code: &str) -> Result<SignedIn> {
    let (client, code) = (client.clone(), Zeroizing::new(code.to_owned()));
    app.write(move |work| Box::pin(async move { settle(work, &client, &token, &code).await })).await?
}

/// The inner result is the answer; both kinds of it are kept.
async fn settle(
    work: &mut UnitOfWork,
    client: &Client,
    token: &ChallengeToken,
    code: &str,
) -> Result<Result<SignedIn>> {
    let row = second_factor::take_try(&mut work.db, &token.id).await?;
    let row = row.filter(|row| is_open(&work.app, row, token)).ok_or(ENDED)?;
    let session = user_sessions::lock(&mut work.db, &row.session_id).await?.ok_or(ENDED)?;
    let event = sign_in::event_of_session(work, client, &session, "verify-mfa").await?;
    let event = event.organization(&row.organization_id);
    let accepted = code::accept(work, &session.user_id, code).await?;
    if matches!(accepted, Accepted::No) {
        if row.tries_left <= 0 {
            second_factor::delete(&mut work.db, &row.id).await?;
        }
        work.record(event.denied().with("reason", "wrong code"));
        return Ok(Err(Error::SecondFactor { is_ended: false, tries_left: row.tries_left.max(0) }));
    }
    second_factor::delete(&mut work.db, &row.id).await?;
    second_factor::mark(&mut work.db, &session.id, work.app.now()).await?;
    let method = if matches!(accepted, Accepted::RecoveryCode) { "recovery-code" } else { "totp" };
    work.record(event.with("method", method));
    Ok(Ok(sign_in::enter(work, session, row.organization_id).await?))
}
