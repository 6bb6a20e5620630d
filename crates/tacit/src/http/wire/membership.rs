//! Memberships in projects on the wire (wire-contract 10.8, 11).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{GroupId, IdentityId, MembershipId, ProjectId, UserId},
    time::Timestamp,
};
use tacit_store::{project_memberships::MembershipRow, projects::ProjectRow};

use super::role::MemberRole;
use crate::app::memberships::{
    identities::IdentityMember,
    users::{UserMember, Way},
};

/// The membership of an identity as its row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityMembershipRow {
    /// Its id.
    id: MembershipId,
    /// The project.
    project_id: ProjectId,
    /// The identity.
    identity_id: Option<IdentityId>,
    /// When it joined.
    created_at: Timestamp,
    /// When its roles last changed.
    updated_at: Timestamp,
}

impl From<MembershipRow> for IdentityMembershipRow {
    fn from(row: MembershipRow) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            identity_id: row.identity_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The membership of a person as its row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMembershipRow {
    /// Its id.
    id: MembershipId,
    /// The project.
    project_id: ProjectId,
    /// The person.
    user_id: Option<UserId>,
    /// When they joined.
    created_at: Timestamp,
    /// When their roles last changed.
    updated_at: Timestamp,
}

impl From<MembershipRow> for UserMembershipRow {
    fn from(row: MembershipRow) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            user_id: row.user_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The project of a membership.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MembershipProject {
    /// Its id.
    id: ProjectId,
    /// For people.
    name: String,
    /// `secret-manager` and the like.
    r#type: String,
}

impl From<ProjectRow> for MembershipProject {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, r#type: row.r#type }
    }
}

/// The identity of a membership.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipIdentity {
    /// Its id.
    id: IdentityId,
    /// For people.
    name: String,
    /// How it may authenticate.
    auth_methods: Vec<String>,
    /// Whether deleting it is refused.
    has_delete_protection: bool,
}

/// An identity in a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityMembership {
    /// The membership.
    id: MembershipId,
    /// The identity.
    identity_id: IdentityId,
    /// The project.
    project_id: ProjectId,
    /// When it joined.
    created_at: Timestamp,
    /// When its roles last changed.
    updated_at: Timestamp,
    /// Its roles.
    roles: Vec<MemberRole>,
    /// The identity.
    identity: MembershipIdentity,
    /// The project.
    project: MembershipProject,
    /// How it last logged in.
    last_login_auth_method: Option<String>,
    /// When it last logged in.
    last_login_time: Option<Timestamp>,
}

impl From<IdentityMember> for IdentityMembership {
    fn from(member: IdentityMember) -> Self {
        let row = member.row;
        Self {
            id: row.id,
            identity_id: row.identity_id.clone(),
            project_id: row.project_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            roles: member.roles.into_iter().map(Into::into).collect(),
            identity: MembershipIdentity {
                id: row.identity_id,
                name: row.name,
                auth_methods: member.auth_methods,
                has_delete_protection: row.has_delete_protection,
            },
            project: member.project.into(),
            last_login_auth_method: row.last_login_auth_method,
            last_login_time: row.last_login_at,
        }
    }
}

/// The person of a membership.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipUser {
    /// Their id.
    id: UserId,
    /// Their e-mail.
    username: String,
    /// Their e-mail.
    email: String,
    /// Their first name.
    first_name: Option<String>,
    /// Their last name.
    last_name: Option<String>,
    /// Always null: people have no keys of their own.
    public_key: Option<String>,
}

/// A group by which somebody is in a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MembershipGroup {
    /// Its id.
    id: GroupId,
    /// For people.
    name: String,
}

/// A person in a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMembership {
    /// The membership.
    id: MembershipId,
    /// The person.
    user_id: UserId,
    /// The project.
    project_id: ProjectId,
    /// When they joined.
    created_at: Timestamp,
    /// When their roles last changed.
    updated_at: Timestamp,
    /// Whether they are in the project by a group, whose membership and roles these then are.
    is_group_member: bool,
    /// That group, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<MembershipGroup>,
    /// The person.
    user: MembershipUser,
    /// Their roles.
    roles: Vec<MemberRole>,
    /// The project.
    project: MembershipProject,
}

impl From<UserMember> for UserMembership {
    fn from(member: UserMember) -> Self {
        let row = member.row;
        Self {
            id: row.id,
            user_id: row.user_id.clone(),
            project_id: row.project_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            is_group_member: member.way != Way::Own,
            group: match member.way {
                Way::Group(Some((id, name))) => Some(MembershipGroup { id, name }),
                Way::Group(None) | Way::Own => None,
            },
            user: MembershipUser {
                id: row.user_id,
                username: row.email.clone(),
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
                public_key: None,
            },
            roles: member.roles.into_iter().map(Into::into).collect(),
            project: member.project.into(),
        }
    }
}
