//! What only the second generation has about projects.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    app::{App, Caller, Error, access::ProjectName, projects},
    http::{
        extract::Path,
        problem::Problem,
        wire::{envelope::InWorkspaces, project::OrganizationProject},
    },
};

/// Whether a project is being upgraded.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpgradeStatus {
    /// Always null: there is nothing to upgrade.
    status: Option<String>,
}

/// `GET /api/v2/workspace/{project}/upgrade/status` says that there is nothing to upgrade.
pub(crate) async fn get_upgrade_status(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<UpgradeStatus>, Problem> {
    projects::get(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(UpgradeStatus { status: None }))
}

/// `GET /api/v2/workspace/{project}/encrypted-key` is refused: no key leaves the server
/// (`decisions.md` 18).
pub(crate) async fn get_encrypted_key(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<UpgradeStatus>, Problem> {
    projects::get(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Err(Error::Invalid("The keys of a project never leave the server".to_owned()).into())
}

/// `GET /api/v2/organizations/{organization}/workspaces` lists the projects the caller is in.
pub(crate) async fn list_of_organization(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<String>,
) -> Result<Json<InWorkspaces<Vec<OrganizationProject>>>, Problem> {
    caller.organization_named(&organization)?;
    let views = projects::list(&app, &caller, None, false).await?;
    Ok(Json(views.into_iter().map(Into::into).collect::<Vec<_>>().into()))
}
