//! Service tokens of projects. The database holds their keyed hashes.

use tacit_core::{
    id::{OrganizationId, ProjectId, ServiceTokenId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One service token, without its hash.
    pub struct ServiceTokenRow {
        /// Its id.
        pub id: ServiceTokenId,
        /// The project it is for.
        pub project_id: ProjectId,
        /// Who made it.
        pub created_by: UserId,
        /// What people call it.
        pub name: String,
        /// Where it counts, JSON.
        pub scopes: String,
        /// What it may do there, JSON.
        pub permissions: String,
        /// What older clients keep with it: an encrypted key.
        pub encrypted_key: Option<String>,
        /// As above: the nonce.
        pub iv: Option<String>,
        /// As above: the authentication tag.
        pub tag: Option<String>,
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
    /// What a service token is checked against.
    pub struct ServiceTokenHashRow {
        /// The organization of its project.
        pub organization_id: OrganizationId,
        /// Its name.
        pub name: String,
        /// Its keyed hash.
        pub secret_hash: Vec<u8>,
        /// Where it counts, JSON.
        pub scopes: String,
        /// The project it is for.
        pub project_id: ProjectId,
        /// When it ends.
        pub expires_at: Option<Timestamp>,
    }
}

const COLUMNS: &str = "t.id, t.project_id, t.created_by, t.name, t.scopes, t.permissions, t.encrypted_key, t.iv, t.tag, \
                       t.expires_at, t.last_used_at, t.created_at, t.updated_at";

/// Adds a token under the keyed hash of it.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if its id is taken.
pub async fn insert(db: &mut Connection, token: &ServiceTokenRow, secret_hash: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO service_tokens
            (id, project_id, created_by, name, secret_hash, scopes, permissions, encrypted_key, iv, tag,
             expires_at, last_used_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            &token.id,
            &token.project_id,
            &token.created_by,
            &token.name,
            secret_hash,
            &token.scopes,
            &token.permissions,
            token.encrypted_key.as_deref(),
            token.iv.as_deref(),
            token.tag.as_deref(),
            token.expires_at,
            token.last_used_at,
            token.created_at,
            token.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// What the token called `id` is checked against.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_hash(db: &mut Connection, id: &ServiceTokenId) -> Result<Option<ServiceTokenHashRow>> {
    db.fetch_optional(
        "SELECT p.organization_id, t.name, t.secret_hash, t.scopes, t.project_id, t.expires_at
           FROM service_tokens t JOIN projects p ON p.id = t.project_id
          WHERE t.id = $1",
        params![id],
    )
    .await
}

/// The token called `id` of a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    project: &ProjectId,
    id: &ServiceTokenId,
) -> Result<Option<ServiceTokenRow>> {
    let sql = format!("SELECT {COLUMNS} FROM service_tokens t WHERE t.id = $1 AND t.project_id = $2");
    db.fetch_optional(&sql, params![id, project]).await
}

/// The token called `id` of any project of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &ServiceTokenId,
) -> Result<Option<ServiceTokenRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM service_tokens t JOIN projects p ON p.id = t.project_id
          WHERE t.id = $1 AND p.organization_id = $2"
    );
    db.fetch_optional(&sql, params![id, organization]).await
}

/// The tokens of a project, ended ones too, the oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<ServiceTokenRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM service_tokens t WHERE t.project_id = $1 ORDER BY t.created_at, t.id");
    db.fetch_all(&sql, params![project]).await
}

/// How many tokens a project has, ended ones too.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, project: &ProjectId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS number FROM service_tokens WHERE project_id = $1";
    db.fetch_one(sql, params![project]).await
}

/// Notes when a token was last used. An older time than the one that is there changes nothing.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_last_used(db: &mut Connection, id: &ServiceTokenId, time: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE service_tokens SET last_used_at = $2
          WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        params![id, time],
    )
    .await?;
    Ok(())
}

/// Deletes a token, which ends it at once.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &ServiceTokenId) -> Result<()> {
    db.execute("DELETE FROM service_tokens WHERE id = $1", params![id]).await?;
    Ok(())
}
