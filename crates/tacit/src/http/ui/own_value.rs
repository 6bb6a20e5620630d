//! `/api/ui/v1/projects/{project}/own-value`: a person's own value in place of a shared one.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        secrets::{self, Location},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            place::secret_path,
            secret_request::SecretValue,
            text::{Required, Trimmed},
        },
    },
};

/// Which secret.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SecretFields {
    /// The slug of its environment.
    environment: Required,
    /// The path of its folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// Its name.
    key: Required,
}

/// What `PUT …/own-value` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SetRequest {
    #[serde(flatten)]
    secret: SecretFields,
    /// The caller's own value.
    value: SecretValue,
}

/// Whether the caller has a value of their own now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnValueResponse {
    is_set: bool,
}

/// `PUT /api/ui/v1/projects/{project}/own-value` sets or changes the caller's own value of a secret.
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<SetRequest>,
) -> Result<Json<OwnValueResponse>, Problem> {
    let (at, name) = request.secret.location(project)?;
    secrets::set_own_value(&app, &caller, at, name, request.value.0).await?;
    Ok(Json(OwnValueResponse { is_set: true }))
}

/// `DELETE /api/ui/v1/projects/{project}/own-value` takes the caller's own value of a secret away.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<SecretFields>,
) -> Result<Json<OwnValueResponse>, Problem> {
    let (at, name) = request.location(project)?;
    secrets::remove_own_value(&app, &caller, at, name).await?;
    Ok(Json(OwnValueResponse { is_set: false }))
}

impl SecretFields {
    fn location(self, project: String) -> Result<(Location, String), Error> {
        let (project, path) = (ProjectName::IdOrSlug(project), secret_path(&self.path)?);
        Ok((Location { project, environment: self.environment.0, path }, self.key.0))
    }
}
