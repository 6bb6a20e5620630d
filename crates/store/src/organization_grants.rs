//! What gives somebody rights in an organization: their own role there, and those of their groups.

use tacit_core::id::{GroupId, OrganizationId};

use crate::{
    Connection,
    error::Result,
    project_memberships::Member,
    value::{params, row},
};

/// The roles of groups as a JSON array: the slug of each built-in role, the rules of each custom one;
/// NULL without any. The condition says whose groups, as `gm` and `g`. SQLite reads a cross join in the
/// order it is written, so that it begins with the few groups somebody is in.
macro_rules! group_roles {
    ($condition:literal) => {
        concat!(
            "(SELECT '[' || string_agg(CASE WHEN gc.id IS NULL THEN '\"' || g.role || '\"'
                                       ELSE gc.permissions END, ',') || ']'
                FROM group_members gm
               CROSS JOIN groups g
                LEFT JOIN roles gc ON gc.id = g.custom_role_id
               WHERE g.id = gm.group_id AND ",
            $condition,
            ")"
        )
    };
}
pub(crate) use group_roles;

row! {
    /// What gives somebody rights in an organization.
    pub struct OrganizationGrantsRow {
        /// The slug of their own role; `custom` for a custom one.
        pub role: String,
        /// What it allows, if it is a custom one: rules as JSON.
        pub role_permissions: Option<String>,
        /// A JSON array with the slug of each built-in role of their groups and the rules of each
        /// custom one.
        pub group_roles: Option<String>,
    }
}

/// What gives `member` rights in an organization; `None` if it is not in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_member(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Option<OrganizationGrantsRow>> {
    match member {
        Member::User(id) => {
            db.fetch_optional(
                concat!(
                    "SELECT m.role, c.permissions AS role_permissions, ",
                    group_roles!("gm.user_id = m.user_id AND g.organization_id = $1"),
                    " AS group_roles
                       FROM organization_memberships m
                       LEFT JOIN roles c ON c.id = m.custom_role_id
                      WHERE m.organization_id = $1 AND m.user_id = $2"
                ),
                params![organization, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_optional(
                concat!(
                    "SELECT i.role, c.permissions AS role_permissions, ",
                    group_roles!("gm.identity_id = i.id"),
                    " AS group_roles
                       FROM identities i
                       LEFT JOIN roles c ON c.id = i.custom_role_id
                      WHERE i.organization_id = $1 AND i.id = $2"
                ),
                params![organization, id],
            )
            .await
        }
    }
}

row! {
    /// A role that somebody has in an organization, their own or that of a group.
    pub struct OrganizationRoleRow {
        /// The slug of a built-in role; `custom` for a custom one.
        pub role: String,
        /// The slug of a custom role.
        pub custom_role_slug: Option<String>,
        /// The rules of a custom role, as JSON.
        pub permissions: Option<String>,
        /// The group that has it.
        pub group_id: Option<GroupId>,
        /// The name of that group.
        pub group_name: Option<String>,
    }
}

/// The roles of the groups of the actor $2, named by a column, in the organization $1.
macro_rules! roles_of_groups {
    ($column:literal) => {
        concat!(
            " UNION ALL
             SELECT g.role, c.slug AS custom_role_slug, c.permissions, g.id AS group_id, g.name AS group_name
               FROM group_members gm
               JOIN groups g ON g.id = gm.group_id
               LEFT JOIN roles c ON c.id = g.custom_role_id
              WHERE g.organization_id = $1 AND gm.",
            $column,
            " = $2"
        )
    };
}

/// As [`of_member`], role by role and with the names of groups; empty if it is not in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles_of_member(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Vec<OrganizationRoleRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                concat!(
                    "SELECT m.role, c.slug AS custom_role_slug, c.permissions,
                            CAST(NULL AS TEXT) AS group_id, CAST(NULL AS TEXT) AS group_name
                       FROM organization_memberships m
                       LEFT JOIN roles c ON c.id = m.custom_role_id
                      WHERE m.organization_id = $1 AND m.user_id = $2",
                    roles_of_groups!("user_id")
                ),
                params![organization, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                concat!(
                    "SELECT i.role, c.slug AS custom_role_slug, c.permissions,
                            CAST(NULL AS TEXT) AS group_id, CAST(NULL AS TEXT) AS group_name
                       FROM identities i
                       LEFT JOIN roles c ON c.id = i.custom_role_id
                      WHERE i.organization_id = $1 AND i.id = $2",
                    roles_of_groups!("identity_id")
                ),
                params![organization, id],
            )
            .await
        }
    }
}

/// The role that a group has in an organization; empty if the organization has no such group.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn role_of_group(
    db: &mut Connection,
    organization: &OrganizationId,
    group: &GroupId,
) -> Result<Vec<OrganizationRoleRow>> {
    db.fetch_all(
        "SELECT g.role, c.slug AS custom_role_slug, c.permissions, g.id AS group_id, g.name AS group_name
           FROM groups g
           LEFT JOIN roles c ON c.id = g.custom_role_id
          WHERE g.organization_id = $1 AND g.id = $2",
        params![organization, group],
    )
    .await
}

/// What a group's role in the organization gives.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_group(db: &mut Connection, group: &GroupId) -> Result<Option<OrganizationGrantsRow>> {
    db.fetch_optional(
        "SELECT g.role, c.permissions AS role_permissions, NULL AS group_roles
           FROM groups g
           LEFT JOIN roles c ON c.id = g.custom_role_id
          WHERE g.id = $1",
        params![group],
    )
    .await
}
