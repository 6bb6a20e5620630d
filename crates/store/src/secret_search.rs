//! What searching for secrets reads of them: everything but the value.

use tacit_core::{
    cipher::Ciphertext,
    id::{EnvironmentId, FolderId, ProjectId, SecretId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A folder of a project and where it is.
    pub struct SearchedFolderRow {
        /// The folder.
        pub id: FolderId,
        /// Its path.
        pub path: String,
        /// Its environment.
        pub environment_id: EnvironmentId,
        /// The slug of its environment.
        pub environment_slug: String,
        /// The position of its environment among those of the project.
        pub environment_position: i64,
        /// How many secrets are in it, without those of folders below.
        pub secret_count: i64,
    }
}

row! {
    /// A shared secret without its value.
    pub struct SearchedSecretRow {
        /// Its id.
        pub id: SecretId,
        /// Its name.
        pub name: String,
        /// Its version, which the ciphertexts are bound to.
        pub version: i64,
        /// The comment.
        pub comment_ciphertext: Ciphertext,
        /// The metadata, a JSON array.
        pub metadata_ciphertext: Ciphertext,
        /// The keyed hash of the value, if it was written since there are hashes.
        pub value_hash: Option<Vec<u8>>,
        /// When this version was made.
        pub updated_at: Timestamp,
    }
}

/// All folders of a project, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn folders(db: &mut Connection, project: &ProjectId) -> Result<Vec<SearchedFolderRow>> {
    db.fetch_all(
        "SELECT f.id, f.path, f.environment_id, e.slug AS environment_slug,
                e.position AS environment_position, f.secret_count
           FROM folders f JOIN environments e ON e.id = f.environment_id
          WHERE f.project_id = $1",
        params![project],
    )
    .await
}

row! {
    /// The name of a shared secret.
    pub struct SecretNameRow {
        /// Its id.
        pub id: SecretId,
        /// Its folder.
        pub folder_id: FolderId,
        /// Its name.
        pub name: String,
    }
}

/// The names of the shared secrets of a project in no particular order, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn names(db: &mut Connection, project: &ProjectId, limit: i64) -> Result<Vec<SecretNameRow>> {
    db.fetch_all(
        "SELECT s.id, s.folder_id, s.name FROM folders f
           JOIN secrets s ON s.folder_id = f.id
          WHERE f.project_id = $1 AND s.owner_user_id = ''
          LIMIT $2",
        params![project, limit],
    )
    .await
}

/// The next `limit` shared secrets of a folder after the one called `after`, by name in the order of
/// the database. Start with an empty name: no secret has one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn secrets(
    db: &mut Connection,
    folder: &FolderId,
    after: &str,
    limit: i64,
) -> Result<Vec<SearchedSecretRow>> {
    db.fetch_all(
        "SELECT id, name, version, comment_ciphertext, metadata_ciphertext, value_hash, updated_at
           FROM secrets
          WHERE folder_id = $1 AND owner_user_id = '' AND name > $2
          ORDER BY name LIMIT $3",
        params![folder, after, limit],
    )
    .await
}
