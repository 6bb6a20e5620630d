//! People.

use tacit_core::{
    id::{OrganizationId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A person with an account.
    pub struct UserRow {
        /// Their id.
        pub id: UserId,
        /// Their e-mail in lower case, which is also their name on the wire.
        pub email: String,
        /// First name.
        pub first_name: Option<String>,
        /// Last name.
        pub last_name: Option<String>,
        /// Argon2id, PHC string; empty for somebody who was invited and has no password yet.
        pub password_hash: String,
        /// Whether they may manage the instance.
        pub is_instance_admin: bool,
        /// When they showed that they read mail to their address.
        pub email_verified_at: Option<Timestamp>,
        /// When the account was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// The user called `id`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &UserId) -> Result<Option<UserRow>> {
    db.fetch_optional("SELECT * FROM users WHERE id = $1", params![id]).await
}

/// The user with this e-mail, given in lower case.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_email(db: &mut Connection, email: &str) -> Result<Option<UserRow>> {
    db.fetch_optional("SELECT * FROM users WHERE email = $1", params![email]).await
}

/// The user with this e-mail, given in lower case, locked until the transaction ends: nobody takes them away
/// meanwhile.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_by_email(db: &mut Connection, email: &str) -> Result<Option<UserRow>> {
    db.fetch_optional("UPDATE users SET updated_at = updated_at WHERE email = $1 RETURNING *", params![email])
        .await
}

/// Adds a user.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the e-mail is taken.
pub async fn insert(db: &mut Connection, user: &UserRow) -> Result<()> {
    db.execute(
        "INSERT INTO users
            (id, email, first_name, last_name, password_hash, is_instance_admin, email_verified_at,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            &user.id,
            &user.email,
            user.first_name.as_deref(),
            user.last_name.as_deref(),
            &user.password_hash,
            user.is_instance_admin,
            user.email_verified_at,
            user.created_at,
            user.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Changes the name.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update_name(
    db: &mut Connection,
    id: &UserId,
    first_name: &str,
    last_name: Option<&str>,
    now: Timestamp,
) -> Result<Option<UserRow>> {
    db.fetch_optional(
        "UPDATE users SET first_name = $2, last_name = $3, updated_at = $4 WHERE id = $1 RETURNING *",
        params![id, first_name, last_name, now],
    )
    .await
}

/// Changes the password, if `old_hash` is still the one in force. Says whether it was.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update_password(
    db: &mut Connection,
    id: &UserId,
    old_hash: &str,
    new_hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE users SET password_hash = $3, updated_at = $4 WHERE id = $1 AND password_hash = $2",
            params![id, old_hash, new_hash, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Notes that the person showed that they read mail to their address, unless they had before.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn verify_email(db: &mut Connection, id: &UserId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE users SET email_verified_at = $2, updated_at = $2
          WHERE id = $1 AND email_verified_at IS NULL",
        params![id, now],
    )
    .await?;
    Ok(())
}

/// Removes somebody who was only ever invited and is not any more: without a password, a session and a place
/// in any organization. Says whether that was so. [`lock_by_email`] keeps invitations out meanwhile.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_uninvited(db: &mut Connection, id: &UserId) -> Result<bool> {
    let deleted = db
        .execute(
            "DELETE FROM users
              WHERE id = $1 AND password_hash = ''
                AND NOT EXISTS (SELECT 1 FROM organization_memberships WHERE user_id = $1)
                AND NOT EXISTS (SELECT 1 FROM user_sessions WHERE user_id = $1)",
            params![id],
        )
        .await?;
    Ok(deleted > 0)
}

/// The people of the instance, oldest account first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, limit: i64) -> Result<Vec<UserRow>> {
    db.fetch_all("SELECT * FROM users ORDER BY created_at, id LIMIT $1", params![limit]).await
}

/// How many accounts there are.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM users", &[]).await
}

/// How many people may manage the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_instance_admins(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM users WHERE is_instance_admin", &[]).await
}

/// How many people may manage the instance and are in another organization than `without`: routes need
/// one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_instance_admins_elsewhere(db: &mut Connection, without: &OrganizationId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(DISTINCT u.id) AS number FROM users u
           JOIN organization_memberships m ON m.user_id = u.id
          WHERE u.is_instance_admin AND m.organization_id <> $1
            AND m.is_active AND m.accepted_at IS NOT NULL",
        params![without],
    )
    .await
}

/// Says whether a user may manage the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_instance_admin(
    db: &mut Connection,
    id: &UserId,
    is_instance_admin: bool,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE users SET is_instance_admin = $2, updated_at = $3 WHERE id = $1",
        params![id, is_instance_admin, now],
    )
    .await?;
    Ok(())
}

/// Deletes an account with its sessions, second factors, memberships and privileges. Own values of
/// secrets are deleted by [`crate::secret_overrides::delete_of_owner`].
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &UserId) -> Result<()> {
    db.execute("DELETE FROM users WHERE id = $1", params![id]).await?;
    Ok(())
}
