//! `…/role-preview`: what a draft of a role would allow, and what it would grant or take away.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_core::permission::{Action, Subject};

use crate::{
    app::{
        App, Caller,
        explain::{self, ChangedPlace, ChangedRight, EnvironmentSummary, Holder, Preview, RoleDraft},
        roles::{Owner, RoleName},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::text::Trimmed,
    },
};

/// What `POST …/role-preview` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PreviewRequest {
    /// The slug of the role that would be changed; left out for a new one.
    role: Option<Trimmed>,
    /// The rules it would have, as for creating a role.
    permissions: Vec<Value>,
}

/// What a draft would allow, and what that changes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewResponse<'a> {
    /// Whether all folders were looked at: the first 1,000 are.
    is_complete: bool,
    /// What the draft says about the secrets of each environment. Empty for a role of the organization.
    environments: Vec<EnvironmentShape<'a>>,
    /// Folders in which something changes, the first 200.
    places: Vec<PlaceShape<'a>>,
    changed_places: usize,
    /// What changes that is about no folder.
    general: Vec<ChangeShape>,
    /// Who has the role, the first 200 that the caller may see.
    holders: Vec<HolderShape<'a>>,
    holder_count: usize,
}

/// What a draft says about the secrets of an environment.
#[derive(Serialize, JsonSchema)]
struct EnvironmentShape<'a> {
    /// The slug of the environment.
    environment: &'a str,
    /// How many of its folders were looked at.
    folders: usize,
    secrets: Vec<SummaryShape>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SummaryShape {
    action: Action,
    /// How far it reaches in the folder where it reaches least: `all`, `some`, `none`, `some-denied` or
    /// `denied`.
    least: &'static str,
    /// How far it reaches in the folder where it reaches most.
    most: &'static str,
    /// For how many secrets; null if that is not known.
    secret_count: Option<i64>,
}

/// A folder in which something changes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PlaceShape<'a> {
    /// The slug of the environment.
    environment: &'a str,
    /// The path of the folder.
    secret_path: &'a str,
    rights: Vec<ChangeShape>,
}

/// A right that changes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ChangeShape {
    subject: Subject,
    action: Action,
    /// How far the saved role reaches: `all`, `some`, `none`, `some-denied` or `denied`.
    before: &'static str,
    /// How far the draft reaches.
    after: &'static str,
    /// For how many secrets it would be granted, if it is about secrets and known.
    granted: Option<i64>,
    /// From how many secrets it would be taken, if it is about secrets and known.
    taken: Option<i64>,
}

/// Somebody who has the role.
#[derive(Serialize, JsonSchema)]
struct HolderShape<'a> {
    /// `user`, `identity` or `group`.
    r#type: &'static str,
    id: &'a str,
    /// The name of an identity or group, the e-mail of a person.
    name: &'a str,
    /// Whether they would gain something, with all they have; null if that was not looked at.
    gains: Option<bool>,
    /// Whether they would lose something, with all they have; null if that was not looked at.
    loses: Option<bool>,
}

/// `POST /api/ui/v1/projects/{project}/role-preview` looks at a draft of a role of a project.
pub(crate) async fn in_project(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<PreviewRequest>,
) -> Result<Response, Problem> {
    answered(&app, &caller, Owner::project(&project), request).await
}

/// `POST /api/ui/v1/organization/role-preview` looks at a draft of a role of the organization.
pub(crate) async fn in_organization(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<PreviewRequest>,
) -> Result<Response, Problem> {
    let owner = Owner::Organization(caller.organization()?.id.to_string());
    answered(&app, &caller, owner, request).await
}

async fn answered(
    app: &App,
    caller: &Caller,
    owner: Owner,
    request: PreviewRequest,
) -> Result<Response, Problem> {
    let role = request.role.and_then(Trimmed::filled).map(RoleName::Slug);
    let preview =
        explain::preview(app, caller, RoleDraft { owner, role, rules: request.permissions }).await?;
    Ok(Json(PreviewResponse::from(&preview)).into_response())
}

impl<'a> From<&'a Preview> for PreviewResponse<'a> {
    fn from(preview: &'a Preview) -> Self {
        Self {
            is_complete: preview.is_complete,
            environments: preview.environments.iter().map(EnvironmentShape::from).collect(),
            places: preview.places.iter().map(PlaceShape::from).collect(),
            changed_places: preview.changed_places,
            general: preview.general.iter().map(ChangeShape::from).collect(),
            holders: preview.holders.iter().map(HolderShape::from).collect(),
            holder_count: preview.holder_count,
        }
    }
}

impl<'a> From<&'a EnvironmentSummary> for EnvironmentShape<'a> {
    fn from(summary: &'a EnvironmentSummary) -> Self {
        let secrets = summary.secrets.iter().map(|(right, (least, most), count)| SummaryShape {
            action: right.action,
            least: least.as_str(),
            most: most.as_str(),
            secret_count: *count,
        });
        Self { environment: &summary.environment, folders: summary.folders, secrets: secrets.collect() }
    }
}

impl<'a> From<&'a ChangedPlace> for PlaceShape<'a> {
    fn from(place: &'a ChangedPlace) -> Self {
        Self {
            environment: &place.environment,
            secret_path: &place.path,
            rights: place.rights.iter().map(ChangeShape::from).collect(),
        }
    }
}

impl From<&ChangedRight> for ChangeShape {
    fn from(change: &ChangedRight) -> Self {
        Self {
            subject: change.right.subject,
            action: change.right.action,
            before: change.before.as_str(),
            after: change.after.as_str(),
            granted: change.granted,
            taken: change.taken,
        }
    }
}

impl<'a> From<&'a Holder> for HolderShape<'a> {
    fn from(holder: &'a Holder) -> Self {
        Self {
            r#type: holder.kind,
            id: &holder.id,
            name: &holder.name,
            gains: holder.effect.map(|(gains, _)| gains),
            loses: holder.effect.map(|(_, loses)| loses),
        }
    }
}
