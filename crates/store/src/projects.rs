//! Projects.

use tacit_core::{
    cipher::Ciphertext,
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    project_grants::projects_of_member,
    project_memberships::Member,
    value::{params, row},
};

row! {
    /// A project.
    pub struct ProjectRow {
        /// Its id.
        pub id: ProjectId,
        /// Its owner.
        pub organization_id: OrganizationId,
        /// 1 to 64 characters.
        pub name: String,
        /// Unique in the organization.
        pub slug: String,
        /// Up to 1024 characters.
        pub description: Option<String>,
        /// `secret-manager` and the like (wire-contract 6.2).
        pub r#type: String,
        /// Its data key, wrapped by the root key.
        pub data_key_ciphertext: Ciphertext,
        /// The key that comes or goes while its data key is being replaced, wrapped by the root key.
        pub other_data_key_ciphertext: Option<Ciphertext>,
        /// The number of commits so far.
        pub revision: i64,
        /// Whether user interfaces upper-case names of secrets.
        pub auto_capitalization: bool,
        /// Whether deleting it is refused.
        pub has_delete_protection: bool,
        /// Whether its secrets may be shared by link.
        pub secret_sharing: bool,
        /// Whether user interfaces show the old snapshots.
        pub show_snapshots_legacy: bool,
        /// Versions of a secret that are kept, 1 to 100.
        pub pit_version_limit: i64,
        /// Days audit events are kept; `None` is the instance's default.
        pub audit_logs_retention_days: Option<i64>,
        /// Whether the API hands out values of its secrets.
        pub plaintext_reads: bool,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its own settings last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// How far a project and the rights in its organization have come.
    pub struct RevisionsRow {
        /// The number of commits of the project so far.
        pub revision: i64,
        /// Raised when anybody's rights in the organization change.
        pub access_revision: i64,
    }
}

/// How far the project called `id` has come, of whatever organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revisions(db: &mut Connection, id: &ProjectId) -> Result<Option<RevisionsRow>> {
    db.fetch_optional(
        "SELECT p.revision, o.access_revision
           FROM projects p JOIN organizations o ON o.id = p.organization_id
          WHERE p.id = $1",
        params![id],
    )
    .await
}

/// The project called `id`, if it belongs to `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &ProjectId,
) -> Result<Option<ProjectRow>> {
    db.fetch_optional(
        "SELECT * FROM projects WHERE id = $1 AND organization_id = $2",
        params![id, organization],
    )
    .await
}

/// The project with this slug in `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(
    db: &mut Connection,
    organization: &OrganizationId,
    slug: &str,
) -> Result<Option<ProjectRow>> {
    db.fetch_optional(
        "SELECT * FROM projects WHERE organization_id = $1 AND slug = $2",
        params![organization, slug],
    )
    .await
}

/// Adds a project.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the organization has a project
/// with that slug.
pub async fn insert(db: &mut Connection, project: &ProjectRow) -> Result<()> {
    db.execute(
        "INSERT INTO projects
            (id, organization_id, name, slug, description, type, data_key_ciphertext, revision,
             auto_capitalization, has_delete_protection, secret_sharing, show_snapshots_legacy,
             pit_version_limit, audit_logs_retention_days, created_at, updated_at, plaintext_reads,
             references_indexed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, TRUE)",
        params![
            &project.id,
            &project.organization_id,
            &project.name,
            &project.slug,
            project.description.as_deref(),
            &project.r#type,
            &project.data_key_ciphertext,
            project.revision,
            project.auto_capitalization,
            project.has_delete_protection,
            project.secret_sharing,
            project.show_snapshots_legacy,
            project.pit_version_limit,
            project.audit_logs_retention_days,
            project.created_at,
            project.updated_at,
            project.plaintext_reads,
        ],
    )
    .await?;
    Ok(())
}

/// Writes the settings of a project: all but its owner, type, key, revision and time of creation.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if another project of the
/// organization has that slug.
pub async fn update(db: &mut Connection, project: &ProjectRow) -> Result<()> {
    db.execute(
        "UPDATE projects
            SET name = $2, slug = $3, description = $4, auto_capitalization = $5,
                has_delete_protection = $6, secret_sharing = $7, show_snapshots_legacy = $8,
                pit_version_limit = $9, audit_logs_retention_days = $10, updated_at = $11,
                plaintext_reads = $12
          WHERE id = $1",
        params![
            &project.id,
            &project.name,
            &project.slug,
            project.description.as_deref(),
            project.auto_capitalization,
            project.has_delete_protection,
            project.secret_sharing,
            project.show_snapshots_legacy,
            project.pit_version_limit,
            project.audit_logs_retention_days,
            project.updated_at,
            project.plaintext_reads,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a project with everything in it, unless it is protected. Says whether it did.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &ProjectId) -> Result<bool> {
    // Before its roles: PostgreSQL does not say in which order it cascades, and a role that a member
    // still has cannot go.
    db.execute(
        "DELETE FROM project_memberships WHERE project_id = $1
            AND EXISTS (SELECT 1 FROM projects WHERE id = $1 AND NOT has_delete_protection)",
        params![id],
    )
    .await?;
    let deleted =
        db.execute("DELETE FROM projects WHERE id = $1 AND NOT has_delete_protection", params![id]).await?;
    Ok(deleted > 0)
}

/// The projects of an organization in no order, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, organization: &OrganizationId, limit: i64) -> Result<Vec<ProjectRow>> {
    db.fetch_all(
        "SELECT * FROM projects WHERE organization_id = $1 ORDER BY id LIMIT $2",
        params![organization, limit],
    )
    .await
}

/// The projects of an organization that `member` is in, in no order, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_member(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
    limit: i64,
) -> Result<Vec<ProjectRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                concat!(
                    "SELECT p.* FROM projects p WHERE p.organization_id = $1 AND p.id IN (",
                    projects_of_member!("user_id", "$2"),
                    ") ORDER BY p.id LIMIT $3"
                ),
                params![organization, id, limit],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                concat!(
                    "SELECT p.* FROM projects p WHERE p.organization_id = $1 AND p.id IN (",
                    projects_of_member!("identity_id", "$2"),
                    ") ORDER BY p.id LIMIT $3"
                ),
                params![organization, id, limit],
            )
            .await
        }
    }
}

/// A project of an organization that is protected from deletion, if there is any.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_protected(
    db: &mut Connection,
    organization: &OrganizationId,
) -> Result<Option<ProjectRow>> {
    db.fetch_optional(
        "SELECT * FROM projects WHERE organization_id = $1 AND has_delete_protection ORDER BY id LIMIT 1",
        params![organization],
    )
    .await
}

/// How many projects the instance has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_all(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM projects", &[]).await
}
