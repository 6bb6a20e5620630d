//! What gives somebody rights in a project: own roles, roles of groups, and privileges beside them.
//!
//! This is the one place that says so. Everything that decides asks here, in one statement.

use tacit_core::{
    id::{GroupId, MembershipId, OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    project_memberships::Member,
    value::{params, row},
};

row! {
    /// A role or a privilege that somebody has in a project.
    pub struct GrantRow {
        /// Its id.
        pub id: String,
        /// The project.
        pub project_id: ProjectId,
        /// The membership it belongs to: that of the actor or of one of its groups.
        pub membership_id: MembershipId,
        /// The slug of a built-in role; `custom` for a custom one and for a privilege.
        pub role: String,
        /// The slug of a custom role.
        pub custom_role_slug: Option<String>,
        /// The rules of a custom role or a privilege, as JSON.
        pub permissions: Option<String>,
        /// Whether it is a privilege beside the roles.
        pub is_privilege: bool,
        /// Whether it ends by itself.
        pub is_temporary: bool,
        /// From when a temporary one counts.
        pub starts_at: Option<Timestamp>,
        /// Until when a temporary one counts.
        pub ends_at: Option<Timestamp>,
    }
}

/// The ids of the projects that the member named by a column is in, itself or by a group.
macro_rules! projects_of_member {
    ($column:literal, $id:literal) => {
        concat!(
            "SELECT project_id FROM project_memberships WHERE ",
            $column,
            " = ",
            $id,
            " UNION SELECT m.project_id FROM group_members g
                JOIN project_memberships m ON m.group_id = g.group_id WHERE g.",
            $column,
            " = ",
            $id
        )
    };
}
pub(crate) use projects_of_member;

/// The grants of memberships that a statement finds.
macro_rules! grants {
    ($($memberships:expr),+) => {
        concat!(
            "WITH own AS (", $($memberships),+, ")
             SELECT r.id, own.project_id, r.membership_id, r.role, c.slug AS custom_role_slug, c.permissions,
                    FALSE AS is_privilege, r.is_temporary, r.starts_at, r.ends_at
               FROM own
               JOIN membership_roles r ON r.membership_id = own.id
               LEFT JOIN roles c ON c.id = r.custom_role_id
              UNION ALL
             SELECT a.id, own.project_id, a.membership_id, 'custom', NULL, a.permissions,
                    TRUE, a.is_temporary, a.starts_at, a.ends_at
               FROM own
               JOIN additional_privileges a ON a.membership_id = own.id"
        )
    };
}

/// The grants of an actor, named by a column, in one project.
macro_rules! grants_in_project {
    ($column:literal) => {
        grants!(
            "SELECT id, project_id FROM project_memberships WHERE project_id = $1 AND ",
            $column,
            " = $2
              UNION ALL
             SELECT m.id, m.project_id FROM group_members g
               JOIN project_memberships m ON m.group_id = g.group_id
              WHERE m.project_id = $1 AND g.",
            $column,
            " = $2"
        )
    };
}

/// The grants of an actor, named by a column, in all projects of an organization.
macro_rules! grants_in_organization {
    ($column:literal) => {
        grants!(
            "SELECT m.id, m.project_id FROM project_memberships m
               JOIN projects p ON p.id = m.project_id
              WHERE p.organization_id = $1 AND m.",
            $column,
            " = $2
              UNION ALL
             SELECT m.id, m.project_id FROM group_members g
               JOIN project_memberships m ON m.group_id = g.group_id
               JOIN projects p ON p.id = m.project_id
              WHERE p.organization_id = $1 AND g.",
            $column,
            " = $2"
        )
    };
}

/// All that gives an actor rights in a project, ended ones included; empty if it is not in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_member(
    db: &mut Connection,
    project: &ProjectId,
    member: Member<'_>,
) -> Result<Vec<GrantRow>> {
    match member {
        Member::User(id) => db.fetch_all(grants_in_project!("user_id"), params![project, id]).await,
        Member::Identity(id) => db.fetch_all(grants_in_project!("identity_id"), params![project, id]).await,
    }
}

/// As [`of_member`], in all projects of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Vec<GrantRow>> {
    match member {
        Member::User(id) => db.fetch_all(grants_in_organization!("user_id"), params![organization, id]).await,
        Member::Identity(id) => {
            db.fetch_all(grants_in_organization!("identity_id"), params![organization, id]).await
        }
    }
}

/// What a group has in all projects.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_group(db: &mut Connection, group: &GroupId) -> Result<Vec<GrantRow>> {
    db.fetch_all(
        grants!("SELECT id, project_id FROM project_memberships WHERE group_id = $1"),
        params![group],
    )
    .await
}

/// What one membership gives.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_membership(db: &mut Connection, membership: &MembershipId) -> Result<Vec<GrantRow>> {
    db.fetch_all(grants!("SELECT id, project_id FROM project_memberships WHERE id = $1"), params![membership])
        .await
}

/// All rules that custom roles and privileges of a project have, each list as JSON.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn rules_in_project(db: &mut Connection, project: &ProjectId) -> Result<Vec<RulesRow>> {
    db.fetch_all(
        "SELECT slug, permissions FROM roles WHERE project_id = $1
          UNION ALL
         SELECT a.slug, a.permissions FROM additional_privileges a
           JOIN project_memberships m ON m.id = a.membership_id
          WHERE m.project_id = $1",
        params![project],
    )
    .await
}

row! {
    /// The rules of a custom role or a privilege.
    pub struct RulesRow {
        /// The slug of the role or privilege.
        pub slug: String,
        /// The rules as JSON.
        pub permissions: String,
    }
}
