//! `/api/v2/organizations` (wire-contract 6.1).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::{App, Caller, organizations},
    http::{
        extract::Body,
        problem::Problem,
        wire::{organization::OrganizationResponse, text::Required},
    },
};

/// What `POST /api/v2/organizations` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRequest {
    /// The name, 1 to 64 characters.
    name: Required,
}

/// `POST /api/v2/organizations` makes one with the caller as its admin.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let row = organizations::create(&app, &caller, &request.name.0).await?;
    Ok(Json(OrganizationResponse { organization: row.into() }))
}
