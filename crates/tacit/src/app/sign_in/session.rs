//! The two tokens of a session.

use tacit_core::{
    id::{OrganizationId, SessionId, UserId},
    token::{self, Claims, UserClaims},
};
use tacit_store::user_sessions::UserSessionRow;
use zeroize::Zeroizing;

use super::super::{App, caller::Client};

/// How long a session lives, whatever happens in it (wire-contract 21).
pub const SESSION_TTL_SECONDS: i64 = 90 * 24 * 3600;
/// How long an access token is valid, unless its organization says less (wire-contract 21).
const ACCESS_TOKEN_TTL_SECONDS: i64 = 10 * 24 * 3600;
/// How long a replaced refresh token is still answered.
const PREVIOUS_TOKEN_SECONDS: i64 = 30;

/// What somebody holds who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// For the Authorization header.
    pub access_token: String,
    /// For the cookie; `None` if the one that was sent stays.
    pub refresh_token: Option<RefreshToken>,
    /// The organization that the access token is for.
    pub organization_id: Option<OrganizationId>,
}

/// A refresh token: the session's id, a point, and a secret of 256 bits.
pub struct RefreshToken {
    /// The session.
    pub session_id: SessionId,
    secret: Zeroizing<String>,
}

/// Prints no secret.
impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl RefreshToken {
    /// Reads the text of a cookie.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        Some(Self { session_id: SessionId::new(id), secret: Zeroizing::new(secret.to_owned()) })
    }

    /// The text for the cookie.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}.{}", self.session_id, *self.secret))
    }

    fn generate(app: &App, session_id: SessionId) -> Self {
        Self { session_id, secret: token::new_secret(&app.random) }
    }

    fn hash(&self, app: &App) -> Vec<u8> {
        app.keys.hashes.hash(self.secret.as_bytes()).to_vec()
    }
}

/// Which of a session's refresh tokens one is.
pub(in crate::app) enum Match {
    /// The one in force.
    Current,
    /// The one before, a moment ago.
    Previous,
    /// None of them any more.
    None,
}

pub(in crate::app) fn matches(app: &App, session: &UserSessionRow, token: &RefreshToken) -> Match {
    let is = |hash: &[u8]| app.keys.hashes.verify(token.secret.as_bytes(), hash);
    let is_recent = app.now() < session.last_used_at.plus_seconds(PREVIOUS_TOKEN_SECONDS);
    match &session.previous_refresh_token_hash {
        _ if is(&session.refresh_token_hash) => Match::Current,
        Some(previous) if is(previous) && is_recent => Match::Previous,
        _ => Match::None,
    }
}

/// A new session, and the refresh token for its cookie.
pub(in crate::app) fn open(
    app: &App,
    user: &UserId,
    organization: Option<OrganizationId>,
    client: &Client,
) -> (UserSessionRow, RefreshToken) {
    let now = app.now();
    let token = RefreshToken::generate(app, app.new_id());
    let session = UserSessionRow {
        id: token.session_id.clone(),
        user_id: user.clone(),
        organization_id: organization,
        refresh_token_hash: token.hash(app),
        previous_refresh_token_hash: None,
        refresh_version: 1,
        access_version: 1,
        ip: client.ip.to_string(),
        user_agent: client.user_agent.to_string(),
        expires_at: now.plus_seconds(SESSION_TTL_SECONDS),
        created_at: now,
        last_used_at: now,
    };
    (session, token)
}

/// What becomes of a refresh token that is replaced.
#[derive(Clone, Copy)]
pub(in crate::app) enum Replaced {
    /// Another tab may be sending it right now.
    InUse,
    /// It must not work any more.
    Ended,
}

/// Gives the session a new refresh token.
pub(in crate::app) fn replace(app: &App, session: &mut UserSessionRow, old: Replaced) -> RefreshToken {
    let token = RefreshToken::generate(app, session.id.clone());
    let old_hash = std::mem::replace(&mut session.refresh_token_hash, token.hash(app));
    session.previous_refresh_token_hash = match old {
        Replaced::InUse => Some(old_hash),
        Replaced::Ended => None,
    };
    session.refresh_version += 1;
    session.last_used_at = app.now();
    token
}

/// An access token for the session as it is. It never outlives the session.
pub(in crate::app) fn access_token(app: &App, session: &UserSessionRow, ttl_seconds: Option<i64>) -> String {
    let now = app.now();
    let ttl_seconds = ttl_seconds.map_or(ACCESS_TOKEN_TTL_SECONDS, |ttl| ttl.min(ACCESS_TOKEN_TTL_SECONDS));
    let claims = UserClaims {
        user_id: session.user_id.clone(),
        session_id: session.id.clone(),
        access_version: session.access_version,
        organization_id: session.organization_id.clone(),
        auth_method: "email".to_owned(),
        issued_at: now.seconds(),
        expires_at: now.plus_seconds(ttl_seconds).min(session.expires_at).seconds(),
    };
    app.keys.tokens.sign(&Claims::User(claims))
}
