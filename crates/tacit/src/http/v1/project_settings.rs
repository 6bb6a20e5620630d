//! Settings of projects: `PATCH`, and the older routes for one setting each.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::name::{ProjectName as DisplayName, Slug};

use super::projects::description;
use crate::{
    app::{
        App, Caller, Error, Patch,
        access::ProjectName,
        projects::{self, ProjectChanges},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{envelope::WithMessage, project::Project, text::Trimmed},
    },
};

/// The most versions of a secret that are kept (wire-contract 6.2).
const VERSIONS_MAX: i64 = 100;
/// The longest time audit events are kept, in days: a hundred years.
const RETENTION_DAYS_MAX: i64 = 36_500;

/// Settings to be changed; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRequest {
    /// For people, 1 to 64 characters.
    name: Option<String>,
    /// For people, up to 1024 characters; null removes it.
    #[serde(default)]
    description: Patch<Trimmed>,
    /// Unique in the organization, up to 64 characters.
    slug: Option<String>,
    /// Whether user interfaces upper-case names of secrets.
    auto_capitalization: Option<bool>,
    /// Whether deleting the project is refused.
    has_delete_protection: Option<bool>,
    /// Whether its secrets may be shared by link.
    secret_sharing: Option<bool>,
    /// Whether user interfaces show the old snapshots.
    show_snapshots_legacy: Option<bool>,
    /// Versions of a secret that are kept, 1 to 100.
    pit_version_limit: Option<i64>,
    /// Whether the API hands out values of its secrets; the dashboard shows them either way.
    plaintext_reads: Option<bool>,
}

/// `PATCH /api/v1/projects/{project}` changes settings.
pub(crate) async fn update<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<R>, Problem> {
    change(&app, &caller, project, changes(request)?).await
}

fn changes(request: UpdateRequest) -> Result<ProjectChanges, Error> {
    Ok(ProjectChanges {
        name: request.name.as_deref().map(display_name).transpose()?,
        slug: request
            .slug
            .as_deref()
            .map(Slug::parse_for_existing_project)
            .transpose()
            .map_err(Error::name("slug"))?,
        description: request.description.try_map(|text| description("description", text))?,
        auto_capitalization: request.auto_capitalization,
        has_delete_protection: request.has_delete_protection,
        secret_sharing: request.secret_sharing,
        show_snapshots_legacy: request.show_snapshots_legacy,
        pit_version_limit: request.pit_version_limit.map(version_limit).transpose()?,
        plaintext_reads: request.plaintext_reads,
        audit_logs_retention_days: None,
    })
}

fn display_name(name: &str) -> Result<DisplayName, Error> {
    DisplayName::parse(name).map_err(Error::name("name"))
}

fn version_limit(limit: i64) -> Result<i64, Error> {
    if (1..=VERSIONS_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::form("pitVersionLimit", format!("Must be from 1 to {VERSIONS_MAX}")))
}

async fn change<R: From<Project>>(
    app: &App,
    caller: &Caller,
    project: String,
    changes: ProjectChanges,
) -> Result<Json<R>, Problem> {
    let row = projects::update(app, caller, ProjectName::IdOrSlug(project), changes).await?;
    Ok(Json(Project::from(row).into()))
}

/// Changes settings and says so in a sentence.
async fn change_and_tell<R: From<Project>>(
    app: &App,
    caller: &Caller,
    project: String,
    changes: ProjectChanges,
    message: &'static str,
) -> Result<Json<WithMessage<R>>, Problem> {
    let Json(answer) = change(app, caller, project, changes).await?;
    Ok(Json(WithMessage { message, answer }))
}

/// A new name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NameRequest {
    /// For people, 1 to 64 characters.
    name: String,
}

/// `POST …/{project}/name` renames a project.
pub(crate) async fn rename<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<NameRequest>,
) -> Result<Json<WithMessage<R>>, Problem> {
    let changes = ProjectChanges { name: Some(display_name(&request.name)?), ..ProjectChanges::default() };
    change_and_tell(&app, &caller, project, changes, "The project has a new name").await
}

/// Whether names are upper-cased.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutoCapitalizationRequest {
    /// Whether user interfaces upper-case names of secrets.
    auto_capitalization: bool,
}

/// `POST …/{project}/auto-capitalization` says whether user interfaces upper-case names of secrets.
pub(crate) async fn set_auto_capitalization<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<AutoCapitalizationRequest>,
) -> Result<Json<WithMessage<R>>, Problem> {
    let changes = ProjectChanges {
        auto_capitalization: Some(request.auto_capitalization),
        ..ProjectChanges::default()
    };
    change_and_tell(&app, &caller, project, changes, "The setting was changed").await
}

/// Whether deleting is refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteProtectionRequest {
    /// Whether deleting the project is refused.
    has_delete_protection: bool,
}

/// `POST …/{project}/delete-protection` protects a project from deletion, or no longer.
pub(crate) async fn set_delete_protection<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<DeleteProtectionRequest>,
) -> Result<Json<WithMessage<R>>, Problem> {
    let changes = ProjectChanges {
        has_delete_protection: Some(request.has_delete_protection),
        ..ProjectChanges::default()
    };
    change_and_tell(&app, &caller, project, changes, "The delete protection was changed").await
}

/// How many versions are kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionLimitRequest {
    /// Versions of a secret that are kept, 1 to 100.
    pit_version_limit: i64,
}

/// `PUT …/{project}/version-limit` says how many versions of a secret are kept.
pub(crate) async fn set_version_limit<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<VersionLimitRequest>,
) -> Result<Json<WithMessage<R>>, Problem> {
    let changes = ProjectChanges {
        pit_version_limit: Some(version_limit(request.pit_version_limit)?),
        ..ProjectChanges::default()
    };
    change_and_tell(&app, &caller, project, changes, "The version limit was changed").await
}

/// How long audit events are kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRetentionRequest {
    /// Days, 0 to 36500.
    audit_logs_retention_days: i64,
}

/// `PUT …/{project}/audit-logs-retention` says how long audit events are kept.
pub(crate) async fn set_audit_retention<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<AuditRetentionRequest>,
) -> Result<Json<WithMessage<R>>, Problem> {
    let days = request.audit_logs_retention_days;
    if !(0..=RETENTION_DAYS_MAX).contains(&days) {
        let message = format!("Must be from 0 to {RETENTION_DAYS_MAX}");
        return Err(Error::form("auditLogsRetentionDays", message).into());
    }
    let changes = ProjectChanges { audit_logs_retention_days: Some(days), ..ProjectChanges::default() };
    change_and_tell(&app, &caller, project, changes, "The retention of audit events was changed").await
}
