//! What auth methods have beyond the settings that all share, and what a login by one of them begins with.

use tacit_core::{
    cipher::Ciphertext,
    id::{AuthMethodId, IdentityId, OrganizationId},
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
        /// The method.
        pub auth_method_id: AuthMethodId,
        /// What it has beyond the common settings.
        pub settings_ciphertext: Ciphertext,
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
                o.slug AS organization_slug, o.data_key_ciphertext, a.id AS auth_method_id,
                s.settings_ciphertext
           FROM auth_methods a
           JOIN auth_method_settings s ON s.auth_method_id = a.id
           JOIN identities i ON i.id = a.identity_id
           JOIN organizations o ON o.id = i.organization_id
          WHERE a.identity_id = $1 AND a.method = $2",
        params![identity, method],
    )
    .await
}
