//! Privileges beside roles (wire-contract 12.6).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tacit_core::{
    id::{IdentityId, MembershipId, PrivilegeId, ProjectId, UserId},
    permission::Rule,
    time::Timestamp,
};

use super::{
    temporary::{RELATIVE, TemporaryInput},
    text::Required,
};
use crate::app::{Error, Issue, Result, error::PathPart, memberships::Temporary, privileges};

/// A privilege of one member of one project.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Privilege {
    /// Its id.
    id: PrivilegeId,
    /// Unique among those of the member.
    slug: String,
    /// The membership it belongs to.
    project_membership_id: MembershipId,
    /// The project.
    project_id: ProjectId,
    /// The person who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    /// The identity that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<IdentityId>,
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
    /// What it allows and denies.
    permissions: Vec<Rule>,
    /// When it was given.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<privileges::Privilege> for Privilege {
    fn from(privilege: privileges::Privilege) -> Self {
        let (row, holder) = (privilege.row, privilege.holder);
        Self {
            id: row.id,
            slug: row.slug,
            project_membership_id: holder.id,
            project_id: holder.project_id,
            user_id: holder.user_id,
            identity_id: holder.identity_id,
            is_temporary: row.is_temporary,
            temporary_mode: row.is_temporary.then_some(RELATIVE),
            temporary_range: row.temporary_range,
            temporary_access_start_time: row.starts_at,
            temporary_access_end_time: row.ends_at,
            permissions: privilege.rules,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The rules of a privilege in the older form: actions on one subject under the same conditions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PermissionInput {
    /// What it allows to do.
    actions: Vec<Required>,
    /// To what.
    subject: Required,
    /// To which of them.
    #[serde(default)]
    conditions: Option<Map<String, Value>>,
}

impl PermissionInput {
    /// The same as rules.
    #[must_use]
    pub fn rules(self) -> Vec<Value> {
        let rule = |Required(action): Required| {
            let mut rule = json!({ "action": action, "subject": self.subject.0 });
            if let Some(conditions) = &self.conditions {
                rule["conditions"] = Value::Object(conditions.clone());
            }
            rule
        };
        self.actions.into_iter().map(rule).collect()
    }
}

/// The rules of a request that gives them in either form; `None` if in neither.
///
/// # Errors
///
/// [`Error::Form`] if they are there in both forms, or no action is named.
pub fn rules(permissions: Option<Vec<Value>>, single: Option<PermissionInput>) -> Result<Option<Vec<Value>>> {
    match (permissions, single) {
        (Some(_), Some(_)) => {
            Err(Error::form("privilegePermission", "Use either permissions or privilegePermission"))
        }
        (None, Some(single)) if single.actions.is_empty() => {
            let mut issue = Issue::at("privilegePermission", "Name at least one action");
            issue.path.push(PathPart::Field("actions".to_owned()));
            Err(Error::Form(vec![issue]))
        }
        (permissions, single) => Ok(permissions.or_else(|| single.map(PermissionInput::rules))),
    }
}

/// When a privilege counts, read from the field `type` of a request.
///
/// # Errors
///
/// [`Error::Form`] naming the first field that breaks a rule.
pub fn time(input: TemporaryInput) -> Result<Option<Temporary>> {
    input.read().map_err(|mut issue| {
        issue.path.insert(0, PathPart::Field("type".to_owned()));
        Error::Form(vec![issue])
    })
}
