//! Judging a code that somebody typed.

use tacit_core::{
    id::UserId,
    totp::{self, TotpSecret},
};
use tacit_store::{
    login_failures,
    user_totp::{self, UserTotpRow},
};
use zeroize::Zeroizing;

use super::totp::secret_place;
use crate::app::{
    error::{Error, Result},
    sign_in,
    work::UnitOfWork,
};

const LOCKED: &str = "Too many wrong codes. Codes of this account are refused for 5 minutes.";

/// What a code turned out to be.
pub(super) enum Accepted {
    /// A code of the app, which is used up.
    Totp(UserTotpRow),
    /// A recovery code, which is used up.
    RecoveryCode,
    /// Nothing that counts.
    No,
}

/// Which app's codes count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// One that has shown a code before.
    ConfirmedApp,
    /// One that shows its first code, too.
    AnyApp,
}

/// Uses a code up. A wrong one is counted, and after too many none is looked at.
///
/// # Errors
///
/// [`Error::Refused`] after too many.
pub(super) async fn accept(work: &mut UnitOfWork, user: &UserId, text: &str, of: Of) -> Result<Accepted> {
    let now = work.app.now();
    // A counter of its own: the right password ends the one of passwords.
    let counter = format!("second factor of {user}");
    let failures = login_failures::lock(&mut work.db, &counter, now).await?;
    if sign_in::is_locked(&failures, now) {
        return Err(Error::Refused(LOCKED.to_owned()));
    }
    let accepted = judge(work, user, &tidy(text), of).await?;
    if matches!(accepted, Accepted::No) {
        sign_in::fail(&mut work.db, failures, now).await?;
    } else {
        login_failures::delete(&mut work.db, &counter).await?;
    }
    Ok(accepted)
}

/// As people type it: with spaces, in capitals.
fn tidy(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|one| !one.is_whitespace()).collect::<String>().to_ascii_lowercase())
}

async fn judge(work: &mut UnitOfWork, user: &UserId, code: &str, of: Of) -> Result<Accepted> {
    if !totp::is_code(code) {
        let hash = work.app.keys.hashes.hash(code.as_bytes());
        let is_used = user_totp::use_recovery_code(&mut work.db, user, &hash).await?;
        return Ok(if is_used { Accepted::RecoveryCode } else { Accepted::No });
    }
    let Some(mut totp) = user_totp::lock(&mut work.db, user).await? else { return Ok(Accepted::No) };
    if of == Of::ConfirmedApp && totp.verified_at.is_none() {
        return Ok(Accepted::No);
    }
    let key = work.app.keys.user(user, &totp.data_key_ciphertext)?;
    let secret = TotpSecret::new(key.decrypt(&secret_place(user), &totp.secret_ciphertext)?);
    let Some(step) = secret.step_of(code, work.app.now(), totp.last_step) else { return Ok(Accepted::No) };
    totp.last_step = step;
    user_totp::replace(&mut work.db, &totp).await?;
    Ok(Accepted::Totp(totp))
}
