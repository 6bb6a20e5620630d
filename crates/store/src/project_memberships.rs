//! Who is in a project, and with which roles.

mod members;
mod projects;

pub use members::{
    AuthMethodRow, GroupUserMemberRow, IdentityMemberRow, UserMemberRow, auth_methods_of_members,
    find_user_to_add, is_identity_of, list_group_users, list_identities, list_users, list_users_that_count,
};

pub use projects::{MemberProjectRow, projects_of};
use tacit_core::{
    id::{GroupId, IdentityId, MembershipId, OrganizationId, ProjectId, RoleId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// The place of a user, an identity or a group in a project.
    pub struct MembershipRow {
        /// Its id.
        pub id: MembershipId,
        /// The project.
        pub project_id: ProjectId,
        /// The person, if the member is one.
        pub user_id: Option<UserId>,
        /// The machine identity, if the member is one.
        pub identity_id: Option<IdentityId>,
        /// The group, if the member is one.
        pub group_id: Option<GroupId>,
        /// When the member joined.
        pub created_at: Timestamp,
        /// When its roles last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// One role of one membership.
    pub struct MembershipRoleRow {
        /// The id of this grant.
        pub id: String,
        /// The membership it belongs to.
        pub membership_id: MembershipId,
        /// The slug of the role; `custom` for a custom one.
        pub role: String,
        /// The custom role.
        pub custom_role_id: Option<RoleId>,
        /// The name of the custom role.
        pub custom_role_name: Option<String>,
        /// The slug of the custom role.
        pub custom_role_slug: Option<String>,
        /// Whether it ends by itself.
        pub is_temporary: bool,
        /// How long it lasts, as the client wrote it.
        pub temporary_range: Option<String>,
        /// When a temporary role begins to count.
        pub starts_at: Option<Timestamp>,
        /// When a temporary role stops counting.
        pub ends_at: Option<Timestamp>,
        /// When it was granted.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// An actor as memberships name it.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// A person.
    User(&'a UserId),
    /// A machine identity.
    Identity(&'a IdentityId),
}

/// Roles with the names of custom ones.
macro_rules! roles {
    ($rest:literal) => {
        concat!(
            "SELECT r.*, c.name AS custom_role_name, c.slug AS custom_role_slug
               FROM membership_roles r
               LEFT JOIN roles c ON c.id = r.custom_role_id ",
            $rest
        )
    };
}

/// Adds a member without roles.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if it is a member already.
pub async fn insert(db: &mut Connection, membership: &MembershipRow) -> Result<()> {
    db.execute(
        "INSERT INTO project_memberships
            (id, project_id, user_id, identity_id, created_at, updated_at, group_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            &membership.id,
            &membership.project_id,
            membership.user_id.as_ref(),
            membership.identity_id.as_ref(),
            membership.created_at,
            membership.updated_at,
            membership.group_id.as_ref(),
        ],
    )
    .await?;
    Ok(())
}

/// Gives a membership a role.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if it has it already.
pub async fn insert_role(db: &mut Connection, role: &MembershipRoleRow) -> Result<()> {
    db.execute(
        "INSERT INTO membership_roles
            (id, membership_id, role, is_temporary, temporary_range, starts_at, ends_at, created_at,
             updated_at, custom_role_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &role.id,
            &role.membership_id,
            &role.role,
            role.is_temporary,
            role.temporary_range.as_deref(),
            role.starts_at,
            role.ends_at,
            role.created_at,
            role.updated_at,
            role.custom_role_id.as_ref(),
        ],
    )
    .await?;
    Ok(())
}

/// The membership of a group in a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_group(
    db: &mut Connection,
    project: &ProjectId,
    group: &GroupId,
) -> Result<Option<MembershipRow>> {
    db.fetch_optional(
        "SELECT * FROM project_memberships WHERE project_id = $1 AND group_id = $2",
        params![project, group],
    )
    .await
}

/// The memberships of groups in a project in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_groups(db: &mut Connection, project: &ProjectId) -> Result<Vec<MembershipRow>> {
    db.fetch_all(
        "SELECT * FROM project_memberships WHERE project_id = $1 AND group_id IS NOT NULL",
        params![project],
    )
    .await
}

/// Takes all roles from a membership and notes when.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn clear_roles(db: &mut Connection, membership: &MembershipId, now: Timestamp) -> Result<()> {
    db.execute("DELETE FROM membership_roles WHERE membership_id = $1", params![membership]).await?;
    db.execute("UPDATE project_memberships SET updated_at = $2 WHERE id = $1", params![membership, now])
        .await?;
    Ok(())
}

/// Ends a membership.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, membership: &MembershipId) -> Result<()> {
    db.execute("DELETE FROM project_memberships WHERE id = $1", params![membership]).await?;
    Ok(())
}

/// The membership of `member` in a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    project: &ProjectId,
    member: Member<'_>,
) -> Result<Option<MembershipRow>> {
    match member {
        Member::User(id) => {
            db.fetch_optional(
                "SELECT * FROM project_memberships WHERE project_id = $1 AND user_id = $2",
                params![project, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_optional(
                "SELECT * FROM project_memberships WHERE project_id = $1 AND identity_id = $2",
                params![project, id],
            )
            .await
        }
    }
}

/// The membership called `id`, if its project belongs to `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_id(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &MembershipId,
) -> Result<Option<MembershipRow>> {
    db.fetch_optional(
        "SELECT m.* FROM project_memberships m
           JOIN projects p ON p.id = m.project_id
          WHERE m.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// All memberships of `member` in projects of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_member(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Vec<MembershipRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                "SELECT m.* FROM project_memberships m
                   JOIN projects p ON p.id = m.project_id
                  WHERE p.organization_id = $1 AND m.user_id = $2",
                params![organization, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                "SELECT m.* FROM project_memberships m
                   JOIN projects p ON p.id = m.project_id
                  WHERE p.organization_id = $1 AND m.identity_id = $2",
                params![organization, id],
            )
            .await
        }
    }
}

/// The roles of all memberships of `member` in projects of an organization, ended ones included.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn all_roles_of(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Vec<MembershipRoleRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                roles!(
                    "JOIN project_memberships m ON m.id = r.membership_id
                     JOIN projects p ON p.id = m.project_id
                    WHERE p.organization_id = $1 AND m.user_id = $2"
                ),
                params![organization, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                roles!(
                    "JOIN project_memberships m ON m.id = r.membership_id
                     JOIN projects p ON p.id = m.project_id
                    WHERE p.organization_id = $1 AND m.identity_id = $2"
                ),
                params![organization, id],
            )
            .await
        }
    }
}

/// The roles of a membership in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles(db: &mut Connection, membership: &MembershipId) -> Result<Vec<MembershipRoleRow>> {
    db.fetch_all(roles!("WHERE r.membership_id = $1"), params![membership]).await
}

/// The roles of all memberships of a project in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles_in_project(db: &mut Connection, project: &ProjectId) -> Result<Vec<MembershipRoleRow>> {
    db.fetch_all(
        roles!("JOIN project_memberships m ON m.id = r.membership_id WHERE m.project_id = $1"),
        params![project],
    )
    .await
}

/// How many people and identities hold `role` in a project without an end, other than by a group and
/// other than people who are only invited into the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_permanent(db: &mut Connection, project: &ProjectId, role: &str) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM membership_roles r
           JOIN project_memberships m ON m.id = r.membership_id
          WHERE m.project_id = $1 AND r.role = $2 AND NOT r.is_temporary AND m.group_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM organization_memberships o
                              JOIN projects p ON p.organization_id = o.organization_id
                             WHERE p.id = m.project_id AND o.user_id = m.user_id AND o.accepted_at IS NULL)",
        params![project, role],
    )
    .await
}
