//! `/api/v2/identity-project-additional-privilege` (wire-contract 12.6).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tacit_core::{
    id::{IdentityId, PrivilegeId},
    permission::Rule,
};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        privileges::{self, Holder, Kind, NewPrivilege, PrivilegeName},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        v1::user_privileges::UpdateRequest,
        wire::{
            envelope::{InPrivilege, InPrivileges},
            privilege::{Privilege, time},
            temporary::TemporaryInput,
            text::{Required, Trimmed},
        },
    },
};

/// A new privilege of an identity.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// The identity.
    identity_id: Trimmed,
    /// The project.
    project_id: Trimmed,
    /// 1 to 64 characters; made up if absent.
    #[serde(default)]
    slug: Option<Required>,
    /// What it allows and denies.
    #[schemars(with = "Vec<Rule>")]
    permissions: Vec<Value>,
    /// When it counts; always if absent.
    #[serde(default)]
    r#type: TemporaryInput,
}

/// Whose privileges are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// The identity.
    identity_id: Trimmed,
    /// The project.
    project_id: Trimmed,
}

/// Whose privilege is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlugQuery {
    /// The identity.
    identity_id: Trimmed,
    /// The slug of the project.
    project_slug: Trimmed,
}

/// `POST …` gives an identity a privilege.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let holder = holder(ProjectName::IdOrSlug(request.project_id.0), request.identity_id);
    let new = NewPrivilege {
        slug: request.slug.map(|Required(slug)| slug),
        permissions: request.permissions,
        temporary: time(request.r#type)?,
    };
    Ok(Json(Privilege::from(privileges::create(&app, &caller, holder, new).await?).into()))
}

/// `GET …` lists the privileges of an identity in a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<InPrivileges<Vec<Privilege>>>, Problem> {
    let holder = holder(ProjectName::IdOrSlug(query.project_id.0), query.identity_id);
    let privileges = privileges::list(&app, &caller, &holder).await?;
    Ok(Json(privileges.into_iter().map(Privilege::from).collect::<Vec<_>>().into()))
}

/// `GET …/slug/{slug}` reads one by its slug.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(query): Query<SlugQuery>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let holder = holder(ProjectName::Slug(query.project_slug.0), query.identity_id);
    let name = PrivilegeName::Slug(slug, holder);
    Ok(Json(Privilege::from(privileges::get(&app, &caller, &name).await?).into()))
}

/// `GET …/{privilege}` reads one.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::get(&app, &caller, &name(id)).await?).into()))
}

/// `PATCH …/{privilege}` changes one.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::update(&app, &caller, name(id), request.read()?).await?).into()))
}

/// `DELETE …/{privilege}` takes one away.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::delete(&app, &caller, name(id)).await?).into()))
}

fn name(id: PrivilegeId) -> PrivilegeName {
    PrivilegeName::Id(id, Kind::Identity)
}

fn holder(project: ProjectName, identity: Trimmed) -> Holder {
    Holder::Identity(project, IdentityId::new(identity.0))
}
