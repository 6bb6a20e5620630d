//! `/api/v3/secrets`: what generation 3 alone has.
//!
//! Its raw secrets are those of [`v4`](crate::http::v4::secrets), under other names and with other
//! defaults for references and imports.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller, Error,
        secrets::{self, Overrides, SecretChange, TagChange},
    },
    http::{
        etag::Held,
        extract::{Body, Query},
        problem::Problem,
        v4::secrets::{GetQuery, ListQuery, get_resolved, list_resolved},
        wire::{
            named::Named,
            place::{ProjectFields, SecretPlace, project},
            secret::SecretResponse,
            secret_request::SecretType,
            text::Required,
        },
    },
};

/// `GET /api/v3/secrets/raw/{name}` reads one secret, as it is written unless the request says otherwise.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Query(query): Query<GetQuery>,
    held: Held,
) -> Result<Response, Problem> {
    get_resolved(&app, &caller, name, query, held, false).await
}

/// `GET /api/v3/secrets/raw` lists the secrets of a folder, as they are written and without what the
/// folder imports unless the request says otherwise.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    held: Held,
) -> Result<Response, Problem> {
    list_resolved(&app, &caller, query, held, Overrides::Beside, false).await
}

/// What the routes of a secret's tags take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagsRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
    /// The slugs of the tags, at least one.
    tag_slugs: Vec<Required>,
}

/// `POST /api/v3/secrets/tags/{name}` puts tags on a secret.
pub(crate) async fn add_tags(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Body(request): Body<TagsRequest>,
) -> Result<Response, Problem> {
    change_tags(&app, &caller, name, request, TagChange::Add).await
}

/// `DELETE /api/v3/secrets/tags/{name}` takes tags off a secret.
pub(crate) async fn remove_tags(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Body(request): Body<TagsRequest>,
) -> Result<Response, Problem> {
    change_tags(&app, &caller, name, request, TagChange::Remove).await
}

async fn change_tags(
    app: &App,
    caller: &Caller,
    name: String,
    request: TagsRequest,
    make: fn(Vec<String>) -> TagChange,
) -> Result<Response, Problem> {
    if request.tag_slugs.is_empty() {
        return Err(Error::form("tagSlugs", "must have at least one item").into());
    }
    let slugs = request.tag_slugs.into_iter().map(|slug| slug.0).collect();
    let change = SecretChange {
        name,
        kind: request.r#type.into(),
        tags: Some(make(slugs)),
        ..SecretChange::default()
    };
    let secret = secrets::update(app, caller, request.place.location()?, change).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}

/// What `POST /api/v3/secrets/backfill-secret-references` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct IndexRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IndexResponse {
    message: &'static str,
}

/// `POST /api/v3/secrets/backfill-secret-references` makes the index of references.
pub(crate) async fn index_references(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<IndexRequest>,
) -> Result<Json<IndexResponse>, Problem> {
    secrets::index_references(&app, &caller, &project(request.project)?).await?;
    Ok(Json(IndexResponse { message: "The references of the project are indexed" }))
}

/// The routes of secrets that clients encrypt themselves (wire-contract 7.15) are refused.
pub(crate) async fn encrypted() -> Problem {
    Problem(Error::Invalid(
        "Secrets encrypted by the client are not supported; use /api/v3/secrets/raw or /api/v4/secrets"
            .to_owned(),
    ))
}
