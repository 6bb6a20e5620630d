//! The account of the person who calls: name, sessions, organizations, password.

use tacit_core::{
    id::{SessionId, UserId},
    time::Timestamp,
};
use tacit_store::{
    Connection, api_keys,
    login_failures::{self, LoginFailureRow},
    organizations::{self, OrganizationRow},
    user_sessions::{self, UserSessionRow},
    users::{self, UserRow},
};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    organizations::PER_USER_MAX,
    passwords::{self, Password},
    second_factor::{self, SecondFactor},
    sign_in::{self, RefreshToken, Replaced},
    work::UnitOfWork,
};

/// Sessions that are listed at most, last used first.
const SESSIONS_MAX: i64 = 100;
/// The greatest length of a first or last name, in characters.
const NAME_LENGTH_MAX: usize = 255;

const GONE: Error = Error::Unauthenticated("This account is gone");

/// What people see of their own account.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The account.
    pub user: UserRow,
    /// Failed sign-ins since the last successful one.
    pub failures: Option<LoginFailureRow>,
    /// Where they are signed in, last used first.
    pub sessions: Vec<UserSessionRow>,
    /// Until when sign-in is locked, if it is.
    pub locked_until: Option<Timestamp>,
    /// What they have beside the password.
    pub second_factor: SecondFactor,
}

/// The caller's account.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn get(app: &App, caller: &Caller) -> Result<Profile> {
    let id = caller.user_id().ok_or(Error::Unauthenticated("Only people have an account"))?;
    let mut db = app.database.read().await?;
    let user = users::find(&mut db, id).await?.ok_or(GONE)?;
    let profile = profile(&mut db, user, app.now()).await?;
    app.audit.record(Event::new(app, caller, "get-user"))?;
    Ok(profile)
}

async fn profile(db: &mut Connection, user: UserRow, now: Timestamp) -> Result<Profile> {
    let failures = login_failures::find(db, &user.email).await?;
    let sessions = user_sessions::list(db, &user.id, now, SESSIONS_MAX).await?;
    let locked_until = failures.as_ref().and_then(|row| row.locked_until).filter(|end| now < *end);
    let second_factor = second_factor::of(db, &user.id).await?;
    Ok(Profile { user, failures, sessions, locked_until, second_factor })
}

/// Changes the caller's name.
///
/// # Errors
///
/// [`Error::Form`] for a name that is too long or cannot be printed.
pub async fn update_name(app: &App, caller: &Caller, first: &str, last: &str) -> Result<Profile> {
    let first = checked_name("firstName", first)?.ok_or_else(|| Error::form("firstName", "Required"))?;
    let last = checked_name("lastName", last)?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (id, _) = sign_in::session_of(&caller)?;
            let now = work.app.now();
            let user = users::update_name(&mut work.db, id, &first, last.as_deref(), now).await?;
            let profile = profile(&mut work.db, user.ok_or(GONE)?, now).await?;
            work.record(Event::new(&work.app, &caller, "update-user"));
            Ok(profile)
        })
    })
    .await
}

/// A name without surrounding white space; `None` if nothing is left.
pub(super) fn checked_name(field: &'static str, name: &str) -> Result<Option<String>> {
    let name = name.trim();
    if name.chars().count() > NAME_LENGTH_MAX {
        return Err(Error::form(field, format!("must not have more than {NAME_LENGTH_MAX} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::form(field, "must not contain control characters"));
    }
    Ok(if name.is_empty() { None } else { Some(name.to_owned()) })
}

/// Where the caller is signed in, last used first.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn list_sessions(app: &App, caller: &Caller) -> Result<Vec<UserSessionRow>> {
    let (id, _) = sign_in::session_of(caller)?;
    let mut db = app.database.read().await?;
    let sessions = user_sessions::list(&mut db, id, app.now(), SESSIONS_MAX).await?;
    app.audit.record(Event::new(app, caller, "get-user-sessions"))?;
    Ok(sessions)
}

/// Signs the caller out everywhere, here too.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn end_sessions(app: &App, caller: &Caller) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (id, _) = sign_in::session_of(&caller)?;
            user_sessions::delete_of_user(&mut work.db, id, None).await?;
            work.record(Event::new(&work.app, &caller, "end-user-sessions"));
            Ok(())
        })
    })
    .await
}

/// Ends one session of the caller.
///
/// # Errors
///
/// [`Error::NotFound`] for one that the caller does not have.
pub async fn end_session(app: &App, caller: &Caller, session: &SessionId) -> Result<()> {
    let (caller, session) = (caller.clone(), session.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (id, _) = sign_in::session_of(&caller)?;
            if !user_sessions::delete(&mut work.db, id, &session).await? {
                return Err(Error::not_found("Session", session));
            }
            work.record(Event::new(&work.app, &caller, "end-user-session"));
            Ok(())
        })
    })
    .await
}

/// The organizations the caller is in, oldest first.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn list_organizations(app: &App, caller: &Caller) -> Result<Vec<(OrganizationRow, String)>> {
    let (id, _) = sign_in::session_of(caller)?;
    let mut db = app.database.read().await?;
    let rows = organizations::list_of_user(&mut db, id, PER_USER_MAX).await?;
    let roles = organizations::roles_of_user(&mut db, id).await?;
    app.audit.record(Event::new(app, caller, "get-organizations"))?;
    let role_in = |row: &OrganizationRow| {
        roles.iter().find(|role| role.id == row.id).map_or_else(String::new, |role| role.role.clone())
    };
    Ok(rows.into_iter().map(|row| (role_in(&row), row)).map(|(role, row)| (row, role)).collect())
}

/// Changes the caller's password. All other sessions end, and this one gets a new refresh token.
///
/// # Errors
///
/// [`Error::Invalid`] for a wrong old password, which counts as a failed sign-in, and for a new one
/// that is too short; [`Error::Refused`] in a session that has a second factor still to give.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    old: &Password,
    new: &Password,
) -> Result<RefreshToken> {
    new.check_new()?;
    let (id, _) = sign_in::session_of(caller)?;
    let mut db = app.database.read().await?;
    let user = users::find(&mut db, id).await?.ok_or(GONE)?;
    sign_in::refuse_locked(&mut db, &user.email, app.now()).await?;
    drop(db);
    let is_right = passwords::verify(app, old, Some(user.password_hash.clone())).await?;
    let new_hash = if is_right { Some(passwords::hash(app, new).await?) } else { None };
    let change = PasswordChange { caller: caller.clone(), user, new_hash };
    app.write(move |work| Box::pin(change.settle(work)))
        .await?
        .ok_or_else(|| Error::Invalid("The old password is wrong".to_owned()))
}

/// A change whose old password was checked.
struct PasswordChange {
    caller: Caller,
    user: UserRow,
    /// `None` if the old password was wrong.
    new_hash: Option<String>,
}

impl PasswordChange {
    /// Judged like a sign-in, in the transaction that counts it.
    async fn settle(self, work: &mut UnitOfWork) -> Result<Option<RefreshToken>> {
        let now = work.app.now();
        let (user, session) = sign_in::session_of(&self.caller)?;
        second_factor::require_not_due(work, user, session).await?;
        let row = login_failures::lock(&mut work.db, &self.user.email, now).await?;
        if sign_in::is_locked(&row, now) {
            return Err(Error::Refused(sign_in::LOCKED.to_owned()));
        }
        let event = Event::new(&work.app, &self.caller, "change-password");
        let Some(new_hash) = &self.new_hash else {
            sign_in::fail(&mut work.db, row, now).await?;
            work.record(event.denied().with("reason", "wrong old password"));
            return Ok(None);
        };
        login_failures::delete(&mut work.db, &self.user.email).await?;
        let old_hash = &self.user.password_hash;
        if !users::update_password(&mut work.db, &self.user.id, old_hash, new_hash, now).await? {
            return Err(Error::Conflict("The password was changed meanwhile"));
        }
        api_keys::delete_of_user(&mut work.db, &self.user.id).await?;
        let token = self.end_other_sessions(work, &self.user.id).await?;
        work.record(event);
        Ok(Some(token))
    }

    async fn end_other_sessions(&self, work: &mut UnitOfWork, user: &UserId) -> Result<RefreshToken> {
        let (_, session) = sign_in::session_of(&self.caller)?;
        user_sessions::delete_of_user(&mut work.db, user, Some(session)).await?;
        let mut session = user_sessions::lock(&mut work.db, session)
            .await?
            .ok_or(Error::Unauthenticated("Your session has ended. Sign in again."))?;
        // Access tokens of this session end too: one of them may be why the password was changed.
        session.access_version += 1;
        let token = sign_in::replace(&work.app, &mut session, Replaced::Ended);
        user_sessions::update(&mut work.db, &session).await?;
        Ok(token)
    }
}
