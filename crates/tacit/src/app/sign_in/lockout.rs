//! Failed sign-ins: after ten in a row nobody may sign in with the e-mail for five minutes.
//!
//! Known and unknown e-mails are counted alike, in whatever spelling, so that neither counter nor
//! answer tells which exist (`decisions.md` 8). An attempt is judged in the transaction that counts
//! it, after its password was checked: guesses sent together get no more than ten answers.

use tacit_core::time::Timestamp;
use tacit_store::{
    Connection,
    login_failures::{self, LoginFailureRow},
};

use super::super::error::{Error, Result};

/// Failures in a row that lock an e-mail.
const FAILURES_MAX: i64 = 10;
/// How long it is locked.
const LOCK_SECONDS: i64 = 5 * 60;
/// Failures this long ago are forgotten.
pub(in crate::app) const FAILURES_MEMORY_SECONDS: i64 = 15 * 60;

/// What somebody hears whose e-mail is locked.
pub(in crate::app) const LOCKED: &str =
    "Too many attempts with a wrong password. Sign-in with this e-mail is locked for 5 minutes.";

/// Whether nobody may sign in with the e-mail now.
#[must_use]
pub fn is_locked(row: &LoginFailureRow, now: Timestamp) -> bool {
    row.locked_until.is_some_and(|end| now < end)
}

/// Refuses an e-mail that is locked, before its password is looked at.
pub(in crate::app) async fn refuse_locked(db: &mut Connection, email: &str, now: Timestamp) -> Result<()> {
    match login_failures::find(db, email).await? {
        Some(row) if is_locked(&row, now) => Err(Error::Refused(LOCKED.to_owned())),
        _ => Ok(()),
    }
}

/// Counts a failure.
pub(in crate::app) async fn fail(
    db: &mut Connection,
    mut row: LoginFailureRow,
    now: Timestamp,
) -> Result<()> {
    if row.last_failure_at.plus_seconds(FAILURES_MEMORY_SECONDS) <= now {
        row.failures = 0;
    }
    row.failures += 1;
    row.last_failure_at = now;
    if row.failures >= FAILURES_MAX {
        row.failures = 0;
        row.locked_until = Some(now.plus_seconds(LOCK_SECONDS));
    }
    Ok(login_failures::update(db, &row).await?)
}
