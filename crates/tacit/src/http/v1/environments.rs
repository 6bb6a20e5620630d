//! `/api/v1/projects/{project}/environments` and its older names.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::{id::EnvironmentId, name::Slug};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        environments::{self, EnvironmentChanges, NewEnvironment},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            envelope::InEnvironment,
            environment::{Environment, EnvironmentChanged},
            text::Required,
        },
    },
};

/// The longest name of an environment, in characters.
const NAME_LENGTH_MAX: usize = 64;

/// An environment to be made.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRequest {
    /// For people, 1 to 64 characters.
    name: Required,
    /// Unique in the project, 1 to 64 characters.
    slug: String,
    /// Its place; 1 is the first, absent is the last.
    position: Option<i64>,
}

/// `POST …/environments` makes an environment.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<Json<EnvironmentChanged>, Problem> {
    let new = NewEnvironment {
        name: name(request.name)?,
        slug: slug(&request.slug)?,
        position: request.position.map(position).transpose()?,
    };
    let row = environments::create(&app, &caller, ProjectName::IdOrSlug(project), new).await?;
    Ok(Json(EnvironmentChanged::new("The environment was created", row)))
}

/// What is to be changed of an environment; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateRequest {
    /// For people, 1 to 64 characters.
    name: Option<Required>,
    /// Unique in the project, 1 to 64 characters.
    slug: Option<String>,
    /// Its place; 1 is the first.
    position: Option<i64>,
}

/// `PATCH …/environments/{environment}` renames or moves an environment.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, EnvironmentId)>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<EnvironmentChanged>, Problem> {
    let changes = EnvironmentChanges {
        name: request.name.map(name).transpose()?,
        slug: request.slug.as_deref().map(slug).transpose()?,
        position: request.position.map(position).transpose()?,
    };
    let row = environments::update(&app, &caller, ProjectName::IdOrSlug(project), id, changes).await?;
    Ok(Json(EnvironmentChanged::new("The environment was updated", row)))
}

/// `DELETE …/environments/{environment}` deletes an environment with everything in it.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, EnvironmentId)>,
) -> Result<Json<EnvironmentChanged>, Problem> {
    let row = environments::delete(&app, &caller, ProjectName::IdOrSlug(project), id).await?;
    Ok(Json(EnvironmentChanged::new("The environment was deleted", row)))
}

/// `GET …/environments/{environment}` reads one environment.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, EnvironmentId)>,
) -> Result<Json<InEnvironment<Environment>>, Problem> {
    let row = environments::get(&app, &caller, &ProjectName::IdOrSlug(project), &id).await?;
    Ok(Json(Environment::from(row).into()))
}

/// `GET …/environments/slug/{slug}` reads one environment by slug.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path((project, slug)): Path<(String, String)>,
) -> Result<Json<InEnvironment<Environment>>, Problem> {
    let row = environments::get_by_slug(&app, &caller, &ProjectName::IdOrSlug(project), &slug).await?;
    Ok(Json(Environment::from(row).into()))
}

/// `GET /api/v1/workspace/environments/{environment}` reads one environment by its id alone.
pub(crate) async fn get_anywhere(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<EnvironmentId>,
) -> Result<Json<InEnvironment<Environment>>, Problem> {
    let row = environments::get_anywhere(&app, &caller, &id).await?;
    Ok(Json(Environment::from(row).into()))
}

fn name(Required(name): Required) -> Result<String, Error> {
    if name.chars().count() > NAME_LENGTH_MAX || name.chars().any(char::is_control) {
        let message =
            format!("Must have at most {NAME_LENGTH_MAX} characters, none of them a control character");
        return Err(Error::form("name", message));
    }
    Ok(name)
}

fn slug(slug: &str) -> Result<Slug, Error> {
    Slug::parse(slug, 1, Slug::LENGTH_MAX).map_err(Error::name("slug"))
}

fn position(position: i64) -> Result<i64, Error> {
    if position >= 1 { Ok(position) } else { Err(Error::form("position", "Must be at least 1")) }
}
