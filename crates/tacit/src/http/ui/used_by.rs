//! `/api/ui/v1/projects/{project}/secrets/{secret}/used-by`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::id::SecretId;

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        secrets::{self, SecretUse},
    },
    http::{extract::Path, problem::Problem},
};

/// The secrets that refer to a secret.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsedByResponse<'a> {
    /// By environment, path and name, up to 1,000. Those you may not see are left out.
    secrets: Vec<Use<'a>>,
    /// False if there were more secrets or importing folders than are looked at.
    is_complete: bool,
}

/// A secret that refers to the one asked about.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Use<'a> {
    id: &'a SecretId,
    /// The slug of its environment.
    environment: &'a str,
    /// The path of its folder.
    secret_path: &'a str,
    /// Its name.
    secret_key: &'a str,
}

/// `GET /api/ui/v1/projects/{project}/secrets/{secret}/used-by` lists the secrets that refer to a secret.
pub(crate) async fn used_by(
    State(app): State<App>,
    caller: Caller,
    Path((project, secret)): Path<(String, SecretId)>,
) -> Result<Response, Problem> {
    let uses = secrets::used_by(&app, &caller, &ProjectName::IdOrSlug(project), &secret).await?;
    let secrets = uses.secrets.iter().map(Use::from).collect();
    Ok(Json(UsedByResponse { secrets, is_complete: uses.is_complete }).into_response())
}

impl<'a> From<&'a SecretUse> for Use<'a> {
    fn from(found: &'a SecretUse) -> Self {
        Self {
            id: &found.id,
            environment: &found.place.environment,
            secret_path: &found.place.path,
            secret_key: &found.name,
        }
    }
}
