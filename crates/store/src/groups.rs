//! Groups of people and machine identities.

mod members;

pub use members::{
    GroupIdentityRow, GroupUserRow, add_identity, add_user, count_members, list_identities, list_users,
    remove_identity, remove_user,
};
use tacit_core::{
    id::{GroupId, OrganizationId, RoleId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A group.
    pub struct GroupRow {
        /// Its id.
        pub id: GroupId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// Its name, for people.
        pub name: String,
        /// Unique in the organization.
        pub slug: String,
        /// The slug of the role in the organization that members have beside their own; `custom` for a
        /// custom one.
        pub role: String,
        /// The custom role.
        pub custom_role_id: Option<RoleId>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// The group called `id` of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &GroupId,
) -> Result<Option<GroupRow>> {
    db.fetch_optional(
        "SELECT * FROM groups WHERE id = $2 AND organization_id = $1",
        params![organization, id],
    )
    .await
}

/// The group of an organization with this slug.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(
    db: &mut Connection,
    organization: &OrganizationId,
    slug: &str,
) -> Result<Option<GroupRow>> {
    db.fetch_optional(
        "SELECT * FROM groups WHERE organization_id = $1 AND slug = $2",
        params![organization, slug],
    )
    .await
}

/// The groups of an organization in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, organization: &OrganizationId) -> Result<Vec<GroupRow>> {
    db.fetch_all("SELECT * FROM groups WHERE organization_id = $1", params![organization]).await
}

/// How many groups an organization has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM groups WHERE organization_id = $1", params![organization])
        .await
}

/// Adds a group.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn insert(db: &mut Connection, group: &GroupRow) -> Result<()> {
    db.execute(
        "INSERT INTO groups
            (id, organization_id, name, slug, role, custom_role_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &group.id,
            &group.organization_id,
            &group.name,
            &group.slug,
            &group.role,
            group.custom_role_id.as_ref(),
            group.created_at,
            group.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores name, slug, role and time of change.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn update(db: &mut Connection, group: &GroupRow) -> Result<()> {
    db.execute(
        "UPDATE groups SET name = $2, slug = $3, role = $4, custom_role_id = $5, updated_at = $6
          WHERE id = $1",
        params![
            &group.id,
            &group.name,
            &group.slug,
            &group.role,
            group.custom_role_id.as_ref(),
            group.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a group with its memberships in projects; its members stay what they are without it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &GroupId) -> Result<()> {
    db.execute("DELETE FROM groups WHERE id = $1", params![id]).await?;
    Ok(())
}
