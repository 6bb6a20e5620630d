//! Custom roles of organizations and of projects.

use tacit_core::{
    id::{OrganizationId, ProjectId, RoleId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A custom role.
    pub struct RoleRow {
        /// Its id.
        pub id: RoleId,
        /// The organization.
        pub organization_id: OrganizationId,
        /// The project; `None` for a role of the organization itself.
        pub project_id: Option<ProjectId>,
        /// Unique among the roles of the same project or organization.
        pub slug: String,
        /// Its name, for people.
        pub name: String,
        /// A sentence, for people.
        pub description: Option<String>,
        /// JSON array of rules, as they were written.
        pub permissions: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// The role called `id` of an organization, or of one of its projects.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    project: Option<&ProjectId>,
    id: &RoleId,
) -> Result<Option<RoleRow>> {
    db.fetch_optional(
        "SELECT * FROM roles WHERE id = $3 AND organization_id = $1 AND project_id IS NOT DISTINCT FROM $2",
        params![organization, project, id],
    )
    .await
}

/// The role called `id` of an organization or any of its projects.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_anywhere(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &RoleId,
) -> Result<Option<RoleRow>> {
    db.fetch_optional("SELECT * FROM roles WHERE id = $2 AND organization_id = $1", params![organization, id])
        .await
}

/// The role with this slug of an organization, or of one of its projects.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(
    db: &mut Connection,
    organization: &OrganizationId,
    project: Option<&ProjectId>,
    slug: &str,
) -> Result<Option<RoleRow>> {
    db.fetch_optional(
        "SELECT * FROM roles
          WHERE organization_id = $1 AND project_id IS NOT DISTINCT FROM $2 AND slug = $3",
        params![organization, project, slug],
    )
    .await
}

/// The custom roles of an organization, or of one of its projects, in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    project: Option<&ProjectId>,
) -> Result<Vec<RoleRow>> {
    db.fetch_all(
        "SELECT * FROM roles WHERE organization_id = $1 AND project_id IS NOT DISTINCT FROM $2",
        params![organization, project],
    )
    .await
}

/// How many custom roles an organization, or one of its projects, has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(
    db: &mut Connection,
    organization: &OrganizationId,
    project: Option<&ProjectId>,
) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM roles
          WHERE organization_id = $1 AND project_id IS NOT DISTINCT FROM $2",
        params![organization, project],
    )
    .await
}

/// How many people, identities and groups have a role.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_holders(db: &mut Connection, id: &RoleId) -> Result<i64> {
    db.fetch_one(
        "SELECT (SELECT COUNT(*) FROM membership_roles WHERE custom_role_id = $1)
              + (SELECT COUNT(*) FROM organization_memberships WHERE custom_role_id = $1)
              + (SELECT COUNT(*) FROM identities WHERE custom_role_id = $1)
              + (SELECT COUNT(*) FROM groups WHERE custom_role_id = $1) AS number",
        params![id],
    )
    .await
}

row! {
    /// Somebody who has a role in an organization.
    pub struct RoleHolderRow {
        /// `user`, `identity` or `group`.
        pub kind: String,
        /// Their id.
        pub id: String,
        /// The name of an identity or group, the e-mail of a person.
        pub name: String,
    }
}

/// Who has a role of an organization, in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn holders_in_organization(db: &mut Connection, id: &RoleId) -> Result<Vec<RoleHolderRow>> {
    db.fetch_all(
        "SELECT 'user' AS kind, u.id, u.email AS name FROM organization_memberships m
           JOIN users u ON u.id = m.user_id
          WHERE m.custom_role_id = $1
          UNION ALL
         SELECT 'identity' AS kind, i.id, i.name FROM identities i WHERE i.custom_role_id = $1
          UNION ALL
         SELECT 'group' AS kind, g.id, g.name FROM groups g WHERE g.custom_role_id = $1",
        params![id],
    )
    .await
}

/// Adds a role.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn insert(db: &mut Connection, role: &RoleRow) -> Result<()> {
    db.execute(
        "INSERT INTO roles
            (id, organization_id, project_id, slug, name, description, permissions, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            &role.id,
            &role.organization_id,
            role.project_id.as_ref(),
            &role.slug,
            &role.name,
            role.description.as_deref(),
            &role.permissions,
            role.created_at,
            role.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores slug, name, description, rules and time of change.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn update(db: &mut Connection, role: &RoleRow) -> Result<()> {
    db.execute(
        "UPDATE roles
            SET slug = $2, name = $3, description = $4, permissions = $5, updated_at = $6
          WHERE id = $1",
        params![
            &role.id,
            &role.slug,
            &role.name,
            role.description.as_deref(),
            &role.permissions,
            role.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a role that nobody has.
///
/// # Errors
///
/// [`crate::StoreError::Related`] if somebody has it.
pub async fn delete(db: &mut Connection, id: &RoleId) -> Result<()> {
    db.execute("DELETE FROM roles WHERE id = $1", params![id]).await?;
    Ok(())
}
