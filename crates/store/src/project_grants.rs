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
        /// The slug of a privilege.
        pub privilege_slug: Option<String>,
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
            " UNION SELECT project_id FROM project_memberships
               WHERE group_id IN (SELECT group_id FROM group_members WHERE ",
            $column,
            " = ",
            $id,
            ")"
        )
    };
}
pub(crate) use projects_of_member;

/// The roles of memberships `m` that meet a condition.
macro_rules! roles_where {
    ($($condition:expr),+) => {
        concat!(
            "SELECT r.id, m.project_id, r.membership_id, r.role, c.slug AS custom_role_slug,
                    CAST(NULL AS TEXT) AS privilege_slug, c.permissions, FALSE AS is_privilege, r.is_temporary, r.starts_at, r.ends_at
               FROM project_memberships m
               JOIN membership_roles r ON r.membership_id = m.id
               LEFT JOIN roles c ON c.id = r.custom_role_id
              WHERE ",
            $($condition),+
        )
    };
}

/// The privileges of memberships `m` that meet a condition.
macro_rules! privileges_where {
    ($($condition:expr),+) => {
        concat!(
            "SELECT a.id, m.project_id, a.membership_id, 'custom' AS role, NULL AS custom_role_slug,
                    a.slug AS privilege_slug, a.permissions, TRUE AS is_privilege, a.is_temporary, a.starts_at, a.ends_at
               FROM project_memberships m
               JOIN additional_privileges a ON a.membership_id = m.id
              WHERE ",
            $($condition),+
        )
    };
}

/// The grants of the actor $2, named by a column, in memberships that meet a condition. Three plain
/// look-ups: SQLite would read all memberships of a project for one join over groups.
macro_rules! grants_of_member {
    ($condition:literal, $column:literal) => {
        concat!(
            roles_where!($condition, " AND m.", $column, " = $2"),
            " UNION ALL ",
            roles_where!(
                $condition,
                " AND m.group_id IN (SELECT group_id FROM group_members WHERE ",
                $column,
                " = $2)"
            ),
            " UNION ALL ",
            privileges_where!($condition, " AND m.", $column, " = $2")
        )
    };
}

/// The grants of an actor, named by a column, in one project.
macro_rules! grants_in_project {
    ($column:literal) => {
        grants_of_member!("m.project_id = $1", $column)
    };
}

/// The grants of an actor, named by a column, in all projects of an organization.
macro_rules! grants_in_organization {
    ($column:literal) => {
        grants_of_member!(
            "EXISTS (SELECT 1 FROM projects p WHERE p.id = m.project_id AND p.organization_id = $1)",
            $column
        )
    };
}

/// The grants of memberships that meet a condition.
macro_rules! grants_where {
    ($condition:literal) => {
        concat!(roles_where!($condition), " UNION ALL ", privileges_where!($condition))
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
    db.fetch_all(grants_where!("m.group_id = $1"), params![group]).await
}

/// What one membership gives.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_membership(db: &mut Connection, membership: &MembershipId) -> Result<Vec<GrantRow>> {
    db.fetch_all(grants_where!("m.id = $1"), params![membership]).await
}

/// What all memberships of a project give, those of people, identities and groups.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn in_project(db: &mut Connection, project: &ProjectId) -> Result<Vec<GrantRow>> {
    db.fetch_all(grants_where!("m.project_id = $1"), params![project]).await
}

row! {
    /// Somebody in a group that is in a project.
    pub struct GroupMemberRow {
        /// The group's membership in the project.
        pub membership_id: MembershipId,
        /// The person or identity.
        pub member_id: String,
    }
}

/// Who is in the groups of a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn members_of_groups(db: &mut Connection, project: &ProjectId) -> Result<Vec<GroupMemberRow>> {
    db.fetch_all(
        "SELECT m.id AS membership_id, COALESCE(gm.user_id, gm.identity_id) AS member_id
           FROM project_memberships m
           JOIN group_members gm ON gm.group_id = m.group_id
          WHERE m.project_id = $1",
        params![project],
    )
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
