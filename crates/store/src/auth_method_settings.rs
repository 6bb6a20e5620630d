//! What auth methods have beyond the settings that all share, and what a login by one of them begins with.

use tacit_core::{
    cipher::Ciphertext,
    id::{AuthMethodId, IdentityId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// Whose login it is and what it is judged by, from one statement.
    pub struct MethodLoginRow {
        /// The identity.
        pub identity_id: IdentityId,
        /// Its name.
        pub identity_name: String,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The slug of that organization.
        pub organization_slug: String,
        /// The organization's data key, wrapped by the root key.
        pub data_key_ciphertext: Ciphertext,
        /// While that is replaced, the one that comes or goes.
        pub other_data_key_ciphertext: Option<Ciphertext>,
        /// The method.
        pub auth_method_id: AuthMethodId,
        /// What it has beyond the common settings.
        pub settings_ciphertext: Ciphertext,
    }
}

row! {
    /// Until when a method is locked.
    pub struct LockRow {
        /// Until when.
        pub locked_until: Option<Timestamp>,
    }
}

row! {
    /// The settings of one method.
    pub struct SettingsRow {
        /// What it has beyond the common settings.
        pub settings_ciphertext: Ciphertext,
    }
}

/// Adds the settings of a method.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if they are there.
pub async fn insert(db: &mut Connection, method: &AuthMethodId, settings: &Ciphertext) -> Result<()> {
    db.execute(
        "INSERT INTO auth_method_settings (auth_method_id, settings_ciphertext) VALUES ($1, $2)",
        params![method, settings],
    )
    .await?;
    Ok(())
}

/// The settings of a method.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, method: &AuthMethodId) -> Result<Option<Ciphertext>> {
    let row: Option<SettingsRow> = db
        .fetch_optional(
            "SELECT settings_ciphertext FROM auth_method_settings WHERE auth_method_id = $1",
            params![method],
        )
        .await?;
    Ok(row.map(|row| row.settings_ciphertext))
}

/// Stores the settings of a method.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, method: &AuthMethodId, settings: &Ciphertext) -> Result<()> {
    db.execute(
        "UPDATE auth_method_settings SET settings_ciphertext = $2 WHERE auth_method_id = $1",
        params![method, settings],
    )
    .await?;
    Ok(())
}

/// What a login of an identity by the method called `method` is judged by.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_login(
    db: &mut Connection,
    identity: &IdentityId,
    method: &str,
) -> Result<Option<MethodLoginRow>> {
    db.fetch_optional(
        "SELECT i.id AS identity_id, i.name AS identity_name, i.organization_id,
                o.slug AS organization_slug, o.data_key_ciphertext, o.other_data_key_ciphertext,
                a.id AS auth_method_id, s.settings_ciphertext
           FROM auth_methods a
           JOIN auth_method_settings s ON s.auth_method_id = a.id
           JOIN identities i ON i.id = a.identity_id
           JOIN organizations o ON o.id = i.organization_id
          WHERE a.identity_id = $1 AND a.method = $2",
        params![identity, method],
    )
    .await
}

/// Until when a method is locked, if it is or was.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_lock(db: &mut Connection, method: &AuthMethodId) -> Result<Option<Timestamp>> {
    let row: Option<LockRow> = db
        .fetch_optional(
            "SELECT locked_until FROM auth_method_settings WHERE auth_method_id = $1",
            params![method],
        )
        .await?;
    Ok(row.and_then(|row| row.locked_until))
}

/// Counts a wrong password. A count whose last one was at `forgotten` or before, or that led to a lock which is over,
/// starts again.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_failure(
    db: &mut Connection,
    method: &AuthMethodId,
    now: Timestamp,
    forgotten: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE auth_method_settings
            SET failures = CASE
                    WHEN locked_until <= $2 OR last_failure_at IS NULL OR last_failure_at <= $3 THEN 1
                    ELSE failures + 1 END,
                last_failure_at = $2,
                locked_until = CASE WHEN locked_until > $2 THEN locked_until END
          WHERE auth_method_id = $1",
        params![method, now, forgotten],
    )
    .await?;
    Ok(())
}

/// Locks a method if it has as many wrong passwords as `threshold`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock_after(
    db: &mut Connection,
    method: &AuthMethodId,
    threshold: i64,
    until: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE auth_method_settings SET locked_until = $3
          WHERE auth_method_id = $1 AND failures >= $2 AND locked_until IS NULL",
        params![method, threshold, until],
    )
    .await?;
    Ok(())
}

/// Forgets wrong passwords and the lock. Says whether there were any.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn clear_failures(db: &mut Connection, method: &AuthMethodId) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE auth_method_settings SET failures = 0, last_failure_at = NULL, locked_until = NULL
              WHERE auth_method_id = $1 AND failures > 0",
            params![method],
        )
        .await?;
    Ok(changed > 0)
}
