//! `/api/ui/v1/projects/{project}/privileges`: all privileges in a project.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{MembershipId, PrivilegeId},
    permission::Rule,
    time::Timestamp,
};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        privileges::{self, HeldPrivilege, Kind},
    },
    http::{extract::Path, problem::Problem},
};

/// The privileges in a project.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrivilegesResponse<'a> {
    /// The first 1,000, by the names of their holders and then by slug.
    privileges: Vec<PrivilegeShape<'a>>,
    /// How many there are that the caller may see.
    total: usize,
}

/// A privilege and who has it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PrivilegeShape<'a> {
    id: &'a PrivilegeId,
    slug: &'a str,
    holder: HolderShape<'a>,
    membership_id: &'a MembershipId,
    is_temporary: bool,
    /// How long it lasts, such as `1h`.
    temporary_range: Option<&'a str>,
    starts_at: Option<Timestamp>,
    /// Until when it counts; it stays in the list when that is over.
    ends_at: Option<Timestamp>,
    permissions: &'a [Rule],
    created_at: Timestamp,
}

#[derive(Serialize, JsonSchema)]
struct HolderShape<'a> {
    /// `user` or `identity`.
    r#type: &'static str,
    id: &'a str,
    /// The name of an identity, the e-mail of a person.
    name: &'a str,
}

/// `GET …/privileges` lists them.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Response, Problem> {
    let project = ProjectName::IdOrSlug(project);
    let (held, total) = privileges::list_in_project(&app, &caller, &project).await?;
    let privileges = held.iter().map(PrivilegeShape::from).collect();
    Ok(Json(PrivilegesResponse { privileges, total }).into_response())
}

impl<'a> From<&'a HeldPrivilege> for PrivilegeShape<'a> {
    fn from(held: &'a HeldPrivilege) -> Self {
        let kind = match held.kind {
            Kind::User => "user",
            Kind::Identity => "identity",
        };
        Self {
            id: &held.row.id,
            slug: &held.row.slug,
            holder: HolderShape { r#type: kind, id: &held.holder_id, name: &held.holder_name },
            membership_id: &held.row.membership_id,
            is_temporary: held.row.is_temporary,
            temporary_range: held.row.temporary_range.as_deref(),
            starts_at: held.row.starts_at,
            ends_at: held.row.ends_at,
            permissions: &held.rules,
            created_at: held.row.created_at,
        }
    }
}
