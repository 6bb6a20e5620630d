//! Secrets, as they are now. Every version of them is in [`secret_versions`](crate::secret_versions).

use tacit_core::{
    cipher::Ciphertext,
    id::{EnvironmentId, FolderId, OrganizationId, ProjectId, SecretId, UserId},
    name::SecretPath,
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    folders::inside,
    value::{params, row},
};

row! {
    /// A secret. The ciphertexts are bound to its id and version.
    pub struct SecretRow {
        /// Its id.
        pub id: SecretId,
        /// The folder it is in.
        pub folder_id: FolderId,
        /// Its name, unique in the folder.
        pub name: String,
        /// The user whose personal override it is; empty for the shared secret.
        pub owner_user_id: String,
        /// 1 for a new one, raised by every change.
        pub version: i64,
        /// The value.
        pub value_ciphertext: Ciphertext,
        /// The keyed hash of the value; `None` in a row written before there were hashes, and in versions.
        pub value_hash: Option<Vec<u8>>,
        /// The comment.
        pub comment_ciphertext: Ciphertext,
        /// The metadata, a JSON array.
        pub metadata_ciphertext: Ciphertext,
        /// A hint for clients about line feeds in the value.
        pub skip_multiline_encoding: bool,
        /// What the reminder says.
        pub reminder_note: Option<String>,
        /// Days between reminders.
        pub reminder_repeat_days: Option<i64>,
        /// `user` or `identity`: who made this version.
        pub actor_type: String,
        /// Who made this version.
        pub actor_id: String,
        /// Their name then.
        pub actor_name: String,
        /// When the secret was made.
        pub created_at: Timestamp,
        /// When this version was made.
        pub updated_at: Timestamp,
    }
}

row! {
    /// What a commit says of a secret.
    pub struct SecretHeadRow {
        /// Its id.
        pub id: SecretId,
        /// The folder it is in.
        pub folder_id: FolderId,
        /// Its name.
        pub name: String,
        /// Its version.
        pub version: i64,
    }
}

row! {
    /// The name of a secret.
    pub struct SecretNameRow {
        /// Its name.
        pub name: String,
    }
}

/// The shared secret with this name in a folder. Names differ if their bytes do.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, folder: &FolderId, name: &str) -> Result<Option<SecretRow>> {
    db.fetch_optional(
        "SELECT * FROM secrets WHERE folder_id = $1 AND name = $2 AND owner_user_id = ''",
        params![folder, name],
    )
    .await
}

/// The shared secret with this id, of whatever project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_id(db: &mut Connection, id: &SecretId) -> Result<Option<SecretRow>> {
    db.fetch_optional("SELECT * FROM secrets WHERE id = $1 AND owner_user_id = ''", params![id]).await
}

/// The shared secret with this id in a project of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &SecretId,
) -> Result<Option<SecretRow>> {
    db.fetch_optional(
        "SELECT s.* FROM secrets s
           JOIN folders f ON f.id = s.folder_id
           JOIN projects p ON p.id = f.project_id
          WHERE s.id = $1 AND s.owner_user_id = '' AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// The shared secret with this id in the project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_project(
    db: &mut Connection,
    project: &ProjectId,
    id: &SecretId,
) -> Result<Option<SecretRow>> {
    db.fetch_optional(
        "SELECT s.* FROM secrets s
           JOIN folders f ON f.id = s.folder_id
          WHERE s.id = $1 AND s.owner_user_id = '' AND f.project_id = $2",
        params![id, project],
    )
    .await
}

/// The shared secrets of a folder, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, folder: &FolderId) -> Result<Vec<SecretRow>> {
    db.fetch_all("SELECT * FROM secrets WHERE folder_id = $1 AND owner_user_id = ''", params![folder]).await
}

/// The names of a folder's secrets for which a user has a value of their own, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn names_of_owner(
    db: &mut Connection,
    folder: &FolderId,
    owner: &UserId,
) -> Result<Vec<SecretNameRow>> {
    db.fetch_all(
        "SELECT name FROM secrets WHERE folder_id = $1 AND owner_user_id = $2",
        params![folder, owner],
    )
    .await
}

/// The shared secrets of the folder at `path` and of all folders below, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
) -> Result<Vec<SecretRow>> {
    db.fetch_all(
        "SELECT s.* FROM secrets s JOIN folders f ON f.id = s.folder_id
          WHERE f.environment_id = $1 AND s.owner_user_id = ''
            AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(path)],
    )
    .await
}

/// Id, folder, name and version of everything [`list_below`] would return.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn heads_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
) -> Result<Vec<SecretHeadRow>> {
    db.fetch_all(
        "SELECT s.id, s.folder_id, s.name, s.version FROM secrets s JOIN folders f ON f.id = s.folder_id
          WHERE f.environment_id = $1 AND s.owner_user_id = ''
            AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT)",
        params![environment, &inside(path)],
    )
    .await
}

/// Adds a secret.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the folder has one with this name.
pub async fn insert(db: &mut Connection, secret: &SecretRow) -> Result<()> {
    db.execute(
        "INSERT INTO secrets
            (id, folder_id, name, owner_user_id, version, value_ciphertext, comment_ciphertext,
             metadata_ciphertext, skip_multiline_encoding, reminder_note, reminder_repeat_days,
             actor_type, actor_id, actor_name, created_at, updated_at, value_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            &secret.id,
            &secret.folder_id,
            &secret.name,
            &secret.owner_user_id,
            secret.version,
            &secret.value_ciphertext,
            &secret.comment_ciphertext,
            &secret.metadata_ciphertext,
            secret.skip_multiline_encoding,
            secret.reminder_note.as_deref(),
            secret.reminder_repeat_days,
            &secret.actor_type,
            &secret.actor_id,
            &secret.actor_name,
            secret.created_at,
            secret.updated_at,
            secret.value_hash.as_deref(),
        ],
    )
    .await?;
    Ok(())
}

/// Stores the next version of a secret: everything but its id, folder, owner and time of creation.
///
/// # Errors
///
/// [`AlreadyExists`](crate::StoreError::AlreadyExists) if the folder has another with this name.
pub async fn update(db: &mut Connection, secret: &SecretRow) -> Result<()> {
    db.execute(
        "UPDATE secrets
            SET name = $2, version = $3, value_ciphertext = $4, comment_ciphertext = $5,
                metadata_ciphertext = $6, skip_multiline_encoding = $7, reminder_note = $8,
                reminder_repeat_days = $9, actor_type = $10, actor_id = $11, actor_name = $12,
                updated_at = $13, value_hash = $14
          WHERE id = $1",
        params![
            &secret.id,
            &secret.name,
            secret.version,
            &secret.value_ciphertext,
            &secret.comment_ciphertext,
            &secret.metadata_ciphertext,
            secret.skip_multiline_encoding,
            secret.reminder_note.as_deref(),
            secret.reminder_repeat_days,
            &secret.actor_type,
            &secret.actor_id,
            &secret.actor_name,
            secret.updated_at,
            secret.value_hash.as_deref(),
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a secret. Its versions stay.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &SecretId) -> Result<()> {
    db.execute("DELETE FROM secrets WHERE id = $1", params![id]).await?;
    Ok(())
}
