//! `/api/ui/v1/projects/{project}/search`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{id::SecretId, time::Timestamp};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        bounds::Bounds,
        secrets::{self, MetadataPair, SearchSecrets, SecretMatch},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{place::secret_path, secret::SecretTag, secret_request::SecretValue, text::Trimmed},
    },
};

/// The longest text to search for in names and comments, in characters.
const TEXT_LENGTH_MAX: usize = 1_024;
/// Environments, tags and metadata entries in one search at most.
const LIST_LENGTH_MAX: usize = 100;
/// Matches in an answer unless the request says otherwise.
const LIMIT: usize = 50;

/// What to search for: at least one of name, comment, tags, metadata, value and a folder below the root.
/// All given has to hold.
/// It comes in a body, because a value must not stand in a URL.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SearchRequest {
    /// Slugs of environments; all if left out.
    environments: Vec<Trimmed>,
    /// The folder to search, with those below; all if left out.
    secret_path: Trimmed,
    /// A part of the name, in any case.
    name: Option<Trimmed>,
    /// A part of the comment, in any case.
    comment: Option<Trimmed>,
    /// Slugs of tags, one of which the secret has.
    tag_slugs: Vec<Trimmed>,
    /// Entries that its metadata have.
    metadata: Vec<MetadataFields>,
    /// The whole value. Secrets whose value you may not read are not found by it.
    value: Option<SecretValue>,
    /// Matches to leave out at the beginning.
    offset: usize,
    /// Matches in the answer, 1 to 100; 50 if left out.
    limit: usize,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            environments: Vec::new(),
            secret_path: Trimmed::default(),
            name: None,
            comment: None,
            tag_slugs: Vec::new(),
            metadata: Vec::new(),
            value: None,
            offset: 0,
            limit: LIMIT,
        }
    }
}

/// An entry of the metadata. What is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct MetadataFields {
    /// Its key.
    key: Option<Trimmed>,
    /// Its value.
    value: Option<Trimmed>,
}

/// The secrets that were found.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchResponse<'a> {
    /// By environment, path and name. Values are not part of it.
    secrets: Vec<Match<'a>>,
    /// How many there are altogether.
    total_count: usize,
}

/// A secret that was found.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Match<'a> {
    id: &'a SecretId,
    /// The slug of its environment.
    environment: &'a str,
    /// The path of its folder.
    secret_path: &'a str,
    /// Its name.
    secret_key: &'a str,
    version: i64,
    /// In the order of their slugs.
    tags: Vec<SecretTag<'a>>,
    updated_at: Timestamp,
}

/// `POST /api/ui/v1/projects/{project}/search` searches the secrets of a project.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<SearchRequest>,
) -> Result<Response, Problem> {
    let found = secrets::search(&app, &caller, &wanted(project, request)?).await?;
    let secrets = found.page.iter().map(Match::from).collect();
    Ok(Json(SearchResponse { secrets, total_count: found.total }).into_response())
}

fn wanted(project: String, request: SearchRequest) -> Result<SearchSecrets, Problem> {
    let texts = |texts: Vec<Trimmed>| texts.into_iter().map(|text| text.0).collect::<Vec<_>>();
    let mut bounds = Bounds::default();
    bounds.text("name", request.name.as_ref().map(Trimmed::as_str), &(0..=TEXT_LENGTH_MAX));
    bounds.text("comment", request.comment.as_ref().map(Trimmed::as_str), &(0..=TEXT_LENGTH_MAX));
    bounds.list("environments", Some(&request.environments), LIST_LENGTH_MAX);
    bounds.list("tagSlugs", Some(&request.tag_slugs), LIST_LENGTH_MAX);
    bounds.list("metadata", Some(&request.metadata), LIST_LENGTH_MAX);
    bounds.finish()?;
    Ok(SearchSecrets {
        project: ProjectName::IdOrSlug(project),
        environments: texts(request.environments),
        path: secret_path(&request.secret_path)?,
        name: request.name.and_then(Trimmed::filled),
        comment: request.comment.and_then(Trimmed::filled),
        tag_slugs: texts(request.tag_slugs),
        metadata: request.metadata.into_iter().map(MetadataPair::from).collect(),
        value: request.value.map(|value| value.0),
        offset: request.offset,
        limit: request.limit,
    })
}

impl From<MetadataFields> for MetadataPair {
    fn from(fields: MetadataFields) -> Self {
        Self { key: fields.key.map(|key| key.0), value: fields.value.map(|value| value.0) }
    }
}

impl<'a> From<&'a SecretMatch> for Match<'a> {
    fn from(found: &'a SecretMatch) -> Self {
        Self {
            id: &found.id,
            environment: &found.place.environment,
            secret_path: &found.place.path,
            secret_key: &found.name,
            version: found.version,
            tags: found.tags.iter().map(SecretTag::from).collect(),
            updated_at: found.updated_at,
        }
    }
}
