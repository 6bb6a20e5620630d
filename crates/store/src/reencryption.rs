//! Everything that is encrypted under the data key of a project, for encrypting it under another one.
//!
//! Which key a ciphertext is under says its number, bytes 2 to 5. So what is still to be done is asked of the rows
//! themselves, and work that was cut off goes on where it was.

use tacit_core::{
    cipher::Ciphertext,
    id::{FolderId, ProjectId, SecretId, WebhookId},
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// A kind of row that is encrypted under the data key of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encrypted {
    /// Present secrets and personal overrides.
    Secrets,
    /// Their versions.
    Versions,
    /// Webhooks.
    Webhooks,
}

/// Every column that is encrypted under the data key of a project. A test looks through the schema for others.
pub const COLUMNS: [(&str, &str); 8] = [
    ("secret_versions", "comment_ciphertext"),
    ("secret_versions", "metadata_ciphertext"),
    ("secret_versions", "value_ciphertext"),
    ("secrets", "comment_ciphertext"),
    ("secrets", "metadata_ciphertext"),
    ("secrets", "value_ciphertext"),
    ("webhooks", "secret_key_ciphertext"),
    ("webhooks", "url_ciphertext"),
];

/// Which row: an id, and a version where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// Its id.
    pub id: String,
    /// Its version; 1 where there is one only.
    pub version: i64,
}

impl crate::FromRow for RowName {
    fn from_row(row: &crate::Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, version: row.get("version")? })
    }
}

row! {
    /// What is encrypted of a secret or of a version.
    pub struct SealedSecretRow {
        /// The secret.
        pub id: SecretId,
        /// The folder it is in.
        pub folder_id: FolderId,
        /// The user whose own value it is; empty for what is shared.
        pub owner_user_id: String,
        /// The version.
        pub version: i64,
        /// The value.
        pub value_ciphertext: Ciphertext,
        /// The comment.
        pub comment_ciphertext: Ciphertext,
        /// The metadata.
        pub metadata_ciphertext: Ciphertext,
    }
}

row! {
    /// What is encrypted of a webhook.
    pub struct SealedWebhookRow {
        /// The webhook.
        pub id: WebhookId,
        /// The address.
        pub url_ciphertext: Ciphertext,
        /// The key; none without.
        pub secret_key_ciphertext: Option<Ciphertext>,
    }
}

impl Encrypted {
    /// All kinds, in the order in which they are encrypted anew: versions are copies of secrets.
    pub const ALL: [Self; 3] = [Self::Secrets, Self::Versions, Self::Webhooks];

    /// The rows of the project with a ciphertext that is not under the key `number`, without its `SELECT`.
    const fn condition(self) -> &'static str {
        match self {
            Self::Secrets => {
                "FROM folders f JOIN secrets s ON s.folder_id = f.id
                  WHERE f.project_id = $1
                    AND (substr(s.value_ciphertext, 2, 4) <> $2 OR substr(s.comment_ciphertext, 2, 4) <> $2
                      OR substr(s.metadata_ciphertext, 2, 4) <> $2)"
            }
            Self::Versions => {
                "FROM secret_versions v
                  WHERE v.project_id = $1
                    AND (substr(v.value_ciphertext, 2, 4) <> $2 OR substr(v.comment_ciphertext, 2, 4) <> $2
                      OR substr(v.metadata_ciphertext, 2, 4) <> $2)"
            }
            Self::Webhooks => {
                "FROM webhooks w
                  WHERE w.project_id = $1
                    AND (substr(w.url_ciphertext, 2, 4) <> $2 OR substr(w.secret_key_ciphertext, 2, 4) <> $2)"
            }
        }
    }

    const fn columns(self) -> &'static str {
        match self {
            Self::Secrets => "s.id AS id, s.version AS version",
            Self::Versions => "v.secret_id AS id, v.version AS version",
            Self::Webhooks => "w.id AS id, CAST(1 AS BIGINT) AS version",
        }
    }

    /// Rows that are still under another key than `number`, in no order, at most `limit`.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn left(
        self,
        db: &mut Connection,
        project: &ProjectId,
        number: u32,
        limit: i64,
    ) -> Result<Vec<RowName>> {
        let sql = format!("SELECT {} {} LIMIT $3", self.columns(), self.condition());
        db.fetch_all(&sql, params![project, number.to_be_bytes().as_slice(), limit]).await
    }

    /// How many rows are still under another key than `number`.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn count_left(self, db: &mut Connection, project: &ProjectId, number: u32) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) AS number {}", self.condition());
        db.fetch_one(&sql, params![project, number.to_be_bytes().as_slice()]).await
    }
}

/// What is encrypted of a present secret, if it still has that version.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_secret(db: &mut Connection, name: &RowName) -> Result<Option<SealedSecretRow>> {
    db.fetch_optional(
        "SELECT id, folder_id, owner_user_id, version, value_ciphertext, comment_ciphertext,
                metadata_ciphertext
           FROM secrets WHERE id = $1 AND version = $2",
        params![&name.id, name.version],
    )
    .await
}

/// What is encrypted of a version.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_version(db: &mut Connection, name: &RowName) -> Result<Option<SealedSecretRow>> {
    db.fetch_optional(
        "SELECT secret_id AS id, folder_id, owner_user_id, version, value_ciphertext, comment_ciphertext,
                metadata_ciphertext
           FROM secret_versions WHERE secret_id = $1 AND version = $2",
        params![&name.id, name.version],
    )
    .await
}

/// What is encrypted of a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_webhook(db: &mut Connection, name: &RowName) -> Result<Option<SealedWebhookRow>> {
    db.fetch_optional(
        "SELECT id, url_ciphertext, secret_key_ciphertext FROM webhooks WHERE id = $1",
        params![&name.id],
    )
    .await
}

/// Puts the same content under another key in the place of what is there, if it is still that. Says whether
/// it was.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace_secret(
    db: &mut Connection,
    old: &SealedSecretRow,
    new: &SealedSecretRow,
    value_hash: &[u8],
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE secrets SET value_ciphertext = $3, comment_ciphertext = $4, metadata_ciphertext = $5,
                    value_hash = $6
              WHERE id = $1 AND version = $2 AND value_ciphertext = $7 AND comment_ciphertext = $8
                AND metadata_ciphertext = $9",
            params![
                &old.id,
                old.version,
                &new.value_ciphertext,
                &new.comment_ciphertext,
                &new.metadata_ciphertext,
                value_hash,
                &old.value_ciphertext,
                &old.comment_ciphertext,
                &old.metadata_ciphertext,
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// As [`replace_secret`], of a version.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace_version(
    db: &mut Connection,
    old: &SealedSecretRow,
    new: &SealedSecretRow,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE secret_versions
                SET value_ciphertext = $3, comment_ciphertext = $4, metadata_ciphertext = $5
              WHERE secret_id = $1 AND version = $2 AND value_ciphertext = $6 AND comment_ciphertext = $7
                AND metadata_ciphertext = $8",
            params![
                &old.id,
                old.version,
                &new.value_ciphertext,
                &new.comment_ciphertext,
                &new.metadata_ciphertext,
                &old.value_ciphertext,
                &old.comment_ciphertext,
                &old.metadata_ciphertext,
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// As [`replace_secret`], of a webhook.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace_webhook(
    db: &mut Connection,
    old: &SealedWebhookRow,
    new: &SealedWebhookRow,
) -> Result<bool> {
    let key = new.secret_key_ciphertext.as_ref().map(|key| key.0.as_slice());
    let changed = db
        .execute(
            "UPDATE webhooks SET url_ciphertext = $2, secret_key_ciphertext = $3
              WHERE id = $1 AND url_ciphertext = $4",
            params![&old.id, &new.url_ciphertext, key, &old.url_ciphertext],
        )
        .await?;
    Ok(changed > 0)
}
