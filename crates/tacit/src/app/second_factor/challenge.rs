//! The second step of a sign-in.

use tacit_core::{
    id::{ChallengeId, OrganizationId, SessionId, UserId},
    passkey::{Assertion, ChallengeOf, RelyingParty, Verification},
    token,
};
use tacit_store::{
    Connection, organizations, passkeys,
    second_factor::{self, ChallengeRow},
    user_sessions,
};
use zeroize::Zeroizing;

use super::{
    Method,
    code::{self, Accepted, Of},
    due::{Due, due, mark_of},
};
use crate::app::{
    App,
    caller::Client,
    error::{Error, Result},
    passkeys::{Asked, Options},
    sign_in::{self, SignedIn},
    work::UnitOfWork,
};

/// How long a challenge waits.
const TTL_SECONDS: i64 = 10 * 60;
/// Codes and passkeys that can be tried in one.
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

/// What the sign-in waits for: any of these counts, the one to ask for first in front.
///
/// # Errors
///
/// [`Error::SecondFactor`] if it has ended.
pub async fn methods(app: &App, token: &ChallengeToken) -> Result<Vec<Method>> {
    let mut db = app.database.read().await?;
    let (row, user) = open(app, &mut db, token).await?;
    let organization = organizations::find(&mut db, &row.organization_id).await?;
    Ok(match due(&mut db, &user, &row.session_id, organization.as_ref()).await? {
        Due::Give(methods) => methods,
        Due::Nothing | Due::SetUp(_) => Vec::new(),
    })
}

/// What a browser needs to ask for a passkey of the person who signs in.
///
/// # Errors
///
/// [`Error::SecondFactor`] if the sign-in has ended, [`Error::Invalid`] if the person has no passkey that
/// works at this address.
pub async fn passkey_options(app: &App, token: &ChallengeToken, site: &RelyingParty) -> Result<Options> {
    let mut db = app.database.read().await?;
    let (row, user) = open(app, &mut db, token).await?;
    let mut rows = passkeys::list(&mut db, &user).await?;
    rows.retain(|row| row.relying_party == site.id());
    if rows.is_empty() {
        return Err(Error::Invalid(
            "You have no passkey for this address. Give a recovery code, or ask an administrator".to_owned(),
        ));
    }
    let purpose = ChallengeOf::SecondFactor(row.id.as_str());
    Ok(Options {
        challenge: app.keys.challenges.issue(purpose, app.now(), &app.random),
        credential_ids: rows.into_iter().map(|row| row.credential_id).collect(),
    })
}

async fn open(app: &App, db: &mut Connection, token: &ChallengeToken) -> Result<(ChallengeRow, UserId)> {
    let row = second_factor::find(db, &token.id).await?;
    let row = row.filter(|row| is_open(app, row, token)).ok_or(ENDED)?;
    let proof = second_factor::proof(db, &row.session_id).await?.ok_or(ENDED)?;
    Ok((row, proof.user_id))
}

fn is_open(app: &App, row: &ChallengeRow, token: &ChallengeToken) -> bool {
    app.keys.hashes.verify(token.secret.as_bytes(), &row.token_hash) && app.now() < row.expires_at
}

/// What somebody gives.
enum Given {
    Code(Zeroizing<String>),
    Passkey(RelyingParty, Assertion),
}

/// Gives the second factor: a code of the app or a recovery code. The session enters the organization.
///
/// # Errors
///
/// [`Error::SecondFactor`] for a wrong code, with the tries that are left, and for a challenge that has
/// ended; [`Error::Refused`] after too many wrong codes in all; [`Error::SecondFactorMissing`] for a right
/// code, if the organization asks for something else.
pub async fn verify(app: &App, client: &Client, token: ChallengeToken, code: &str) -> Result<SignedIn> {
    give(app, client, token, Given::Code(Zeroizing::new(code.to_owned()))).await
}

/// Gives the second factor: a passkey. The session enters the organization.
///
/// # Errors
///
/// As [`verify`]; every try with a passkey counts, too.
pub async fn verify_passkey(
    app: &App,
    client: &Client,
    token: ChallengeToken,
    site: RelyingParty,
    assertion: Assertion,
) -> Result<SignedIn> {
    give(app, client, token, Given::Passkey(site, assertion)).await
}

async fn give(app: &App, client: &Client, token: ChallengeToken, given: Given) -> Result<SignedIn> {
    let client = client.clone();
    app.write(move |work| Box::pin(async move { settle(work, &client, &token, &given).await })).await?
}

/// The inner result is the answer; both kinds of it are kept.
async fn settle(
    work: &mut UnitOfWork,
    client: &Client,
    token: &ChallengeToken,
    given: &Given,
) -> Result<Result<SignedIn>> {
    let row = second_factor::take_try(&mut work.db, &token.id).await?;
    let row = row.filter(|row| is_open(&work.app, row, token)).ok_or(ENDED)?;
    let session = user_sessions::lock(&mut work.db, &row.session_id).await?.ok_or(ENDED)?;
    let event = sign_in::event_of_session(work, client, &session, "verify-mfa").await?;
    let event = event.organization(&row.organization_id);
    let method = match judge(work, &row, &session.user_id, given).await? {
        Ok(method) => method,
        Err(reason) => {
            if row.tries_left <= 0 {
                second_factor::delete(&mut work.db, &row.id).await?;
            }
            work.record(event.denied().with("reason", reason));
            return Ok(Err(Error::SecondFactor { is_ended: false, tries_left: row.tries_left.max(0) }));
        }
    };
    second_factor::delete(&mut work.db, &row.id).await?;
    second_factor::mark(&mut work.db, &session.id, mark_of(method), work.app.now()).await?;
    work.record(event.with("method", mark_of(method)));
    let organization = organizations::find(&mut work.db, &row.organization_id).await?;
    match due(&mut work.db, &session.user_id, &session.id, organization.as_ref()).await? {
        Due::Nothing => Ok(Ok(sign_in::enter(work, session, row.organization_id).await?)),
        Due::Give(methods) | Due::SetUp(methods) => Ok(Err(Error::SecondFactorMissing { methods })),
    }
}

/// What counted, with `None` for a recovery code; or why nothing did.
async fn judge(
    work: &mut UnitOfWork,
    row: &ChallengeRow,
    user: &UserId,
    given: &Given,
) -> Result<Result<Option<Method>, String>> {
    match given {
        Given::Code(code) => Ok(match code::accept(work, user, code, Of::ConfirmedApp).await? {
            Accepted::Totp(_) => Ok(Some(Method::Totp)),
            Accepted::RecoveryCode => Ok(None),
            Accepted::No => Err("wrong code".to_owned()),
        }),
        Given::Passkey(site, assertion) => {
            let asked = Asked {
                site,
                purpose: ChallengeOf::SecondFactor(row.id.as_str()),
                user: Some(user),
                verification: Verification::Preferred,
            };
            let accepted = super::super::passkeys::accept(work, asked, assertion).await?;
            Ok(accepted.map(|_| Some(Method::Passkey)))
        }
    }
}
