//! Projects.

use tacit_core::{
    cipher::Ciphertext,
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
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
        /// When it was made.
        pub created_at: Timestamp,
        /// When its own settings last changed.
        pub updated_at: Timestamp,
    }
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
