//! Roles of projects, roles of members, and roles in requests (wire-contract 10.8, 12.2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{MembershipId, ProjectId, RoleId},
    permission::Rule,
    time::Timestamp,
};
use tacit_store::{project_memberships::MembershipRoleRow, roles::RoleRow};

use super::{
    temporary::{RELATIVE, TemporaryInput},
    text::{Required, Trimmed},
};
use crate::app::{Error, Issue, Patch, Result, error::PathPart, memberships::RoleGrant, roles};

/// A role of a project. Built-in roles have their slug as id and the project's times.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Its id.
    id: String,
    /// For people.
    name: String,
    /// For people.
    description: Option<String>,
    /// Unique in the project.
    slug: String,
    /// The project.
    project_id: Option<ProjectId>,
    /// Always 1.
    version: u8,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// What it allows and denies; only if one role is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<Rule>>,
}

impl Role {
    /// Without its rules.
    #[must_use]
    pub fn without_permissions(role: roles::Role) -> Self {
        Self { permissions: None, ..Self::from(role) }
    }
}

impl From<roles::Role> for Role {
    fn from(role: roles::Role) -> Self {
        Self {
            id: role.id,
            name: role.name,
            description: role.description,
            slug: role.slug,
            project_id: role.project_id,
            version: 1,
            created_at: role.created_at,
            updated_at: role.updated_at,
            permissions: Some(role.rules),
        }
    }
}

/// A custom role as those who have it name it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomRole {
    /// Its id.
    id: RoleId,
    /// For people.
    name: String,
    /// Unique in the organization.
    slug: String,
    /// For people.
    description: Option<String>,
    /// What it allows and denies.
    permissions: serde_json::Value,
}

impl From<RoleRow> for CustomRole {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            description: row.description,
            permissions: serde_json::from_str(&row.permissions).unwrap_or_default(),
        }
    }
}

/// A new role.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewRoleRequest {
    /// 1 to 64 lower-case letters, digits and hyphens; none of a built-in role.
    slug: Required,
    /// For people.
    name: Required,
    /// For people.
    #[serde(default)]
    description: Option<Trimmed>,
    /// What it allows and denies.
    #[schemars(with = "Vec<Rule>")]
    permissions: Vec<serde_json::Value>,
}

impl From<NewRoleRequest> for roles::NewRole {
    fn from(request: NewRoleRequest) -> Self {
        Self {
            slug: request.slug.0,
            name: request.name.0,
            description: request.description.map(|Trimmed(text)| text),
            permissions: request.permissions,
        }
    }
}

/// A change of a role. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RoleChangeRequest {
    /// 1 to 64 lower-case letters, digits and hyphens; none of a built-in role.
    #[serde(default)]
    slug: Option<Required>,
    /// For people.
    #[serde(default)]
    name: Option<Required>,
    /// For people; null for none.
    #[serde(default)]
    description: Patch<Trimmed>,
    /// What it allows and denies, in place of what it did.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Rule>>")]
    permissions: Option<Vec<serde_json::Value>>,
}

impl From<RoleChangeRequest> for roles::RoleChange {
    fn from(request: RoleChangeRequest) -> Self {
        Self {
            slug: request.slug.map(|Required(slug)| slug),
            name: request.name.map(|Required(name)| name),
            description: match request.description {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(Trimmed(text)) => Patch::Set(text),
            },
            permissions: request.permissions,
        }
    }
}

/// A role of a member.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRole {
    /// The id of this grant.
    id: String,
    /// The slug; `custom` for a custom role.
    role: String,
    /// The id of a custom role.
    custom_role_id: Option<RoleId>,
    /// The name of a custom role.
    custom_role_name: Option<String>,
    /// The slug of a custom role.
    custom_role_slug: Option<String>,
    /// Whether it ends by itself.
    is_temporary: bool,
    /// `relative`, if it does.
    temporary_mode: Option<&'static str>,
    /// How long it lasts, such as `1h`.
    temporary_range: Option<String>,
    /// From when it counts.
    temporary_access_start_time: Option<Timestamp>,
    /// Until when it counts.
    temporary_access_end_time: Option<Timestamp>,
}

impl From<MembershipRoleRow> for MemberRole {
    fn from(row: MembershipRoleRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            custom_role_id: row.custom_role_id,
            custom_role_name: row.custom_role_name,
            custom_role_slug: row.custom_role_slug,
            is_temporary: row.is_temporary,
            temporary_mode: row.is_temporary.then_some(RELATIVE),
            temporary_range: row.temporary_range,
            temporary_access_start_time: row.starts_at,
            temporary_access_end_time: row.ends_at,
        }
    }
}

/// A role of a member as an answer to changing it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRoleRow {
    /// The role.
    #[serde(flatten)]
    role: MemberRole,
    /// The membership.
    project_membership_id: MembershipId,
    /// When it was given.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<MembershipRoleRow> for MemberRoleRow {
    fn from(row: MembershipRoleRow) -> Self {
        Self {
            project_membership_id: row.membership_id.clone(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            role: row.into(),
        }
    }
}

/// A role that a member is to have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleInput {
    /// The slug.
    role: Required,
    /// Whether it ends by itself.
    #[serde(default)]
    is_temporary: bool,
    /// `relative`, if it does.
    temporary_mode: Option<String>,
    /// How long it lasts, such as `1h` or `30d`.
    temporary_range: Option<String>,
    /// From when it counts.
    temporary_access_start_time: Option<String>,
}

/// Reads the roles of a request: at least one that does not end, none twice.
///
/// # Errors
///
/// [`Error::Form`] naming the first that breaks a rule.
pub fn grants(inputs: Vec<RoleInput>) -> Result<Vec<RoleGrant>> {
    let grants: Vec<RoleGrant> =
        inputs.into_iter().enumerate().map(|(index, input)| grant(index, input)).collect::<Result<_>>()?;
    if grants.iter().all(|grant| grant.temporary.is_some()) {
        return Err(Error::form("roles", "At least one role must not be temporary"));
    }
    let mut slugs: Vec<&str> = grants.iter().map(|grant| grant.role.as_str()).collect();
    slugs.sort_unstable();
    slugs.dedup();
    if slugs.len() < grants.len() {
        return Err(Error::form("roles", "The same role is there twice"));
    }
    Ok(grants)
}

fn grant(index: usize, input: RoleInput) -> Result<RoleGrant> {
    let Required(role) = input.role;
    let time = TemporaryInput {
        is_temporary: input.is_temporary,
        temporary_mode: input.temporary_mode,
        temporary_range: input.temporary_range,
        temporary_access_start_time: input.temporary_access_start_time,
    };
    let temporary = time.read().map_err(|mut issue: Issue| {
        issue.path.splice(0..0, [PathPart::Field("roles".to_owned()), PathPart::Position(index)]);
        Error::Form(vec![issue])
    })?;
    Ok(RoleGrant { role, temporary })
}
