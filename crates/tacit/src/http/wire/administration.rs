//! How administrators of the instance see what is in it (wire-contract 4.5).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{IdentityId, MembershipId, ProjectId, RoleId, UserId},
    time::Timestamp,
};
use tacit_store::{
    identities::IdentityRow, organization_memberships::OrganizationMemberRow, projects::ProjectRow,
    users::UserRow,
};

use super::organization::Organization;
use crate::app::administration::ListedOrganization;

/// A person with an account.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceUser {
    id: UserId,
    username: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    /// Whether they manage the instance.
    super_admin: bool,
    /// Whether they have a password: false while they are only invited.
    is_accepted: bool,
    created_at: Timestamp,
}

impl From<UserRow> for InstanceUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.email.clone(),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            super_admin: row.is_instance_admin,
            is_accepted: !row.password_hash.is_empty(),
            created_at: row.created_at,
        }
    }
}

/// A machine identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceIdentity {
    id: IdentityId,
    name: String,
    /// Whether it manages the instance.
    is_instance_admin: bool,
}

impl From<IdentityRow> for InstanceIdentity {
    fn from(row: IdentityRow) -> Self {
        Self { id: row.id, name: row.name, is_instance_admin: row.is_instance_admin }
    }
}

/// An organization with its members and projects, at most 1000 of each.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InstanceOrganization {
    #[serde(flatten)]
    organization: Organization,
    members: Vec<InstanceMember>,
    projects: Vec<InstanceProject>,
}

/// A member of an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InstanceMember {
    membership_id: MembershipId,
    /// The slug of the role; `custom` for a custom one.
    role: String,
    role_id: Option<RoleId>,
    is_active: bool,
    /// `accepted` or `invited`.
    status: &'static str,
    user: MemberUser,
}

/// Who the member is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MemberUser {
    id: UserId,
    username: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
}

/// A project of an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InstanceProject {
    id: ProjectId,
    name: String,
    slug: String,
    created_at: Timestamp,
}

impl From<ListedOrganization> for InstanceOrganization {
    fn from(listed: ListedOrganization) -> Self {
        Self {
            organization: listed.row.into(),
            members: listed.members.into_iter().map(InstanceMember::from).collect(),
            projects: listed.projects.into_iter().map(InstanceProject::from).collect(),
        }
    }
}

impl From<OrganizationMemberRow> for InstanceMember {
    fn from(row: OrganizationMemberRow) -> Self {
        Self {
            membership_id: row.id,
            role: row.role,
            role_id: row.custom_role_id,
            is_active: row.is_active,
            status: if row.accepted_at.is_some() { "accepted" } else { "invited" },
            user: MemberUser {
                id: row.user_id,
                username: row.email.clone(),
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
            },
        }
    }
}

impl From<ProjectRow> for InstanceProject {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, slug: row.slug, created_at: row.created_at }
    }
}
