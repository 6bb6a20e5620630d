//! `/api/v1/projects/{project}/tags` and its older name.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::{id::TagId, name::Slug};

use crate::{
    app::{
        App, Caller, Error, Patch,
        access::ProjectName,
        tags::{self, TagChanges},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            tag::{NamedTag, Tag},
            text::Trimmed,
        },
    },
};

/// The longest color, in characters.
const COLOR_LENGTH_MAX: usize = 64;

/// A tag to be made.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRequest {
    /// Unique in the project, 1 to 64 characters.
    slug: String,
    /// As user interfaces show it; may be empty.
    color: Option<Trimmed>,
}

/// `GET …/tags` lists the tags of a project.
pub(crate) async fn list<R: From<Vec<Tag>>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<R>, Problem> {
    let rows = tags::list(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(rows.into_iter().map(Tag::from).collect::<Vec<_>>().into()))
}

/// `POST …/tags` makes a tag.
pub(crate) async fn create<R: From<Tag>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<Json<R>, Problem> {
    let (slug, color) = (slug(&request.slug)?, request.color.map(color).transpose()?);
    let row = tags::create(&app, &caller, ProjectName::IdOrSlug(project), slug, color).await?;
    Ok(Json(Tag::from(row).into()))
}

/// `GET …/tags/{tag}` reads one tag.
pub(crate) async fn get<R: From<NamedTag>>(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, TagId)>,
) -> Result<Json<R>, Problem> {
    let row = tags::get(&app, &caller, &ProjectName::IdOrSlug(project), &id).await?;
    Ok(Json(NamedTag::from(row).into()))
}

/// `GET …/tags/slug/{slug}` reads one tag by slug.
pub(crate) async fn get_by_slug<R: From<NamedTag>>(
    State(app): State<App>,
    caller: Caller,
    Path((project, slug)): Path<(String, String)>,
) -> Result<Json<R>, Problem> {
    let row = tags::get_by_slug(&app, &caller, &ProjectName::IdOrSlug(project), &slug).await?;
    Ok(Json(NamedTag::from(row).into()))
}

/// What is to be changed of a tag; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateRequest {
    /// Unique in the project, 1 to 64 characters.
    slug: Option<String>,
    /// As user interfaces show it; may be empty, and null clears it.
    #[serde(default)]
    color: Patch<Trimmed>,
}

/// `PATCH …/tags/{tag}` changes a tag.
pub(crate) async fn update<R: From<Tag>>(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, TagId)>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<R>, Problem> {
    let changes = TagChanges {
        slug: request.slug.as_deref().map(slug).transpose()?,
        color: request.color.try_map(color)?,
    };
    let row = tags::update(&app, &caller, ProjectName::IdOrSlug(project), id, changes).await?;
    Ok(Json(Tag::from(row).into()))
}

/// `DELETE …/tags/{tag}` deletes a tag and takes it off all secrets.
pub(crate) async fn delete<R: From<Tag>>(
    State(app): State<App>,
    caller: Caller,
    Path((project, id)): Path<(String, TagId)>,
) -> Result<Json<R>, Problem> {
    let row = tags::delete(&app, &caller, ProjectName::IdOrSlug(project), id).await?;
    Ok(Json(Tag::from(row).into()))
}

fn slug(slug: &str) -> Result<Slug, Error> {
    Slug::parse(slug, 1, Slug::LENGTH_MAX).map_err(Error::name("slug"))
}

fn color(Trimmed(color): Trimmed) -> Result<String, Error> {
    if color.chars().count() > COLOR_LENGTH_MAX {
        return Err(Error::form("color", format!("Must not have more than {COLOR_LENGTH_MAX} characters")));
    }
    Ok(color)
}
