//! `POST /api/v4/secrets/move`: secrets to another folder or environment.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::SecretId;

use crate::{
    app::{
        App, Caller,
        secrets::{self, MoveSecrets},
    },
    http::{
        extract::Body,
        problem::Problem,
        wire::{
            place::{ProjectFields, environment, project, secret_path},
            text::Trimmed,
        },
    },
};

/// What `POST /api/v4/secrets/move` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MoveRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// The slug of the environment they are in.
    source_environment: Option<Trimmed>,
    /// The folder they are in, `/` if left out.
    #[serde(default)]
    source_secret_path: Trimmed,
    /// The slug of the environment they go to.
    destination_environment: Option<Trimmed>,
    /// The folder they go to, `/` if left out.
    #[serde(default)]
    destination_secret_path: Trimmed,
    /// The ids of the secrets, 1 to 1,000.
    secret_ids: Vec<Trimmed>,
    /// Whether secrets of the same names there are overwritten.
    #[serde(default)]
    should_overwrite: bool,
}

/// What `POST /api/v4/secrets/move` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MoveResponse {
    /// True: they are gone from the source.
    is_source_updated: bool,
    /// True: they are at the destination.
    is_destination_updated: bool,
}

/// `POST /api/v4/secrets/move` moves secrets.
pub(crate) async fn move_secrets(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<MoveRequest>,
) -> Result<Json<MoveResponse>, Problem> {
    let request = MoveSecrets {
        project: project(request.project)?,
        source_environment: environment(request.source_environment)?,
        source_path: secret_path(&request.source_secret_path)?,
        destination_environment: environment(request.destination_environment)?,
        destination_path: secret_path(&request.destination_secret_path)?,
        ids: request.secret_ids.into_iter().map(|id| SecretId::new(id.0)).collect(),
        overwrites: request.should_overwrite,
    };
    secrets::move_secrets(&app, &caller, request).await?;
    Ok(Json(MoveResponse { is_source_updated: true, is_destination_updated: true }))
}
