//! `/api/ui/v1/admin`: the instance at a glance, and organizations without an admin.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::id::OrganizationId;

use crate::{
    app::{App, Caller, administration},
    http::{extract::Path, problem::Problem, wire::organization::OrganizationResponse},
};

/// What `GET /api/ui/v1/admin/overview` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OverviewResponse {
    /// The release.
    version: &'static str,
    /// `SQLite` or `PostgreSQL`.
    database: &'static str,
    /// Accounts, of invited people too.
    users: i64,
    organizations: i64,
    /// Projects of all organizations.
    projects: i64,
    /// Machine identities of all organizations.
    identities: i64,
}

/// `GET /api/ui/v1/admin/overview` shows what the instance is and how much is in it.
pub(crate) async fn overview(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<OverviewResponse>, Problem> {
    let overview = administration::overview(&app, &caller).await?;
    Ok(Json(OverviewResponse {
        version: overview.version,
        database: overview.database,
        users: overview.users,
        organizations: overview.organizations,
        projects: overview.projects,
        identities: overview.identities,
    }))
}

/// `POST /api/ui/v1/admin/organizations/{organization}/take-over` makes the caller an admin of an
/// organization that has none any more.
pub(crate) async fn take_over(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<OrganizationId>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let row = administration::take_over(&app, &caller, organization).await?;
    Ok(Json(OrganizationResponse { organization: row.into() }))
}
