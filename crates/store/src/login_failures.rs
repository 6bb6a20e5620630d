//! Failed sign-ins per e-mail, for known and unknown accounts alike (`decisions.md` 8).

use tacit_core::time::Timestamp;

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// What failed for one e-mail.
    pub struct LoginFailureRow {
        /// The e-mail, in lower case.
        pub email: String,
        /// Failures in a row.
        pub failures: i64,
        /// When the last one was.
        pub last_failure_at: Timestamp,
        /// Until when nobody may sign in with it.
        pub locked_until: Option<Timestamp>,
    }
}

/// The row of an e-mail, made if it is not there, and locked until the transaction ends: attempts
/// that come together are judged one after the other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, email: &str, now: Timestamp) -> Result<LoginFailureRow> {
    db.fetch_one(
        "INSERT INTO login_failures (email, failures, last_failure_at) VALUES ($1, 0, $2)
         ON CONFLICT (email) DO UPDATE SET failures = login_failures.failures
         RETURNING *",
        params![email, now],
    )
    .await
}

/// The row of an e-mail, if something failed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, email: &str) -> Result<Option<LoginFailureRow>> {
    db.fetch_optional("SELECT * FROM login_failures WHERE email = $1", params![email]).await
}

/// Writes a row that [`lock`] returned back with other numbers.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, row: &LoginFailureRow) -> Result<()> {
    db.execute(
        "UPDATE login_failures SET failures = $2, last_failure_at = $3, locked_until = $4 WHERE email = $1",
        params![&row.email, row.failures, row.last_failure_at, row.locked_until],
    )
    .await?;
    Ok(())
}

/// Forgets the failures of an e-mail: somebody signed in with it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, email: &str) -> Result<()> {
    db.execute("DELETE FROM login_failures WHERE email = $1", params![email]).await?;
    Ok(())
}

/// Forgets failures before `time` whose lock, if any, is over at `now`. Says how many e-mails.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_before(db: &mut Connection, time: Timestamp, now: Timestamp) -> Result<u64> {
    db.execute(
        "DELETE FROM login_failures
          WHERE last_failure_at < $1 AND (locked_until IS NULL OR locked_until <= $2)",
        params![time, now],
    )
    .await
}
