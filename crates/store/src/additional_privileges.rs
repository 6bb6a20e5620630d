//! Rights that one member of one project has beside its roles.

use tacit_core::{
    id::{MembershipId, OrganizationId, PrivilegeId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A privilege of one membership.
    pub struct PrivilegeRow {
        /// Its id.
        pub id: PrivilegeId,
        /// The membership.
        pub membership_id: MembershipId,
        /// Unique in the membership.
        pub slug: String,
        /// JSON array of rules, as they were written.
        pub permissions: String,
        /// Whether it ends by itself.
        pub is_temporary: bool,
        /// How long it lasts, as the client wrote it.
        pub temporary_range: Option<String>,
        /// From when a temporary one counts.
        pub starts_at: Option<Timestamp>,
        /// Until when a temporary one counts.
        pub ends_at: Option<Timestamp>,
        /// When it was given.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// The privilege called `id` of a member of a project of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &PrivilegeId,
) -> Result<Option<PrivilegeRow>> {
    db.fetch_optional(
        "SELECT a.* FROM additional_privileges a
           JOIN project_memberships m ON m.id = a.membership_id
           JOIN projects p ON p.id = m.project_id
          WHERE a.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// The privilege of a membership with this slug.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(
    db: &mut Connection,
    membership: &MembershipId,
    slug: &str,
) -> Result<Option<PrivilegeRow>> {
    db.fetch_optional(
        "SELECT * FROM additional_privileges WHERE membership_id = $1 AND slug = $2",
        params![membership, slug],
    )
    .await
}

/// The privileges of a membership, ended ones included, in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, membership: &MembershipId) -> Result<Vec<PrivilegeRow>> {
    db.fetch_all("SELECT * FROM additional_privileges WHERE membership_id = $1", params![membership]).await
}

/// The privileges in a project, ended ones included, in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_in_project(db: &mut Connection, project: &ProjectId) -> Result<Vec<PrivilegeRow>> {
    db.fetch_all(
        "SELECT a.* FROM additional_privileges a
           JOIN project_memberships m ON m.id = a.membership_id
          WHERE m.project_id = $1",
        params![project],
    )
    .await
}

/// How many privileges a membership has, ended ones included.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, membership: &MembershipId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM additional_privileges WHERE membership_id = $1",
        params![membership],
    )
    .await
}

/// Adds a privilege.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the membership has one with that slug.
pub async fn insert(db: &mut Connection, privilege: &PrivilegeRow) -> Result<()> {
    db.execute(
        "INSERT INTO additional_privileges
            (id, membership_id, slug, permissions, is_temporary, temporary_range, starts_at, ends_at,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &privilege.id,
            &privilege.membership_id,
            &privilege.slug,
            &privilege.permissions,
            privilege.is_temporary,
            privilege.temporary_range.as_deref(),
            privilege.starts_at,
            privilege.ends_at,
            privilege.created_at,
            privilege.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores all but id, membership and time of creation.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the membership has another one with that slug.
pub async fn update(db: &mut Connection, privilege: &PrivilegeRow) -> Result<()> {
    db.execute(
        "UPDATE additional_privileges
            SET slug = $2, permissions = $3, is_temporary = $4, temporary_range = $5, starts_at = $6,
                ends_at = $7, updated_at = $8
          WHERE id = $1",
        params![
            &privilege.id,
            &privilege.slug,
            &privilege.permissions,
            privilege.is_temporary,
            privilege.temporary_range.as_deref(),
            privilege.starts_at,
            privilege.ends_at,
            privilege.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Takes a privilege away.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &PrivilegeId) -> Result<()> {
    db.execute("DELETE FROM additional_privileges WHERE id = $1", params![id]).await?;
    Ok(())
}
