//! The one-time codes of people, and their recovery codes.

use tacit_core::{cipher::Ciphertext, id::UserId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// What a person's one-time codes are made from.
    pub struct UserTotpRow {
        /// Whose.
        pub user_id: UserId,
        /// Their data key, wrapped by the root key.
        pub data_key_ciphertext: Ciphertext,
        /// The secret, under the data key.
        pub secret_ciphertext: Ciphertext,
        /// The time step of the last code that was accepted.
        pub last_step: i64,
        /// When the first code was accepted.
        pub verified_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

/// What a person has, if anything.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, user: &UserId) -> Result<Option<UserTotpRow>> {
    db.fetch_optional("SELECT * FROM user_totp WHERE user_id = $1", params![user]).await
}

/// What a person has, locked until the transaction ends: codes sent together are judged one after
/// the other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, user: &UserId) -> Result<Option<UserTotpRow>> {
    db.fetch_optional(
        "UPDATE user_totp SET last_step = last_step WHERE user_id = $1 RETURNING *",
        params![user],
    )
    .await
}

/// Puts a secret in place of the one the person has, if any.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace(db: &mut Connection, row: &UserTotpRow) -> Result<()> {
    db.execute(
        "INSERT INTO user_totp
            (user_id, data_key_ciphertext, secret_ciphertext, last_step, verified_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id) DO UPDATE
            SET data_key_ciphertext = excluded.data_key_ciphertext,
                secret_ciphertext = excluded.secret_ciphertext, last_step = excluded.last_step,
                verified_at = excluded.verified_at, created_at = excluded.created_at",
        params![
            &row.user_id,
            &row.data_key_ciphertext,
            &row.secret_ciphertext,
            row.last_step,
            row.verified_at,
            row.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// Removes the secret. Says whether there was one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, user: &UserId) -> Result<bool> {
    Ok(db.execute("DELETE FROM user_totp WHERE user_id = $1", params![user]).await? > 0)
}

/// Puts recovery codes, given by their hashes, in place of those the person has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace_recovery_codes(db: &mut Connection, user: &UserId, hashes: &[[u8; 32]]) -> Result<()> {
    db.execute("DELETE FROM user_recovery_codes WHERE user_id = $1", params![user]).await?;
    for hash in hashes {
        db.execute(
            "INSERT INTO user_recovery_codes (user_id, code_hash) VALUES ($1, $2)",
            params![user, hash.as_slice()],
        )
        .await?;
    }
    Ok(())
}

/// Uses a recovery code up. Says whether the person had it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn use_recovery_code(db: &mut Connection, user: &UserId, hash: &[u8; 32]) -> Result<bool> {
    let deleted = db
        .execute(
            "DELETE FROM user_recovery_codes WHERE user_id = $1 AND code_hash = $2",
            params![user, hash.as_slice()],
        )
        .await?;
    Ok(deleted > 0)
}

/// How many recovery codes the person has left.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_recovery_codes(db: &mut Connection, user: &UserId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM user_recovery_codes WHERE user_id = $1", params![user]).await
}
