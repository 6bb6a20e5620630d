//! The passkeys of people, and the challenges they answered.

use tacit_core::{
    id::{PasskeyId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A passkey.
    pub struct PasskeyRow {
        /// Its id.
        pub id: PasskeyId,
        /// Whose it is.
        pub user_id: UserId,
        /// What the person calls it.
        pub name: String,
        /// The host name it was made under.
        pub relying_party: String,
        /// The authenticator's own id.
        pub credential_id: Vec<u8>,
        /// COSE key.
        pub public_key: Vec<u8>,
        /// What its counter said last.
        pub sign_count: i64,
        /// Whether it may be on several devices.
        pub is_backup_eligible: bool,
        /// Whether it is.
        pub is_backed_up: bool,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was last used.
        pub last_used_at: Option<Timestamp>,
    }
}

/// The passkeys of a person, oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, user: &UserId) -> Result<Vec<PasskeyRow>> {
    db.fetch_all("SELECT * FROM passkeys WHERE user_id = $1 ORDER BY created_at, id", params![user]).await
}

/// How many passkeys a person has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, user: &UserId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM passkeys WHERE user_id = $1", params![user]).await
}

/// The passkey with this credential id, locked until the transaction ends: its counter is compared and
/// written by one sign-in at a time.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_by_credential(db: &mut Connection, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
    db.fetch_optional(
        "UPDATE passkeys SET sign_count = sign_count WHERE credential_id = $1 RETURNING *",
        params![credential_id],
    )
    .await
}

/// Adds a passkey.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if anybody has the credential.
pub async fn insert(db: &mut Connection, row: &PasskeyRow) -> Result<()> {
    db.execute(
        "INSERT INTO passkeys
            (id, user_id, name, relying_party, credential_id, public_key, sign_count, is_backup_eligible,
             is_backed_up, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            &row.id,
            &row.user_id,
            &row.name,
            &row.relying_party,
            &row.credential_id,
            &row.public_key,
            row.sign_count,
            row.is_backup_eligible,
            row.is_backed_up,
            row.created_at,
            row.last_used_at,
        ],
    )
    .await?;
    Ok(())
}

/// Gives a passkey of this person another name.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn rename(
    db: &mut Connection,
    user: &UserId,
    id: &PasskeyId,
    name: &str,
) -> Result<Option<PasskeyRow>> {
    db.fetch_optional(
        "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2 RETURNING *",
        params![id, user, name],
    )
    .await
}

/// Writes what a use changes: counter, backup state and time.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update_use(db: &mut Connection, row: &PasskeyRow) -> Result<()> {
    db.execute(
        "UPDATE passkeys SET sign_count = $2, is_backed_up = $3, last_used_at = $4 WHERE id = $1",
        params![&row.id, row.sign_count, row.is_backed_up, row.last_used_at],
    )
    .await?;
    Ok(())
}

/// Removes a passkey of this person and returns what it was.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, user: &UserId, id: &PasskeyId) -> Result<Option<PasskeyRow>> {
    db.fetch_optional("DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING *", params![id, user])
        .await
}

/// Removes all passkeys of a person. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_of_user(db: &mut Connection, user: &UserId) -> Result<u64> {
    db.execute("DELETE FROM passkeys WHERE user_id = $1", params![user]).await
}

/// Uses a challenge up, which ends by itself at `expires_at`. Says whether it was not used before.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn use_challenge(db: &mut Connection, nonce: &[u8], expires_at: Timestamp) -> Result<bool> {
    let added = db
        .execute(
            "INSERT INTO used_passkey_challenges (nonce, expires_at) VALUES ($1, $2)
             ON CONFLICT (nonce) DO NOTHING",
            params![nonce, expires_at],
        )
        .await?;
    Ok(added > 0)
}

/// Forgets challenges that have ended.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_expired_challenges(db: &mut Connection, now: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM used_passkey_challenges WHERE expires_at <= $1", params![now]).await
}
