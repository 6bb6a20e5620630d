//! Client secrets of Universal Auth. The database holds their keyed hashes.

use tacit_core::{
    id::{AuthMethodId, ClientSecretId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One client secret, without its hash: only a login compares that.
    pub struct ClientSecretRow {
        /// Its id.
        pub id: ClientSecretId,
        /// The method it belongs to.
        pub auth_method_id: AuthMethodId,
        /// Its first four characters, to tell secrets apart.
        pub prefix: String,
        /// What it is for.
        pub description: String,
        /// Logins it has been used for.
        pub num_uses: i64,
        /// Logins it is good for; 0 is unlimited.
        pub num_uses_limit: i64,
        /// Seconds from its making that it is good for; 0 is for ever.
        pub ttl_seconds: i64,
        /// Whether it was ended.
        pub is_revoked: bool,
        /// When it was last used.
        pub last_used_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds a client secret under the keyed hash of it.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if its id is taken.
pub async fn insert(db: &mut Connection, secret: &ClientSecretRow, secret_hash: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO client_secrets
            (id, auth_method_id, secret_hash, prefix, description, num_uses, num_uses_limit,
             ttl_seconds, is_revoked, last_used_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &secret.id,
            &secret.auth_method_id,
            secret_hash,
            &secret.prefix,
            &secret.description,
            secret.num_uses,
            secret.num_uses_limit,
            secret.ttl_seconds,
            secret.is_revoked,
            secret.last_used_at,
            secret.created_at,
            secret.updated_at,
        ],
    )
    .await?;
    Ok(())
}

const COLUMNS: &str = "id, auth_method_id, prefix, description, num_uses, num_uses_limit, ttl_seconds, \
                       is_revoked, last_used_at, created_at, updated_at";

/// The client secret called `id` of a method, revoked or not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    method: &AuthMethodId,
    id: &ClientSecretId,
) -> Result<Option<ClientSecretRow>> {
    let sql = format!("SELECT {COLUMNS} FROM client_secrets WHERE id = $1 AND auth_method_id = $2");
    db.fetch_optional(&sql, params![id, method]).await
}

/// The client secrets of a method that are not revoked, newest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, method: &AuthMethodId, limit: i64) -> Result<Vec<ClientSecretRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM client_secrets
          WHERE auth_method_id = $1 AND NOT is_revoked ORDER BY created_at DESC, id DESC LIMIT $2"
    );
    db.fetch_all(&sql, params![method, limit]).await
}

/// How many client secrets of a method are not revoked.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, method: &AuthMethodId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM client_secrets WHERE auth_method_id = $1 AND NOT is_revoked",
        params![method],
    )
    .await
}

/// Counts one login if it is not revoked and one is left. Says whether that was so: of many logins
/// at the same moment no more than its limit get `true`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn use_once(db: &mut Connection, id: &ClientSecretId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE client_secrets SET num_uses = num_uses + 1, last_used_at = $2
              WHERE id = $1 AND NOT is_revoked AND (num_uses_limit = 0 OR num_uses < num_uses_limit)",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Ends a client secret. Says whether it was not ended before.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revoke(db: &mut Connection, id: &ClientSecretId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE client_secrets SET is_revoked = TRUE, updated_at = $2 WHERE id = $1 AND NOT is_revoked",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}
