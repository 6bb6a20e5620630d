//! Signing people in and out (wire-contract 5).
//!
//! A session lives in one row. Its access tokens name it and end with it; its refresh token is in a
//! cookie and is replaced with every use. Failed attempts are counted per e-mail ([`lockout`]).

mod lockout;
mod login;
mod recent;
mod session;

use tacit_core::id::{OrganizationId, SessionId, UserId};
use tacit_store::{
    login_failures,
    organization_memberships::{self, OrganizationMembershipRow},
    organizations,
    user_sessions::{self, UserSessionRow},
};

pub use lockout::is_locked;
pub(super) use lockout::{FAILURES_MEMORY_SECONDS, LOCKED, fail, refuse_locked};
pub use login::login;
pub(super) use recent::require_recent;
pub(super) use session::{Match, Replaced, access_token, matches, open, replace};
pub use session::{RefreshToken, SESSION_TTL_SECONDS, SignedIn};

use super::{
    App,
    audit::Event,
    caller::{Actor, Caller, Client},
    error::{Error, Result},
    second_factor::{self, ChallengeToken, Due, Method},
    work::UnitOfWork,
};

const ENDED: Error = Error::Unauthenticated("Your session has ended. Sign in again.");

/// How the choice of an organization ends.
#[derive(Debug)]
pub enum Selected {
    /// The caller is in.
    SignedIn(SignedIn),
    /// The caller must give the second factor first.
    SecondFactor {
        /// Names the sign-in that waits.
        token: ChallengeToken,
        /// Any of these counts, the one to ask for first in front.
        methods: Vec<Method>,
    },
}

/// Chooses the organization that the session's tokens are for.
///
/// # Errors
///
/// [`Error::Refused`] if the caller is not in it, the same whether it exists or not;
/// [`Error::SecondFactorMissing`] if it asks for a second factor that the caller does not have.
pub async fn select_organization(app: &App, caller: &Caller, id: &OrganizationId) -> Result<Selected> {
    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| Box::pin(async move { select(work, &caller, id).await })).await
}

async fn select(work: &mut UnitOfWork, caller: &Caller, id: OrganizationId) -> Result<Selected> {
    let (user, session) = session_of(caller)?;
    let session = user_sessions::lock(&mut work.db, session).await?.ok_or(ENDED)?;
    organization_memberships::find(&mut work.db, &id, user)
        .await?
        .filter(OrganizationMembershipRow::counts)
        .ok_or_else(|| Error::Refused("You are not a member of this organization".to_owned()))?;
    let organization = organizations::find(&mut work.db, &id).await?;
    match second_factor::due(&mut work.db, user, &session.id, organization.as_ref()).await? {
        Due::Nothing => {}
        Due::Give(methods) => {
            let token = second_factor::challenge(work, &session.id, &id).await?;
            return Ok(Selected::SecondFactor { token, methods });
        }
        Due::SetUp(methods) => return Err(Error::SecondFactorMissing { methods }),
    }
    work.record(Event::new(&work.app, caller, "select-organization").organization(&id));
    Ok(Selected::SignedIn(enter(work, session, id).await?))
}

/// Lets a session into an organization.
pub(super) async fn enter(
    work: &mut UnitOfWork,
    mut session: UserSessionRow,
    organization: OrganizationId,
) -> Result<SignedIn> {
    session.organization_id = Some(organization);
    hand_out(work, session, Replaced::InUse).await
}

/// Signs somebody in who has proved who they are, in an organization unless it asks for a second factor.
pub(super) async fn begin(
    work: &mut UnitOfWork,
    user: &UserId,
    organization: OrganizationId,
    client: &Client,
) -> Result<SignedIn> {
    let row = organizations::find(&mut work.db, &organization).await?;
    let is_open = row.is_some_and(|row| !row.requires_second_factor);
    let (session, refresh_token) = open(&work.app, user, is_open.then_some(organization), client);
    user_sessions::insert(&mut work.db, &session).await?;
    let access_token = issue(work, &session).await?;
    Ok(SignedIn {
        access_token,
        refresh_token: Some(refresh_token),
        organization_id: session.organization_id,
    })
}

/// Replaces the session's refresh token and makes an access token.
async fn hand_out(work: &mut UnitOfWork, mut session: UserSessionRow, old: Replaced) -> Result<SignedIn> {
    let refresh_token = replace(&work.app, &mut session, old);
    user_sessions::update(&mut work.db, &session).await?;
    let access_token = issue(work, &session).await?;
    Ok(SignedIn {
        access_token,
        refresh_token: Some(refresh_token),
        organization_id: session.organization_id,
    })
}

async fn issue(work: &mut UnitOfWork, session: &UserSessionRow) -> Result<String> {
    let ttl_seconds = match &session.organization_id {
        Some(id) => organizations::find(&mut work.db, id).await?.and_then(|row| row.user_token_ttl_seconds),
        None => None,
    };
    Ok(access_token(&work.app, session, ttl_seconds))
}

/// Replaces the refresh token of the session's cookie and makes a new access token.
///
/// A refresh token that was replaced before is in two hands: the session ends. For 30 seconds it is
/// still answered, with an access token only, because two tabs may refresh together.
///
/// # Errors
///
/// [`Error::Unauthenticated`] if the token or the session has ended.
pub async fn refresh(app: &App, client: &Client, token: &str) -> Result<SignedIn> {
    let token = RefreshToken::parse(token).ok_or(ENDED)?;
    let client = client.clone();
    let signed_in =
        app.write(move |work| Box::pin(async move { renew(work, &client, &token).await })).await?;
    signed_in.ok_or(ENDED)
}

async fn renew(work: &mut UnitOfWork, client: &Client, token: &RefreshToken) -> Result<Option<SignedIn>> {
    let now = work.app.now();
    let mut session = user_sessions::lock(&mut work.db, &token.session_id)
        .await?
        .filter(|session| now < session.expires_at)
        .ok_or(ENDED)?;
    let event = event_of_session(work, client, &session, "refresh-session").await?;
    forget_lost_organization(work, &mut session).await?;
    let signed_in = match matches(&work.app, &session, token) {
        Match::Current => hand_out(work, session, Replaced::InUse).await?,
        Match::Previous => {
            let access_token = issue(work, &session).await?;
            SignedIn { access_token, refresh_token: None, organization_id: session.organization_id }
        }
        Match::None => {
            user_sessions::delete(&mut work.db, &session.user_id, &session.id).await?;
            work.record(event.denied().with("reason", "the refresh token was used before"));
            return Ok(None);
        }
    };
    work.record(event);
    Ok(Some(signed_in))
}

/// A session goes on without its organization if the user was removed from it, or if it asks for a second
/// factor by now that was not given.
async fn forget_lost_organization(work: &mut UnitOfWork, session: &mut UserSessionRow) -> Result<()> {
    let Some(id) = &session.organization_id else { return Ok(()) };
    let membership = organization_memberships::find(&mut work.db, id, &session.user_id).await?;
    let organization = organizations::find(&mut work.db, id).await?;
    let is_required = organization.as_ref().is_some_and(|row| row.requires_second_factor);
    let is_shut = is_required
        && second_factor::due(&mut work.db, &session.user_id, &session.id, organization.as_ref()).await?
            != Due::Nothing;
    if is_shut || !membership.is_some_and(|membership| membership.counts()) {
        session.organization_id = None;
    }
    Ok(())
}

/// Ends the caller's session.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            user_sessions::delete(&mut work.db, user, session).await?;
            work.record(Event::new(&work.app, &caller, "user-logout"));
            Ok(())
        })
    })
    .await
}

/// Ends the session of a cookie; one that has ended or is not ours changes nothing.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn sign_out_by_cookie(app: &App, client: &Client, token: &str) -> Result<()> {
    let Some(token) = RefreshToken::parse(token) else { return Ok(()) };
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            let session = user_sessions::lock(&mut work.db, &token.session_id).await?;
            let Some(session) = session else { return Ok(()) };
            if matches!(matches(&work.app, &session, &token), Match::None) {
                return Ok(());
            }
            let event = event_of_session(work, &client, &session, "user-logout").await?;
            user_sessions::delete(&mut work.db, &session.user_id, &session.id).await?;
            work.record(event);
            Ok(())
        })
    })
    .await
}

/// Confirms that the caller's token is in force.
///
/// # Errors
///
/// If the audit log cannot be written.
pub fn check(app: &App, caller: &Caller) -> Result<()> {
    app.audit.record(Event::new(app, caller, "check-auth"))
}

/// Removes what has ended by itself: sessions, and failed sign-ins that count no more. For a job
/// that runs every few minutes.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    app.write(|work| {
        Box::pin(async move {
            let now = work.app.now();
            // Failures before sessions, as a change of password locks them.
            let time = now.plus_seconds(-FAILURES_MEMORY_SECONDS);
            login_failures::delete_before(&mut work.db, time, now).await?;
            user_sessions::delete_expired(&mut work.db, now).await?;
            tacit_store::second_factor::delete_expired(&mut work.db, now).await?;
            tacit_store::passkeys::delete_expired_challenges(&mut work.db, now).await?;
            Ok(())
        })
    })
    .await
}

/// The caller's user and session. The routes take users only.
pub(super) fn session_of(caller: &Caller) -> Result<(&tacit_core::id::UserId, &SessionId)> {
    match &*caller.actor {
        Actor::User { id, session_id: Some(session), .. } => Ok((id, session)),
        Actor::User { .. } | Actor::Identity { .. } | Actor::ServiceToken { .. } => {
            Err(Error::Unauthenticated("Only people who signed in have sessions"))
        }
    }
}

pub(super) async fn event_of_session(
    work: &mut UnitOfWork,
    client: &Client,
    session: &UserSessionRow,
    kind: &str,
) -> Result<Event> {
    let user = tacit_store::users::find(&mut work.db, &session.user_id).await?.ok_or(ENDED)?;
    let event = Event::by_nobody(&work.app, client, kind).actor("user", user.id.as_str(), &user.email);
    Ok(match &session.organization_id {
        Some(organization) => event.organization(organization),
        None => event,
    })
}
