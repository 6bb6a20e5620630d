//! Groups, and groups in projects (wire-contract 11).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{GroupId, IdentityId, MembershipId, OrganizationId, ProjectId, RoleId, UserId},
    time::Timestamp,
};
use tacit_store::{
    groups::{GroupIdentityRow, GroupUserRow},
    project_memberships::MembershipRow,
};

use super::role::{CustomRole, MemberRole};
use crate::app::{groups, memberships::groups::GroupMember};

/// A group.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its id.
    id: GroupId,
    /// Its organization.
    org_id: OrganizationId,
    /// For people.
    name: String,
    /// Unique in the organization.
    slug: String,
    /// The slug of the role in the organization that its members have beside their own; `custom` for a
    /// custom one.
    role: String,
    /// The id of a custom role.
    role_id: Option<RoleId>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// The custom role.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role: Option<CustomRole>,
}

impl From<groups::Group> for Group {
    fn from(group: groups::Group) -> Self {
        let row = group.row;
        Self {
            id: row.id,
            org_id: row.organization_id,
            name: row.name,
            slug: row.slug,
            role: row.role,
            role_id: row.custom_role_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            custom_role: group.custom_role.map(Into::into),
        }
    }
}

/// A person, and whether they are in a group.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupUser {
    /// The person.
    id: UserId,
    /// Their e-mail.
    username: String,
    /// Their e-mail.
    email: String,
    /// First name.
    first_name: Option<String>,
    /// Last name.
    last_name: Option<String>,
    /// Whether they are in the group.
    is_part_of_group: bool,
    /// When they joined.
    joined_group_at: Option<Timestamp>,
}

impl From<GroupUserRow> for GroupUser {
    fn from(row: GroupUserRow) -> Self {
        Self {
            id: row.id,
            username: row.email.clone(),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            is_part_of_group: row.joined_at.is_some(),
            joined_group_at: row.joined_at,
        }
    }
}

/// A machine identity, and whether it is in a group.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupIdentity {
    /// The identity.
    id: IdentityId,
    /// Its name.
    name: String,
    /// Whether it is in the group.
    is_part_of_group: bool,
    /// When it joined.
    joined_group_at: Option<Timestamp>,
}

impl From<GroupIdentityRow> for GroupIdentity {
    fn from(row: GroupIdentityRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            is_part_of_group: row.joined_at.is_some(),
            joined_group_at: row.joined_at,
        }
    }
}

/// The membership of a group in a project as its row.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupMembershipRow {
    /// Its id.
    id: MembershipId,
    /// The project.
    project_id: ProjectId,
    /// The group.
    group_id: Option<GroupId>,
    /// When it was added.
    created_at: Timestamp,
    /// When its roles last changed.
    updated_at: Timestamp,
}

impl From<MembershipRow> for GroupMembershipRow {
    fn from(row: MembershipRow) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            group_id: row.group_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A group in a project.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupMembership {
    /// The membership.
    #[serde(flatten)]
    membership: GroupMembershipRow,
    /// Its roles.
    roles: Vec<MemberRole>,
    /// The group.
    group: NamedGroup,
}

/// Id, name and slug of a group.
#[derive(Debug, Serialize, JsonSchema)]
struct NamedGroup {
    id: GroupId,
    name: String,
    slug: String,
}

impl From<GroupMember> for GroupMembership {
    fn from(member: GroupMember) -> Self {
        Self {
            membership: member.row.into(),
            roles: member.roles.into_iter().map(Into::into).collect(),
            group: NamedGroup { id: member.group.id, name: member.group.name, slug: member.group.slug },
        }
    }
}
