//! `/api/v4/secrets/{name}` and `/api/v4/secrets`: one secret, and lists of them.
//!
//! Generation 3 takes the same requests for all but reading, so its routes lead here too.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::id::SecretId;

use crate::{
    app::{
        App, Caller,
        secrets::{self, GetSecret, ListSecrets, Overrides},
    },
    http::{
        etag::{self, Held},
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            metadata_filter,
            moment::Moment,
            named::Named,
            place::{self, ProjectFields, SecretPlace},
            secret::SecretResponse,
            secret_json,
            secret_request::{NewSecretFields, SecretChangeFields, SecretType, SecretValue},
            text::{Strict, Trimmed},
        },
    },
};

/// What `GET /api/v4/secrets/{name}` takes.
///
/// The fields of the place stand here one by one, as in [`ListQuery`]: reading them as a part of their
/// own (`flatten`) takes several times as long, and these two are read more often than all others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetQuery {
    /// The id of the project.
    project_id: Option<Trimmed>,
    /// The id of the project, the older name.
    workspace_id: Option<Trimmed>,
    /// The slug of the project.
    project_slug: Option<Trimmed>,
    /// The slug of the project, the older name.
    workspace_slug: Option<Trimmed>,
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder, `/` if it is left out.
    secret_path: Option<Trimmed>,
    /// A version of it; the present one if left out.
    version: Option<i64>,
    /// A revision of the project or a time (RFC 3339) in the past at which to read it.
    at: Option<Moment>,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
    /// Whether the value is wanted; true if left out.
    view_secret_value: Option<Strict>,
    /// Whether references in values are replaced by what they refer to.
    expand_secret_references: Option<Strict>,
    /// Whether imported folders are read too.
    include_imports: Option<Strict>,
    /// `includeImports`, the older spelling.
    #[serde(rename = "include_imports")]
    legacy_include_imports: Option<Strict>,
}

impl GetQuery {
    fn place(&mut self) -> SecretPlace {
        let project = ProjectFields {
            project_id: self.project_id.take(),
            workspace_id: self.workspace_id.take(),
            project_slug: self.project_slug.take(),
            workspace_slug: self.workspace_slug.take(),
        };
        let (environment, secret_path) = (self.environment.take(), self.secret_path.take());
        SecretPlace { project, environment, secret_path }
    }
}

/// What `GET /api/v4/secrets` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// The id of the project.
    project_id: Option<Trimmed>,
    /// The id of the project, the older name.
    workspace_id: Option<Trimmed>,
    /// The slug of the project.
    project_slug: Option<Trimmed>,
    /// The slug of the project, the older name.
    workspace_slug: Option<Trimmed>,
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder, `/` if it is left out.
    secret_path: Option<Trimmed>,
    /// A revision of the project or a time (RFC 3339) in the past at which to list them.
    at: Option<Moment>,
    /// Whether values are wanted; true if left out.
    view_secret_value: Option<Strict>,
    /// Whether the folders below belong to the list.
    #[serde(default)]
    recursive: Strict,
    /// Only secrets with one of these tags: slugs with commas between.
    #[serde(default)]
    tag_slugs: Trimmed,
    /// Only secrets with all of these metadata: `key=k1,value=v1|key=k2,value=v2`, up to 10.
    #[serde(default)]
    metadata_filter: Trimmed,
    /// Whether references in values are replaced by what they refer to.
    expand_secret_references: Option<Strict>,
    /// Whether imported folders are read too.
    include_imports: Option<Strict>,
    /// `includeImports`, the older spelling.
    #[serde(rename = "include_imports")]
    legacy_include_imports: Option<Strict>,
    /// Whether the caller's own values replace the shared ones. Generation 3 always shows both.
    #[serde(default)]
    include_personal_overrides: Strict,
}

impl ListQuery {
    fn place(&mut self) -> SecretPlace {
        let project = ProjectFields {
            project_id: self.project_id.take(),
            workspace_id: self.workspace_id.take(),
            project_slug: self.project_slug.take(),
            workspace_slug: self.workspace_slug.take(),
        };
        let (environment, secret_path) = (self.environment.take(), self.secret_path.take());
        SecretPlace { project, environment, secret_path }
    }
}

/// What `GET /api/v4/secrets/id/{secret}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetByIdQuery {
    /// Whether the value is wanted; true if left out.
    view_secret_value: Option<Strict>,
}

/// What `POST /api/v4/secrets/{name}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// The value.
    secret_value: SecretValue,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    fields: NewSecretFields,
}

/// What `PATCH /api/v4/secrets/{name}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
    /// Whether the references to the secret, in other secrets too, get its new name. False if left out.
    #[serde(default)]
    rewrite_references: bool,
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    fields: SecretChangeFields,
}

/// What `DELETE /api/v4/secrets/{name}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
}

/// What a read shall do, or what its generation does if it does not say.
fn wanted(said: Option<Strict>, default: bool) -> bool {
    said.map_or(default, |Strict(wanted)| wanted)
}

/// `GET /api/v4/secrets/{name}` reads one secret.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Query(query): Query<GetQuery>,
    held: Held,
) -> Result<Response, Problem> {
    get_resolved(&app, &caller, name, query, held, true).await
}

/// Reads one secret; `resolves` is what the generation does about references and imports by default: true
/// in generation 4, false in generation 3 (`decisions.md` 16).
pub(in crate::http) async fn get_resolved(
    app: &App,
    caller: &Caller,
    name: String,
    mut query: GetQuery,
    held: Held,
    resolves: bool,
) -> Result<Response, Problem> {
    let request = GetSecret {
        at: place::read_location(query.place(), caller)?,
        name,
        kind: query.r#type.into(),
        version: query.version,
        moment: query.at.map(|at| at.0),
        shows_value: wanted(query.view_secret_value, true),
        expands: wanted(query.expand_secret_references, resolves),
        includes_imports: wanted(query.include_imports.or(query.legacy_include_imports), resolves),
    };
    let answer = secrets::get(app, caller, &request, &held.0).await?;
    Ok(etag::respond(answer, secret_json::secret))
}

/// `GET /api/v4/secrets/id/{secret}` reads the secret with an id.
pub(crate) async fn get_by_id(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SecretId>,
    Query(query): Query<GetByIdQuery>,
) -> Result<Response, Problem> {
    let shows_value = wanted(query.view_secret_value, true);
    let secret = secrets::get_by_id(&app, &caller, &id, shows_value).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}

/// `GET /api/v4/secrets` lists the secrets of a folder.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    held: Held,
) -> Result<Response, Problem> {
    let overrides = if query.include_personal_overrides.0 { Overrides::Instead } else { Overrides::Without };
    list_resolved(&app, &caller, query, held, overrides, true).await
}

/// Lists secrets; `resolves` is what the generation does about references and imports by default.
pub(in crate::http) async fn list_resolved(
    app: &App,
    caller: &Caller,
    mut query: ListQuery,
    held: Held,
    overrides: Overrides,
    resolves: bool,
) -> Result<Response, Problem> {
    let request = ListSecrets {
        at: place::read_location(query.place(), caller)?,
        shows_values: wanted(query.view_secret_value, true),
        is_recursive: query.recursive.0,
        tag_slugs: slugs(query.tag_slugs.as_str()),
        metadata: metadata_filter::parse(query.metadata_filter.as_str())?,
        moment: query.at.map(|at| at.0),
        overrides,
        expands: wanted(query.expand_secret_references, resolves),
        includes_imports: wanted(query.include_imports.or(query.legacy_include_imports), resolves),
    };
    let answer = secrets::list(app, caller, &request, &held.0).await?;
    Ok(etag::respond(answer, secret_json::list))
}

fn slugs(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|slug| !slug.is_empty()).map(str::to_owned).collect()
}

/// `POST /api/v4/secrets/{name}` makes a secret.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Body(request): Body<CreateRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let secret = request.fields.secret("secretName", &name, request.secret_value.0, request.r#type)?;
    let secret = secrets::create(&app, &caller, at, secret).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}

/// `PATCH /api/v4/secrets/{name}` changes a secret.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Body(request): Body<UpdateRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let mut change = request.fields.change(name, None, request.r#type)?;
    change.rewrites_references = request.rewrite_references;
    let secret = secrets::update(&app, &caller, at, change).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}

/// `DELETE /api/v4/secrets/{name}` deletes a secret.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Body(request): Body<DeleteRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let secret = secrets::delete(&app, &caller, at, name, request.r#type.into()).await?;
    Ok(Json(SecretResponse::from(&secret)).into_response())
}
