//! Every version of every secret, the present one included. They outlive the secret.

use tacit_core::id::{ProjectId, SecretId};

use crate::{Connection, FromRow, Row, StoreError, error::Result, secrets::SecretRow, value::params};

/// One version of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersionRow {
    /// The secret as it was.
    pub secret: SecretRow,
    /// The ids of its tags then, a JSON array.
    pub tag_ids: String,
}

impl FromRow for SecretVersionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { secret: SecretRow::from_row(row)?, tag_ids: row.get("tag_ids")? })
    }
}

/// Keeps the secret as it is now as one of its versions; `tag_ids` is a JSON array.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`] if this version is kept already.
pub async fn keep(db: &mut Connection, project: &ProjectId, secret: &SecretId, tag_ids: &str) -> Result<()> {
    // Copied inside the database: the ciphertext may have a megabyte.
    db.execute(
        "INSERT INTO secret_versions
            (secret_id, version, project_id, folder_id, name, owner_user_id, value_ciphertext,
             comment_ciphertext, metadata_ciphertext, skip_multiline_encoding, reminder_note,
             reminder_repeat_days, tag_ids, actor_type, actor_id, actor_name, created_at)
         SELECT id, version, CAST($2 AS TEXT), folder_id, name, owner_user_id, value_ciphertext,
                comment_ciphertext, metadata_ciphertext, skip_multiline_encoding, reminder_note,
                reminder_repeat_days, CAST($3 AS TEXT), actor_type, actor_id, actor_name, updated_at
           FROM secrets WHERE id = $1",
        params![secret, project, tag_ids],
    )
    .await?;
    Ok(())
}

/// A version of a secret that still exists.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, secret: &SecretId, version: i64) -> Result<Option<SecretVersionRow>> {
    db.fetch_optional(
        "SELECT v.secret_id AS id, v.folder_id, v.name, v.owner_user_id, v.version, v.value_ciphertext,
                v.comment_ciphertext, v.metadata_ciphertext, v.skip_multiline_encoding, v.reminder_note,
                v.reminder_repeat_days, v.tag_ids, v.actor_type, v.actor_id, v.actor_name,
                s.created_at, v.created_at AS updated_at
           FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
          WHERE v.secret_id = $1 AND v.version = $2",
        params![secret, version],
    )
    .await
}
