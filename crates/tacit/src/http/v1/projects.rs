//! `/api/v1/projects` and its older names: create, list, search, read, delete.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::name::{ProjectName as DisplayName, Slug};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        projects::{self, NewProject, SearchFilter, TYPES},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::InProject,
            project::{FoundProject, Project, ProjectEnv},
            text::{Required, Trimmed},
        },
    },
};

/// The longest description, in characters (wire-contract 6.2).
const DESCRIPTION_LENGTH_MAX: usize = 1024;
/// The template that every instance has.
const DEFAULT_TEMPLATE: &str = "default";
/// The most projects that one search returns.
const SEARCH_MAX: usize = 100;

/// A project to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// For people, 1 to 64 characters.
    project_name: String,
    /// For people, up to 1024 characters.
    project_description: Option<Trimmed>,
    /// 5 to 36 characters, unique in the organization; made from the name if absent.
    slug: Option<String>,
    /// Not available: a project is encrypted under a key that the root key wraps.
    kms_key_id: Option<Trimmed>,
    /// The only one is `default`.
    template: Option<Trimmed>,
    /// `secret-manager` if absent.
    r#type: Option<Trimmed>,
    /// Whether it begins with development, staging and production.
    #[serde(default = "yes")]
    should_create_default_envs: bool,
    /// Whether deleting it is refused.
    #[serde(default)]
    has_delete_protection: bool,
}

const fn yes() -> bool {
    true
}

/// `POST /api/v1/projects` makes a project.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<InProject<ProjectEnv>>, Problem> {
    let kms_key = request.kms_key_id.clone().and_then(Trimmed::filled);
    let template = request.template.clone().and_then(Trimmed::filled);
    let new = new_project(request)?;
    if kms_key.is_some() {
        return Err(Error::Invalid("Projects cannot be encrypted under an external key".to_owned()).into());
    }
    if let Some(template) = template.filter(|template| template != DEFAULT_TEMPLATE) {
        return Err(Error::not_found("Project template", template).into());
    }
    let view = projects::create(&app, &caller, new).await?;
    Ok(Json(ProjectEnv::from(view).into()))
}

fn new_project(request: CreateRequest) -> Result<NewProject, Error> {
    Ok(NewProject {
        name: DisplayName::parse(&request.project_name).map_err(Error::name("projectName"))?,
        slug: request
            .slug
            .as_deref()
            .map(Slug::parse_for_new_project)
            .transpose()
            .map_err(Error::name("slug"))?,
        description: request
            .project_description
            .map(|text| description("projectDescription", text))
            .transpose()?,
        kind: kind(request.r#type)?,
        has_first_environments: request.should_create_default_envs,
        has_delete_protection: request.has_delete_protection,
    })
}

fn kind(text: Option<Trimmed>) -> Result<String, Error> {
    match text.and_then(Trimmed::filled) {
        None => Ok(TYPES[0].to_owned()),
        Some(kind) if TYPES.contains(&kind.as_str()) => Ok(kind),
        Some(_) => Err(Error::form("type", format!("Expected one of {}", TYPES.join(", ")))),
    }
}

/// Checks the length of a description.
pub(super) fn description(field: &str, Trimmed(text): Trimmed) -> Result<String, Error> {
    if text.chars().count() > DESCRIPTION_LENGTH_MAX {
        return Err(Error::form(
            field,
            format!("Must not have more than {DESCRIPTION_LENGTH_MAX} characters"),
        ));
    }
    Ok(text)
}

/// Which projects are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// Whether to return the roles that each project has.
    #[serde(default)]
    include_roles: bool,
    /// Only projects of this type.
    r#type: Option<Trimmed>,
}

/// `GET /api/v1/projects` lists the projects the caller is in.
pub(crate) async fn list<R: From<Vec<ProjectEnv>>>(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<R>, Problem> {
    let kind = query.r#type.and_then(Trimmed::filled);
    let views = projects::list(&app, &caller, kind.as_deref(), query.include_roles).await?;
    let shape = if query.include_roles { ProjectEnv::with_roles } else { ProjectEnv::from };
    Ok(Json(views.into_iter().map(shape).collect::<Vec<_>>().into()))
}

/// `GET /api/v1/projects/{project}` reads one project, by id or slug.
pub(crate) async fn get<R: From<ProjectEnv>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<R>, Problem> {
    let view = projects::get(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(ProjectEnv::from(view).into()))
}

/// `GET /api/v1/projects/slug/{slug}` reads one project by slug, as a bare object.
pub(crate) async fn get_by_slug(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<ProjectEnv>, Problem> {
    let view = projects::get(&app, &caller, &ProjectName::Slug(slug)).await?;
    Ok(Json(view.into()))
}

/// `DELETE /api/v1/projects/{project}` deletes a project with everything in it.
pub(crate) async fn delete<R: From<Project>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<R>, Problem> {
    let row = projects::delete(&app, &caller, ProjectName::IdOrSlug(project)).await?;
    Ok(Json(Project::from(row).into()))
}

/// What a search looks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchRequest {
    /// Only projects of this type.
    r#type: Option<Trimmed>,
    /// Only projects with this in their name.
    name: Option<Trimmed>,
    /// How many to return at most, 1 to 100.
    limit: Option<usize>,
    /// How many to skip.
    #[serde(default)]
    offset: usize,
    /// The only order is by `name`.
    order_by: Option<Required>,
    /// `asc` or `desc`.
    order_direction: Option<Required>,
}

/// What a search found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResponse {
    /// One page.
    projects: Vec<FoundProject>,
    /// How many there are in all.
    total_count: usize,
}

/// `POST /api/v1/projects/search` looks through the projects of the organization.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SearchRequest>,
) -> Result<Json<SearchResponse>, Problem> {
    let limit = request.limit.unwrap_or(SEARCH_MAX);
    if !(1..=SEARCH_MAX).contains(&limit) {
        return Err(Error::form("limit", format!("Must be from 1 to {SEARCH_MAX}")).into());
    }
    let filter = SearchFilter {
        kind: request.r#type.and_then(Trimmed::filled),
        name: request.name.and_then(Trimmed::filled),
        is_descending: is_descending(request.order_by.as_ref(), request.order_direction.as_ref())?,
        offset: request.offset,
        limit,
    };
    let (found, total_count) = projects::search(&app, &caller, &filter).await?;
    Ok(Json(SearchResponse { projects: found.into_iter().map(Into::into).collect(), total_count }))
}

/// Reads the order of a list that can only be sorted by name.
pub(super) fn is_descending(order: Option<&Required>, direction: Option<&Required>) -> Result<bool, Error> {
    if order.is_some_and(|Required(order)| order != "name") {
        return Err(Error::form("orderBy", "The only order is by name"));
    }
    match direction.map(|Required(direction)| direction.as_str()) {
        None | Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(_) => Err(Error::form("orderDirection", "Expected asc or desc")),
    }
}
