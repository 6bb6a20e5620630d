//! The second factor of people: one-time codes of an authenticator app (RFC 6238), and recovery codes for
//! the day it is lost (wire-contract 5.6, 5.11).
//!
//! Who has a second factor gives it once in each session, when they choose an organization
//! ([`mod@challenge`]). It is changed only in a session in which it was given: a stolen password alone must not
//! take it away. Every try is counted like a wrong password, for each person, in whatever session.

mod challenge;
mod code;

use tacit_core::{
    cipher::Place,
    id::{SessionId, UserId},
    totp::{TotpSecret, recovery_code},
};
use tacit_store::{
    Connection, second_factor,
    user_totp::{self, UserTotpRow},
    users::{self, UserRow},
};
use zeroize::Zeroizing;

pub use challenge::{ChallengeToken, asks_for_code, verify};
pub(in crate::app) use challenge::{challenge, is_due};
use code::Accepted;

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    organizations::require_not_required,
    sign_in::session_of,
    work::UnitOfWork,
};

/// Recovery codes that a person gets at a time.
const RECOVERY_CODES: usize = 10;
/// What authenticator apps show beside the account.
const ISSUER: &str = "Tacit";

const GONE: Error = Error::Unauthenticated("This account is gone");

/// What a person has for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whether their app has shown that it makes the right codes.
    pub is_verified: bool,
    /// Whether sign-in asks for a code.
    pub is_enabled: bool,
    /// Recovery codes that were not used.
    pub recovery_codes_left: i64,
}

/// What an authenticator app is set up with. It is shown once.
pub struct Registration {
    /// The `otpauth://` address for the QR code.
    pub url: Zeroizing<String>,
    /// Codes for the day the app is lost.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

/// Prints no secret.
impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registration(..)")
    }
}

/// What a person has.
///
/// # Errors
///
/// Fails only if the database does.
pub(in crate::app) async fn of(db: &mut Connection, user: &UserId) -> Result<SecondFactor> {
    let Some(totp) = user_totp::find(db, user).await? else { return Ok(SecondFactor::default()) };
    Ok(SecondFactor {
        is_verified: totp.verified_at.is_some(),
        is_enabled: totp.is_enabled,
        recovery_codes_left: user_totp::count_recovery_codes(db, user).await?,
    })
}

/// What the caller has.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn get(app: &App, caller: &Caller) -> Result<SecondFactor> {
    let (user, _) = session_of(caller)?;
    let mut db = app.database.read().await?;
    let factor = of(&mut db, user).await?;
    app.audit.record(Event::new(app, caller, "get-user-totp"))?;
    Ok(factor)
}

/// Begins to set up an authenticator app. It counts once it has shown a code ([`confirm`]).
///
/// # Errors
///
/// [`Error::Invalid`] if the caller has one that counts.
pub async fn register(app: &App, caller: &Caller) -> Result<Registration> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (id, _) = session_of(&caller)?;
            let user = users::find(&mut work.db, id).await?.ok_or(GONE)?;
            let present = user_totp::lock(&mut work.db, id).await?;
            if present.is_some_and(|totp| totp.verified_at.is_some()) {
                return Err(Error::Invalid(
                    "Remove your authenticator app before you set up another".to_owned(),
                ));
            }
            let secret = TotpSecret::generate(&work.app.random);
            user_totp::replace(&mut work.db, &row(&work.app, &user, &secret)).await?;
            let recovery_codes = new_recovery_codes(work, id).await?;
            work.record(Event::new(&work.app, &caller, "register-user-totp"));
            Ok(Registration { url: secret.url(ISSUER, &user.email), recovery_codes })
        })
    })
    .await
}

fn row(app: &App, user: &UserRow, secret: &TotpSecret) -> UserTotpRow {
    let (data_key_ciphertext, key) = app.keys.new_user_key(&user.id, &app.random);
    UserTotpRow {
        user_id: user.id.clone(),
        data_key_ciphertext,
        secret_ciphertext: key.encrypt(&secret_place(&user.id), secret.as_bytes(), &app.random),
        last_step: 0,
        verified_at: None,
        is_enabled: false,
        created_at: app.now(),
    }
}

fn secret_place(user: &UserId) -> Place<'_> {
    Place { table: "user_totp", row_id: user.as_str(), field: "secret", version: 1 }
}

async fn new_recovery_codes(work: &mut UnitOfWork, user: &UserId) -> Result<Vec<Zeroizing<String>>> {
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(&work.app.random)).collect();
    let hashes: Vec<_> = codes.iter().map(|code| work.app.keys.hashes.hash(code.as_bytes())).collect();
    user_totp::replace_recovery_codes(&mut work.db, user, &hashes).await?;
    Ok(codes)
}

/// Shows a first code of the app that is being set up. From then on sign-in asks for one.
///
/// # Errors
///
/// [`Error::Invalid`] for a wrong code or if nothing is being set up, [`Error::Refused`] after too many.
pub async fn confirm(app: &App, caller: &Caller, code: &str) -> Result<()> {
    let (caller, code) = (caller.clone(), Zeroizing::new(code.to_owned()));
    let is_right = app
        .write(move |work| {
            Box::pin(async move {
                let (user, session) = session_of(&caller)?;
                let event = Event::new(&work.app, &caller, "verify-user-totp");
                match code::accept(work, user, &code).await? {
                    Accepted::Totp(totp) => {
                        enable(work, session, totp).await?;
                        work.record(event);
                        Ok(true)
                    }
                    Accepted::RecoveryCode | Accepted::No => {
                        work.record(event.denied().with("reason", "wrong code"));
                        Ok(false)
                    }
                }
            })
        })
        .await?;
    if is_right { Ok(()) } else { Err(Error::Invalid("The code is wrong or was used before".to_owned())) }
}

async fn enable(work: &mut UnitOfWork, session: &SessionId, mut totp: UserTotpRow) -> Result<()> {
    let now = work.app.now();
    totp.verified_at = totp.verified_at.or(Some(now));
    totp.is_enabled = true;
    user_totp::replace(&mut work.db, &totp).await?;
    Ok(second_factor::mark(&mut work.db, session, now).await?)
}

/// Says whether sign-in asks for a code.
///
/// # Errors
///
/// [`Error::Invalid`] to turn it on without an app that counts, or off while an organization of the caller
/// asks for it; [`Error::Refused`] in a session in which it was not given.
pub async fn set_enabled(app: &App, caller: &Caller, is_enabled: bool) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            let totp = user_totp::lock(&mut work.db, user).await?.filter(|totp| totp.verified_at.is_some());
            let Some(mut totp) = totp else {
                return if is_enabled { Err(nothing_set_up()) } else { Ok(()) };
            };
            require_given(work, session, &totp).await?;
            if !is_enabled {
                require_not_required(&mut work.db, user).await?;
                second_factor::clear_marks(&mut work.db, user).await?;
            }
            totp.is_enabled = is_enabled;
            user_totp::replace(&mut work.db, &totp).await?;
            if is_enabled {
                second_factor::mark(&mut work.db, session, work.app.now()).await?;
            }
            work.record(Event::new(&work.app, &caller, "update-user-mfa").with("isEnabled", is_enabled));
            Ok(())
        })
    })
    .await
}

fn nothing_set_up() -> Error {
    Error::Invalid("Set up an authenticator app first".to_owned())
}

/// Removes the caller's app and recovery codes.
///
/// # Errors
///
/// [`Error::Refused`] in a session in which the second factor was not given, [`Error::Invalid`] while an
/// organization of the caller asks for it, [`Error::NotFound`] if there is none.
pub async fn remove(app: &App, caller: &Caller) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            let totp = user_totp::lock(&mut work.db, user).await?.ok_or_else(none)?;
            require_given(work, session, &totp).await?;
            if totp.is_enabled {
                require_not_required(&mut work.db, user).await?;
            }
            user_totp::delete(&mut work.db, user).await?;
            second_factor::clear_marks(&mut work.db, user).await?;
            work.record(Event::new(&work.app, &caller, "delete-user-totp"));
            Ok(())
        })
    })
    .await
}

fn none() -> Error {
    Error::NotFound("There is no authenticator app to remove".to_owned())
}

/// Makes new recovery codes in place of the caller's old ones.
///
/// # Errors
///
/// As [`remove`].
pub async fn renew_recovery_codes(app: &App, caller: &Caller) -> Result<Vec<Zeroizing<String>>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            let totp = user_totp::lock(&mut work.db, user).await?.ok_or_else(nothing_set_up)?;
            require_given(work, session, &totp).await?;
            let codes = new_recovery_codes(work, user).await?;
            work.record(Event::new(&work.app, &caller, "create-user-recovery-codes"));
            Ok(codes)
        })
    })
    .await
}

/// Refuses a change of a second factor that sign-in asks for, in a session in which it was not given.
async fn require_given(work: &mut UnitOfWork, session: &SessionId, totp: &UserTotpRow) -> Result<()> {
    if !totp.is_enabled || second_factor::is_marked(&mut work.db, session).await? {
        return Ok(());
    }
    Err(not_given())
}

/// Refuses what a stolen password alone must not do, in a session in which the second factor is due.
pub(in crate::app) async fn require_not_due(
    work: &mut UnitOfWork,
    user: &UserId,
    session: &SessionId,
) -> Result<()> {
    if is_due(&mut work.db, user, session).await? { Err(not_given()) } else { Ok(()) }
}

fn not_given() -> Error {
    Error::Refused("Choose an organization and give your second factor first".to_owned())
}
