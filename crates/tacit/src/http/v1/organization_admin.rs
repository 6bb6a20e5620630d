//! `/api/v1/organization-admin`: the projects of an organization from above.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{IdentityId, MembershipId, ProjectId, UserId},
    time::Timestamp,
};

use crate::{
    app::{App, Caller, organization_admin},
    http::{extract::Path, problem::Problem},
};

/// What `POST …/grant-admin-access` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrantResponse {
    membership: ProjectMembership,
}

/// The caller's new place in the project.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ProjectMembership {
    id: MembershipId,
    project_id: ProjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<IdentityId>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// `POST /api/v1/organization-admin/projects/{project}/grant-admin-access` makes the caller an
/// admin of the project.
pub(crate) async fn grant_admin_access(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<GrantResponse>, Problem> {
    let row = organization_admin::grant_admin_access(&app, &caller, &project).await?;
    Ok(Json(GrantResponse {
        membership: ProjectMembership {
            id: row.id,
            project_id: row.project_id,
            user_id: row.user_id,
            identity_id: row.identity_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        },
    }))
}
