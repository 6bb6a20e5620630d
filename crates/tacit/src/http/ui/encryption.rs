//! `/api/ui/v1/…/encryption` and `…/data-key`: the keys of the instance, of organizations and of projects.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{data_key_rotations::RotationRow, data_keys::KeyOwner};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        encryption::{self, Begun, DamagedRow, DamagedRows, DataKeyState, Encryption, KeyName, OwnKey},
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
    /// As `projects`.
    organizations: Vec<OrganizationKeyJson>,
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

/// The data key of an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OrganizationKeyJson {
    organization_id: OrganizationId,
    organization_name: String,
    #[serde(flatten)]
    key: DataKeyResponse,
}

/// What `GET /api/ui/v1/organization/data-key` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataKeyOfOrganizationResponse {
    organization_id: OrganizationId,
    organization_name: String,
    organization_slug: String,
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
    /// `announced`, `running`, `blocked` or `finished`.
    state: String,
    /// Rows that are encrypted under the new key by now.
    rows_done: i64,
    /// Rows when it began.
    rows_total: i64,
    started_at: Timestamp,
    /// When the old key was destroyed.
    finished_at: Option<Timestamp>,
    /// What blocks it; else null.
    damaged: Option<DamagedRowsJson>,
}

/// Rows that do not decrypt, for which the old key is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DamagedRowsJson {
    /// How many there are.
    count: i64,
    /// Some of them, 20 at most.
    rows: Vec<DamagedRowJson>,
}

/// A row that does not decrypt.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DamagedRowJson {
    /// Its table.
    table: &'static str,
    /// Its id; of a version, that of its secret.
    id: String,
    /// Its version; 1 where rows have none.
    version: i64,
}

/// Which data keys to replace: of a project, of an organization, or without either of all of the instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateRequest {
    /// Of this project only.
    project_id: Option<Trimmed>,
    /// Of this organization only.
    organization_id: Option<Trimmed>,
    /// Instead ends a replacing that is blocked: the old key is destroyed, and the damaged rows with it. Of one only.
    #[serde(default)]
    give_up_damaged: bool,
}

/// How to replace a data key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateOwnRequest {
    /// Instead ends a replacing that is blocked: the old key is destroyed, and the damaged rows with it.
    #[serde(default)]
    give_up_damaged: bool,
}

/// What beginning to replace data keys answers.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateResponse {
    /// Of how many projects; those whose key is being replaced already are not among them.
    projects: usize,
    /// Of how many organizations; as `projects`.
    organizations: usize,
    /// How many damaged rows were given up.
    rows_lost: i64,
}

/// `GET /api/ui/v1/admin/encryption` shows the keys of the instance.
pub(crate) async fn overview(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<EncryptionResponse>, Problem> {
    Ok(Json(encryption::overview(&app, &caller).await?.into()))
}

/// `POST /api/ui/v1/admin/encryption/rotate-data-keys` begins to replace data keys.
pub(crate) async fn rotate_any(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RotateRequest>,
) -> Result<Json<RotateResponse>, Problem> {
    let owner = match (request.project_id, request.organization_id) {
        (Some(id), None) => KeyOwner::Project(ProjectId::new(id.0)),
        (None, Some(id)) => KeyOwner::Organization(OrganizationId::new(id.0)),
        (None, None) if !request.give_up_damaged => {
            return Ok(Json(encryption::rotate_data_keys(&app, &caller).await?.into()));
        }
        _ => return Err(Error::Invalid("Name one project or one organization".to_owned()).into()),
    };
    rotate_one(&app, &caller, KeyName::Any(owner), request.give_up_damaged).await
}

/// `GET /api/ui/v1/projects/{project}/data-key` shows the data key of a project.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<DataKeyResponse>, Problem> {
    let key = OwnKey::Project(ProjectName::IdOrSlug(project));
    Ok(Json(encryption::data_key(&app, &caller, &key).await?.into()))
}

/// `POST /api/ui/v1/projects/{project}/data-key/rotate` begins to replace the data key of a project.
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<RotateOwnRequest>,
) -> Result<Json<RotateResponse>, Problem> {
    let key = KeyName::Own(OwnKey::Project(ProjectName::IdOrSlug(project)));
    rotate_one(&app, &caller, key, request.give_up_damaged).await
}

/// `GET /api/ui/v1/organization/data-key` shows the data key of the caller's organization.
pub(crate) async fn get_of_organization(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<DataKeyOfOrganizationResponse>, Problem> {
    let key = encryption::data_key(&app, &caller, &OwnKey::Organization).await?;
    Ok(Json(DataKeyOfOrganizationResponse {
        organization_id: key.organization_id.clone(),
        organization_name: key.organization_name.clone(),
        organization_slug: key.slug.clone(),
        key: key.into(),
    }))
}

/// `POST /api/ui/v1/organization/data-key/rotate` begins to replace the data key of the caller's organization.
pub(crate) async fn rotate_of_organization(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RotateOwnRequest>,
) -> Result<Json<RotateResponse>, Problem> {
    rotate_one(&app, &caller, KeyName::Own(OwnKey::Organization), request.give_up_damaged).await
}

async fn rotate_one(
    app: &App,
    caller: &Caller,
    key: KeyName,
    gives_up: bool,
) -> Result<Json<RotateResponse>, Problem> {
    if gives_up {
        let rows_lost = encryption::give_up(app, caller, key).await?;
        return Ok(Json(RotateResponse { rows_lost, ..RotateResponse::default() }));
    }
    Ok(Json(encryption::rotate_data_key(app, caller, key).await?.into()))
}

impl From<Begun> for RotateResponse {
    fn from(begun: Begun) -> Self {
        Self { projects: begun.projects, organizations: begun.organizations, rows_lost: 0 }
    }
}

impl From<DataKeyState> for DataKeyResponse {
    fn from(key: DataKeyState) -> Self {
        let damaged = key.damaged.map(DamagedRowsJson::from);
        Self {
            key_number: key.key_number,
            rotation: key.rotation.map(|rotation| RotationJson::new(rotation, damaged)),
        }
    }
}

impl RotationJson {
    fn new(row: RotationRow, damaged: Option<DamagedRowsJson>) -> Self {
        Self {
            state: row.state,
            rows_done: row.rows_done.min(row.rows_total),
            rows_total: row.rows_total,
            started_at: row.started_at,
            finished_at: row.finished_at,
            damaged,
        }
    }
}

impl From<DamagedRows> for DamagedRowsJson {
    fn from(damaged: DamagedRows) -> Self {
        let row = |DamagedRow { table, id, version }| DamagedRowJson { table, id, version };
        Self { count: damaged.count, rows: damaged.first.into_iter().map(row).collect() }
    }
}

impl From<DataKeyState> for ProjectKeyJson {
    fn from(key: DataKeyState) -> Self {
        Self {
            project_id: ProjectId::new(key.owner.id()),
            project_name: key.name.clone(),
            organization_id: key.organization_id.clone(),
            organization_name: key.organization_name.clone(),
            key: key.into(),
        }
    }
}

impl From<DataKeyState> for OrganizationKeyJson {
    fn from(key: DataKeyState) -> Self {
        Self {
            organization_id: key.organization_id.clone(),
            organization_name: key.organization_name.clone(),
            key: key.into(),
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
            organizations: encryption.organizations.into_iter().map(OrganizationKeyJson::from).collect(),
        }
    }
}
