//! The second factor of people: one-time codes of an authenticator app (RFC 6238), passkeys (W3C Web
//! Authentication), and recovery codes for the day these are lost (wire-contract 5.6, 5.11).
//!
//! Who has a second factor gives it once in each session, when they choose an organization
//! ([`mod@challenge`]); who has none sets one up first if the organization asks for it ([`mod@due`]). It is
//! changed only in a session in which it was given: a stolen password alone must not take it away. Every
//! try is counted like a wrong password, for each person, in whatever session.

mod challenge;
mod code;
mod due;
mod method;
mod recovery_codes;
mod reset;
mod settings;
mod totp;

use tacit_core::id::{SessionId, UserId};
use tacit_store::{Connection, passkeys, second_factor, user_second_factors, user_totp};

pub(in crate::app) use challenge::challenge;
pub use challenge::{ChallengeToken, methods, passkey_options, verify, verify_passkey};
pub(in crate::app) use due::{Due, due, require_given, require_not_due, settle_removal, wanted_by};
pub use method::Method;
pub(in crate::app) use recovery_codes::of_first_factor;
pub use recovery_codes::renew_recovery_codes;
pub use reset::reset;
pub use settings::{Settings, update};
pub use totp::{Registration, confirm, register, remove};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    sign_in::session_of,
    work::UnitOfWork,
};

const GONE: Error = Error::Unauthenticated("This account is gone");

/// What a person has for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whether their app has shown that it makes the right codes.
    pub has_app: bool,
    /// How many passkeys they have.
    pub passkeys: i64,
    /// Whether sign-in asks for it, whatever organizations want.
    pub is_enabled: bool,
    /// What they want to be asked for first.
    pub preferred: Option<Method>,
    /// Recovery codes that were not used.
    pub recovery_codes_left: i64,
}

impl SecondFactor {
    /// Whether they have this one.
    #[must_use]
    pub const fn has(&self, method: Method) -> bool {
        match method {
            Method::Totp => self.has_app,
            Method::Passkey => self.passkeys > 0,
        }
    }

    /// Whether they have any.
    #[must_use]
    pub const fn has_any(&self) -> bool {
        self.has(Method::Totp) || self.has(Method::Passkey)
    }

    /// What they have, the one to ask for first in front. The app comes before passkeys if nothing else is
    /// said: the command line can ask for its codes.
    #[must_use]
    pub fn methods(&self) -> Vec<Method> {
        let mut methods: Vec<Method> = Method::ALL.into_iter().filter(|method| self.has(*method)).collect();
        methods.sort_by_key(|method| self.preferred != Some(*method));
        methods
    }
}

/// What a person has.
///
/// # Errors
///
/// Fails only if the database does.
pub(in crate::app) async fn of(db: &mut Connection, user: &UserId) -> Result<SecondFactor> {
    let chosen = user_second_factors::find(db, user).await?;
    let mut factor = SecondFactor {
        has_app: user_totp::find(db, user).await?.is_some_and(|totp| totp.verified_at.is_some()),
        passkeys: passkeys::count(db, user).await?,
        is_enabled: false,
        preferred: chosen.as_ref().and_then(|row| row.method.as_deref()).and_then(Method::parse),
        recovery_codes_left: user_totp::count_recovery_codes(db, user).await?,
    };
    factor.is_enabled = factor.has_any() && chosen.is_some_and(|row| row.is_enabled);
    Ok(factor)
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

/// From now on sign-in asks for the second factor. It counts as given in the session that set it up, unless
/// another was given there.
pub(in crate::app) async fn turn_on(
    work: &mut UnitOfWork,
    user: &UserId,
    session: &SessionId,
    method: Method,
) -> Result<()> {
    let mut row = user_second_factors::lock(&mut work.db, user).await?;
    row.is_enabled = true;
    user_second_factors::update(&mut work.db, &row).await?;
    let proof = second_factor::proof(&mut work.db, session).await?;
    if proof.is_some_and(|proof| proof.second_factor_at.is_none()) {
        second_factor::mark(&mut work.db, session, method.as_str(), work.app.now()).await?;
    }
    Ok(())
}

fn nothing_set_up() -> Error {
    Error::Invalid("Set up an authenticator app or a passkey first".to_owned())
}
