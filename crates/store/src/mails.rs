//! Mails that wait to be sent.

use tacit_core::{cipher::Ciphertext, id::MailId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A mail.
    pub struct MailRow {
        /// Its id.
        pub id: MailId,
        /// To whom.
        pub recipient: String,
        /// Which of our texts it is.
        pub kind: String,
        /// Its own data key, wrapped.
        pub data_key_ciphertext: Ciphertext,
        /// The text, encrypted.
        pub text_ciphertext: Ciphertext,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried next.
        pub next_attempt_at: Timestamp,
        /// Until when a node is sending it; the beginning of time if none is.
        pub lease_expires_at: Timestamp,
        /// From when on it is of no use.
        pub expires_at: Timestamp,
        /// When it was written.
        pub created_at: Timestamp,
    }
}

/// Adds a mail.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, mail: &MailRow) -> Result<()> {
    db.execute(
        "INSERT INTO mails
            (id, recipient, kind, data_key_ciphertext, text_ciphertext, attempts, next_attempt_at,
             lease_expires_at, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &mail.id,
            &mail.recipient,
            &mail.kind,
            &mail.data_key_ciphertext,
            &mail.text_ciphertext,
            mail.attempts,
            mail.next_attempt_at,
            mail.lease_expires_at,
            mail.expires_at,
            mail.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// How many mails wait.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM mails", params![]).await
}

/// The mails to be sent now, those that waited longest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<MailRow>> {
    db.fetch_all(
        "SELECT * FROM mails
          WHERE next_attempt_at <= $1 AND lease_expires_at <= $1 AND expires_at > $1
          ORDER BY next_attempt_at, id LIMIT $2",
        params![now, limit],
    )
    .await
}

/// Takes a mail for sending until `lease`, and counts the attempt. `false` if another node was first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn claim(db: &mut Connection, id: &MailId, now: Timestamp, lease: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE mails SET attempts = attempts + 1, lease_expires_at = $3
              WHERE id = $1 AND next_attempt_at <= $2 AND lease_expires_at <= $2",
            params![id, now, lease],
        )
        .await?;
    Ok(changed > 0)
}

/// Lets a mail that was tried under `lease` wait until `next`. Nothing happens if the lease ran out and
/// another node took it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn retry(db: &mut Connection, id: &MailId, lease: Timestamp, next: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE mails SET next_attempt_at = $3, lease_expires_at = 0
          WHERE id = $1 AND lease_expires_at = $2",
        params![id, lease, next],
    )
    .await?;
    Ok(())
}

/// Removes a mail: it was sent or given up.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &MailId) -> Result<()> {
    db.execute("DELETE FROM mails WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Removes mails that are of no use any more. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_expired(db: &mut Connection, now: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM mails WHERE expires_at <= $1", params![now]).await
}
