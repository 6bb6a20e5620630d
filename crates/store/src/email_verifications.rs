//! Codes by which people show that they read mail to their address.

use tacit_core::{id::UserId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// The code of one person.
    pub struct EmailVerificationRow {
        /// The person.
        pub user_id: UserId,
        /// How often a code was asked for since the window began.
        pub requests: i64,
        /// When the window began.
        pub window_started_at: Timestamp,
        /// Keyed hash of the code; `None` before the first.
        pub code_hash: Option<Vec<u8>>,
        /// Codes that may still be tried.
        pub tries_left: i64,
        /// When the code ends.
        pub expires_at: Timestamp,
    }
}

/// The row of a person, made if it is not there, and locked until the transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, user: &UserId, now: Timestamp) -> Result<EmailVerificationRow> {
    db.fetch_one(
        "INSERT INTO email_verifications (user_id, window_started_at) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET requests = email_verifications.requests
         RETURNING *",
        params![user, now],
    )
    .await
}

/// Writes a row that [`lock`] returned back with other facts.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, row: &EmailVerificationRow) -> Result<()> {
    db.execute(
        "UPDATE email_verifications
            SET requests = $2, window_started_at = $3, code_hash = $4, tries_left = $5, expires_at = $6
          WHERE user_id = $1",
        params![
            &row.user_id,
            row.requests,
            row.window_started_at,
            row.code_hash.as_ref(),
            row.tries_left,
            row.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Takes one try of a person's code; `None` if none is left or there is no code.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn take_try(db: &mut Connection, user: &UserId) -> Result<Option<EmailVerificationRow>> {
    db.fetch_optional(
        "UPDATE email_verifications SET tries_left = tries_left - 1
          WHERE user_id = $1 AND tries_left > 0 RETURNING *",
        params![user],
    )
    .await
}

/// Forgets what was asked for in windows that began before `time`, whose codes have ended. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_before(db: &mut Connection, time: Timestamp) -> Result<u64> {
    db.execute(
        "DELETE FROM email_verifications WHERE window_started_at < $1 AND expires_at < $1",
        params![time],
    )
    .await
}
