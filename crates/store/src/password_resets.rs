//! Passwords that somebody asked to set anew, for known and unknown accounts alike.

use tacit_core::{id::PasswordResetId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// What was asked for by one e-mail.
    pub struct PasswordResetRow {
        /// The e-mail, in lower case.
        pub email: String,
        /// Names the reset in its token.
        pub id: PasswordResetId,
        /// How often it was asked for since the window began.
        pub requests: i64,
        /// When the window began.
        pub window_started_at: Timestamp,
        /// Whether a mail is still to be made of it.
        pub is_pending: bool,
        /// Whether the code went out by mail; else an operator has it.
        pub is_mailed: bool,
        /// Keyed hash of the code, until it is changed into the token.
        pub code_hash: Option<Vec<u8>>,
        /// Keyed hash of the token that the code was changed into.
        pub token_hash: Option<Vec<u8>>,
        /// Codes that may still be tried.
        pub tries_left: i64,
        /// When the code ends, and then the token.
        pub expires_at: Timestamp,
    }
}

/// The row of an e-mail, made if it is not there, and locked until the transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(
    db: &mut Connection,
    email: &str,
    new_id: &PasswordResetId,
    now: Timestamp,
) -> Result<PasswordResetRow> {
    db.fetch_one(
        "INSERT INTO password_resets (email, id, window_started_at) VALUES ($1, $2, $3)
         ON CONFLICT (email) DO UPDATE SET requests = password_resets.requests
         RETURNING *",
        params![email, new_id, now],
    )
    .await
}

/// Writes a row that [`lock`] or [`take_try`] returned back with other facts.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, row: &PasswordResetRow) -> Result<()> {
    db.execute(
        "UPDATE password_resets
            SET requests = $2, window_started_at = $3, is_pending = $4, is_mailed = $5, code_hash = $6,
                token_hash = $7, tries_left = $8, expires_at = $9
          WHERE email = $1",
        params![
            &row.email,
            row.requests,
            row.window_started_at,
            row.is_pending,
            row.is_mailed,
            row.code_hash.as_ref(),
            row.token_hash.as_ref(),
            row.tries_left,
            row.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The e-mails for which a mail is still to be made, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_pending(db: &mut Connection, limit: i64) -> Result<Vec<PasswordResetRow>> {
    db.fetch_all(
        "SELECT * FROM password_resets WHERE is_pending ORDER BY window_started_at, id LIMIT $1",
        params![limit],
    )
    .await
}

/// Takes one try of the code of an e-mail; `None` if none is left or nothing was asked for.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn take_try(db: &mut Connection, email: &str) -> Result<Option<PasswordResetRow>> {
    db.fetch_optional(
        "UPDATE password_resets SET tries_left = tries_left - 1
          WHERE email = $1 AND tries_left > 0 RETURNING *",
        params![email],
    )
    .await
}

/// The reset called `id`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &PasswordResetId) -> Result<Option<PasswordResetRow>> {
    db.fetch_optional("SELECT * FROM password_resets WHERE id = $1", params![id]).await
}

/// Uses a reset up. Says whether it still had this token.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn spend(db: &mut Connection, id: &PasswordResetId, token_hash: &[u8]) -> Result<bool> {
    let spent = db
        .execute(
            "UPDATE password_resets SET token_hash = NULL, code_hash = NULL, tries_left = 0
              WHERE id = $1 AND token_hash = $2",
            params![id, token_hash],
        )
        .await?;
    Ok(spent > 0)
}

/// Forgets what was asked for in windows that began before `time` and whose codes have ended at `now`.
/// Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_before(db: &mut Connection, time: Timestamp, now: Timestamp) -> Result<u64> {
    db.execute(
        "DELETE FROM password_resets
          WHERE window_started_at < $1 AND expires_at <= $2 AND NOT is_pending",
        params![time, now],
    )
    .await
}
