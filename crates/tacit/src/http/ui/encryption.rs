//! `/api/ui/v1/…/encryption` and `…/data-key`: the keys of the instance and of projects.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::data_key_rotations::RotationRow;

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        encryption::{self, Encryption, ProjectKey, Projects},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::text::Trimmed,
    },
};

/// What `GET /api/ui/v1/admin/encryption` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionResponse {
    root_key: RootKeyJson,
    /// Null without a recovery key.
    recovery_key: Option<RecoveryKeyJson>,
    /// Those first whose key is being replaced.
    projects: Vec<ProjectKeyJson>,
}

/// The root key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RootKeyJson {
    /// How it is kept: `file`, `variable`, `passphrase`, `aws-kms`, `transit` or `pkcs11`.
    mode: &'static str,
    /// Its fingerprint.
    id: String,
    /// When it was last replaced; null is never.
    rotated_at: Option<Timestamp>,
}

/// The recovery key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RecoveryKeyJson {
    created_at: Timestamp,
    /// When somebody last showed that they have it; null is never.
    verified_at: Option<Timestamp>,
}

/// The data key of a project.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ProjectKeyJson {
    project_id: ProjectId,
    project_name: String,
    organization_id: OrganizationId,
    organization_name: String,
    #[serde(flatten)]
    key: DataKeyResponse,
}

/// What `GET /api/ui/v1/projects/{project}/data-key` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataKeyResponse {
    /// The number of the key that encrypts.
    key_number: u32,
    /// When it was last replaced, or the replacing that is under way; null is never.
    rotation: Option<RotationJson>,
}

/// The replacing of a data key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RotationJson {
    /// `announced`, `running` or `finished`.
    state: String,
    /// Rows that are encrypted under the new key by now.
    rows_done: i64,
    /// Rows when it began.
    rows_total: i64,
    started_at: Timestamp,
    /// When the old key was destroyed.
    finished_at: Option<Timestamp>,
}

/// Which data keys to replace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateRequest {
    /// Of this project only; of all projects of the instance without it.
    project_id: Option<Trimmed>,
}

/// What beginning to replace data keys answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RotateResponse {
    /// Of how many projects; those whose key is being replaced already are not among them.
    projects: usize,
}

/// `GET /api/ui/v1/admin/encryption` shows the keys of the instance.
pub(crate) async fn overview(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<EncryptionResponse>, Problem> {
    Ok(Json(encryption::overview(&app, &caller).await?.into()))
}

/// `POST /api/ui/v1/admin/encryption/rotate-data-keys` begins to replace the data keys of projects.
pub(crate) async fn rotate_any(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RotateRequest>,
) -> Result<Json<RotateResponse>, Problem> {
    let projects = match request.project_id {
        Some(id) => Projects::Any(ProjectId::new(id.0)),
        None => Projects::All,
    };
    let projects = encryption::rotate_data_keys(&app, &caller, projects).await?;
    Ok(Json(RotateResponse { projects }))
}

/// `GET /api/ui/v1/projects/{project}/data-key` shows the data key of a project.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<DataKeyResponse>, Problem> {
    let key = encryption::project_key(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(DataKeyResponse::new(key.key_number, key.rotation)))
}

/// `POST /api/ui/v1/projects/{project}/data-key/rotate` begins to replace the data key of a project.
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<RotateResponse>, Problem> {
    let projects = Projects::One(ProjectName::IdOrSlug(project));
    let projects = encryption::rotate_data_keys(&app, &caller, projects).await?;
    Ok(Json(RotateResponse { projects }))
}

impl DataKeyResponse {
    fn new(key_number: u32, rotation: Option<RotationRow>) -> Self {
        Self { key_number, rotation: rotation.map(RotationJson::from) }
    }
}

impl From<RotationRow> for RotationJson {
    fn from(row: RotationRow) -> Self {
        Self {
            state: row.state,
            rows_done: row.rows_done.min(row.rows_total),
            rows_total: row.rows_total,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

impl From<ProjectKey> for ProjectKeyJson {
    fn from(key: ProjectKey) -> Self {
        Self {
            project_id: key.project_id,
            project_name: key.project_name,
            organization_id: key.organization_id,
            organization_name: key.organization_name,
            key: DataKeyResponse::new(key.key_number, key.rotation),
        }
    }
}

impl From<Encryption> for EncryptionResponse {
    fn from(encryption: Encryption) -> Self {
        Self {
            root_key: RootKeyJson {
                mode: encryption.root_key_mode,
                id: encryption.root_key_id,
                rotated_at: encryption.root_key_rotated_at,
            },
            recovery_key: encryption.recovery.map(|state| RecoveryKeyJson {
                created_at: state.created_at,
                verified_at: state.verified_at,
            }),
            projects: encryption.projects.into_iter().map(ProjectKeyJson::from).collect(),
        }
    }
}
