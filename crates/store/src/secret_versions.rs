//! Every version of every secret, the present one included. They outlive the secret.

use tacit_core::{
    id::{EnvironmentId, OrganizationId, ProjectId, SecretId},
    name::SecretPath,
};

use crate::{
    Connection, FromRow, Row, StoreError, error::Result, folders::inside, secrets::SecretRow, value::params,
};

/// One version of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersionRow {
    /// The project of the secret.
    pub project_id: ProjectId,
    /// The secret as it was.
    pub secret: SecretRow,
    /// The ids of its tags then, a JSON array.
    pub tag_ids: String,
    /// The revision of the project whose commit made the version.
    pub revision: i64,
    /// The revision whose commit replaced or deleted it; `None` for the present one.
    pub ended_revision: Option<i64>,
}

impl FromRow for SecretVersionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            project_id: row.get("project_id")?,
            secret: SecretRow {
                id: row.get("secret_id")?,
                folder_id: row.get("folder_id")?,
                name: row.get("name")?,
                owner_user_id: row.get("owner_user_id")?,
                version: row.get("version")?,
                value_ciphertext: row.get("value_ciphertext")?,
                value_hash: None,
                comment_ciphertext: row.get("comment_ciphertext")?,
                metadata_ciphertext: row.get("metadata_ciphertext")?,
                skip_multiline_encoding: row.get("skip_multiline_encoding")?,
                reminder_note: row.get("reminder_note")?,
                reminder_repeat_days: row.get("reminder_repeat_days")?,
                actor_type: row.get("actor_type")?,
                actor_id: row.get("actor_id")?,
                actor_name: row.get("actor_name")?,
                created_at: row.get("secret_created_at")?,
                updated_at: row.get("created_at")?,
            },
            tag_ids: row.get("tag_ids")?,
            revision: row.get("revision")?,
            ended_revision: row.get("ended_revision")?,
        })
    }
}

/// Keeps the secret as it is now as the version that a commit to `revision` makes, and ends the one
/// before; `tag_ids` is a JSON array.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`] if this version is kept already.
pub async fn keep(
    db: &mut Connection,
    project: &ProjectId,
    secret: &SecretId,
    revision: i64,
    tag_ids: &str,
) -> Result<()> {
    end(db, secret, revision).await?;
    keep_first(db, project, secret, revision, tag_ids).await
}

/// As [`keep`], of a secret that has no version yet.
///
/// # Errors
///
/// As [`keep`].
pub async fn keep_first(
    db: &mut Connection,
    project: &ProjectId,
    secret: &SecretId,
    revision: i64,
    tag_ids: &str,
) -> Result<()> {
    // Copied inside the database: the ciphertext may have a megabyte.
    db.execute(
        "INSERT INTO secret_versions
            (secret_id, version, project_id, folder_id, name, owner_user_id, value_ciphertext,
             comment_ciphertext, metadata_ciphertext, skip_multiline_encoding, reminder_note,
             reminder_repeat_days, tag_ids, actor_type, actor_id, actor_name, secret_created_at,
             created_at, revision)
         SELECT id, version, CAST($2 AS TEXT), folder_id, name, owner_user_id, value_ciphertext,
                comment_ciphertext, metadata_ciphertext, skip_multiline_encoding, reminder_note,
                reminder_repeat_days, CAST($3 AS TEXT), actor_type, actor_id, actor_name, created_at,
                updated_at, CAST($4 AS BIGINT)
           FROM secrets WHERE id = $1",
        params![secret, project, tag_ids, revision],
    )
    .await?;
    Ok(())
}

/// Notes that a commit to `revision` deletes the secret.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn end(db: &mut Connection, secret: &SecretId, revision: i64) -> Result<()> {
    db.execute(
        "UPDATE secret_versions SET ended_revision = $2 WHERE secret_id = $1 AND ended_revision IS NULL",
        params![secret, revision],
    )
    .await?;
    Ok(())
}

/// Notes that a commit to `revision` deletes everything in the folder at `path` and in those below.
/// Call it before they are deleted.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn end_below(
    db: &mut Connection,
    environment: &EnvironmentId,
    path: &SecretPath,
    revision: i64,
) -> Result<()> {
    db.execute(
        "UPDATE secret_versions SET ended_revision = $3
          WHERE ended_revision IS NULL AND folder_id IN
                (SELECT f.id FROM folders f
                  WHERE f.environment_id = $1
                    AND substr(f.path || '/', 1, length(CAST($2 AS TEXT))) = CAST($2 AS TEXT))",
        params![environment, &inside(path), revision],
    )
    .await?;
    Ok(())
}

/// A version of a secret, whether the secret still exists or not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, secret: &SecretId, version: i64) -> Result<Option<SecretVersionRow>> {
    db.fetch_optional(
        "SELECT * FROM secret_versions WHERE secret_id = $1 AND version = $2",
        params![secret, version],
    )
    .await
}

/// A version of a secret of a project of the organization: `version`, or the newest that is kept.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    secret: &SecretId,
    version: Option<i64>,
) -> Result<Option<SecretVersionRow>> {
    db.fetch_optional(
        "SELECT v.* FROM secret_versions v JOIN projects p ON p.id = v.project_id
          WHERE v.secret_id = $1 AND p.organization_id = $2 AND v.version = coalesce($3, v.version)
          ORDER BY v.version DESC LIMIT 1",
        params![secret, organization, version],
    )
    .await
}

/// The versions of a secret that are kept, newest first, without the first `offset` and at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    secret: &SecretId,
    offset: i64,
    limit: i64,
) -> Result<Vec<SecretVersionRow>> {
    db.fetch_all(
        "SELECT * FROM secret_versions WHERE secret_id = $1 ORDER BY version DESC LIMIT $3 OFFSET $2",
        params![secret, offset, limit],
    )
    .await
}

/// Forgets the versions of a secret up to `version`. Returns the revision from which on the states of
/// its folder are still complete, if any version was forgotten.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(db: &mut Connection, secret: &SecretId, version: i64) -> Result<Option<i64>> {
    if version < 1 {
        return Ok(None);
    }
    let ended: Vec<Ended> = db
        .fetch_all(
            "DELETE FROM secret_versions WHERE secret_id = $1 AND version <= $2 AND ended_revision IS NOT NULL
             RETURNING ended_revision",
            params![secret, version],
        )
        .await?;
    Ok(ended.into_iter().map(|row| row.0).max())
}

struct Ended(i64);

impl FromRow for Ended {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        row.get("ended_revision").map(Self)
    }
}
