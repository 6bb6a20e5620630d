//! Roles of projects, roles of members, and roles in requests (wire-contract 10.8, 12.2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{MembershipId, ProjectId},
    permission::{ProjectRole, Rule},
    time::Timestamp,
};
use tacit_store::{project_memberships::MembershipRoleRow, projects::ProjectRow};

use super::text::Required;
use crate::app::{
    Error, Issue, Result,
    error::PathPart,
    memberships::{RoleGrant, Temporary},
    temporary,
};

/// The only way in which roles are temporary: from a start, for a while.
const RELATIVE: &str = "relative";

/// A role of a project. Built-in roles have their slug as id and the project's times.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Its id.
    id: String,
    /// For people.
    name: &'static str,
    /// For people.
    description: Option<&'static str>,
    /// Unique in the project.
    slug: &'static str,
    /// The project.
    project_id: ProjectId,
    /// Always 1 for built-in roles.
    version: u8,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// What it allows; only if one role is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<Rule>>,
}

impl Role {
    /// A built-in role of a project.
    #[must_use]
    pub fn new(project: &ProjectRow, role: ProjectRole) -> Self {
        Self {
            id: role.slug().to_owned(),
            name: role.name(),
            description: Some(role.description()),
            slug: role.slug(),
            project_id: project.id.clone(),
            version: 1,
            created_at: project.created_at,
            updated_at: project.created_at,
            permissions: None,
        }
    }

    /// The same with what it allows.
    #[must_use]
    pub fn with_permissions(self, role: ProjectRole) -> Self {
        Self { permissions: Some(role.rules()), ..self }
    }

    /// All roles of a project.
    #[must_use]
    pub fn all(project: &ProjectRow) -> Vec<Self> {
        ProjectRole::ALL.iter().map(|role| Self::new(project, *role)).collect()
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
    custom_role_id: Option<String>,
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
            custom_role_id: None,
            custom_role_name: None,
            custom_role_slug: None,
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
    if !input.is_temporary {
        return Ok(RoleGrant::permanent(&role));
    }
    if input.temporary_mode.as_deref() != Some(RELATIVE) {
        return Err(issue(index, "temporaryMode", "The only mode is 'relative'"));
    }
    let range = input.temporary_range.unwrap_or_default();
    let seconds = temporary::parse_range(&range).ok_or_else(|| {
        issue(index, "temporaryRange", "Expected a number and a unit, such as 1h or 30d, up to 100 years")
    })?;
    let starts_at =
        input.temporary_access_start_time.as_deref().and_then(Timestamp::parse).ok_or_else(|| {
            issue(index, "temporaryAccessStartTime", "Expected a time such as 2026-01-31T12:00:00Z")
        })?;
    Ok(RoleGrant { role, temporary: Some(Temporary { range: range.trim().to_owned(), seconds, starts_at }) })
}

fn issue(index: usize, field: &str, message: &str) -> Error {
    let mut issue = Issue::at(field, message);
    issue.path.splice(0..0, [PathPart::Field("roles".to_owned()), PathPart::Position(index)]);
    Error::Form(vec![issue])
}
