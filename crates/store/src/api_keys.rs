//! API keys of people. The database holds their keyed hashes.

use tacit_core::{
    id::{ApiKeyId, OrganizationId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    organization_grants::group_roles,
    value::{params, row},
};

row! {
    /// One API key, without its hash.
    pub struct ApiKeyRow {
        /// Its id.
        pub id: ApiKeyId,
        /// Whose it is.
        pub user_id: UserId,
        /// The organization it acts in; `None` if none was chosen when it was made.
        pub organization_id: Option<OrganizationId>,
        /// What they call it.
        pub name: String,
        /// When it ends; `None` is never.
        pub expires_at: Option<Timestamp>,
        /// When it was last used, within some seconds.
        pub last_used_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed; uses do not count.
        pub updated_at: Timestamp,
    }
}

row! {
    /// What an API key is checked against.
    pub struct ApiKeyUserRow {
        /// Its keyed hash.
        pub secret_hash: Vec<u8>,
        /// When it ends.
        pub expires_at: Option<Timestamp>,
        /// Whose it is.
        pub user_id: UserId,
        /// Their e-mail.
        pub email: String,
        /// The organization it acts in.
        pub organization_id: Option<OrganizationId>,
        /// Their role there; `None` if they are no active member any more, or if the organization asks
        /// for a second factor, which a key cannot give.
        pub role: Option<String>,
        /// What that role allows, if it is a custom one.
        pub role_permissions: Option<String>,
        /// The roles of their groups there, as [`crate::organization_grants`] says.
        pub group_roles: Option<String>,
    }
}

const COLUMNS: &str = "id, user_id, organization_id, name, expires_at, last_used_at, created_at, updated_at";

/// Adds a key under the keyed hash of it.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if its id is taken.
pub async fn insert(db: &mut Connection, key: &ApiKeyRow, secret_hash: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO api_keys
            (id, user_id, organization_id, name, secret_hash, expires_at, last_used_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            &key.id,
            &key.user_id,
            key.organization_id.as_ref(),
            &key.name,
            secret_hash,
            key.expires_at,
            key.last_used_at,
            key.created_at,
            key.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// What the key called `id` is checked against.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_with_user(db: &mut Connection, id: &ApiKeyId) -> Result<Option<ApiKeyUserRow>> {
    db.fetch_optional(
        concat!(
            "SELECT k.secret_hash, k.expires_at, k.organization_id, u.id AS user_id, u.email,
                    CASE WHEN o.requires_second_factor THEN NULL ELSE m.role END AS role,
                    c.permissions AS role_permissions, ",
            group_roles!("gm.user_id = u.id AND g.organization_id = k.organization_id"),
            " AS group_roles
               FROM api_keys k
               JOIN users u ON u.id = k.user_id
               LEFT JOIN organizations o ON o.id = k.organization_id
               LEFT JOIN organization_memberships m
                      ON m.user_id = u.id AND m.organization_id = k.organization_id
                     AND m.is_active AND m.accepted_at IS NOT NULL
               LEFT JOIN roles c ON c.id = m.custom_role_id
              WHERE k.id = $1"
        ),
        params![id],
    )
    .await
}

/// The keys of a person, ended ones too, the oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, user: &UserId) -> Result<Vec<ApiKeyRow>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE user_id = $1 ORDER BY created_at, id");
    db.fetch_all(&sql, params![user]).await
}

/// How many keys a person has, ended ones too.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, user: &UserId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM api_keys WHERE user_id = $1", params![user]).await
}

/// Notes when a key was last used. An older time than the one that is there changes nothing.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_last_used(db: &mut Connection, id: &ApiKeyId, time: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        params![id, time],
    )
    .await?;
    Ok(())
}

/// Deletes a key of a person, which ends it at once. `None` if they have none such.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, user: &UserId, id: &ApiKeyId) -> Result<Option<ApiKeyRow>> {
    let sql = format!("DELETE FROM api_keys WHERE id = $1 AND user_id = $2 RETURNING {COLUMNS}");
    db.fetch_optional(&sql, params![id, user]).await
}

/// Deletes all keys of a person.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_of_user(db: &mut Connection, user: &UserId) -> Result<()> {
    db.execute("DELETE FROM api_keys WHERE user_id = $1", params![user]).await?;
    Ok(())
}
