//! `/api/v1/pit/commits`: the commit log, and going back (wire-contract 7.13).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{CommitId, FolderId};

use crate::{
    app::{
        App, Caller, Error,
        error::Result as UseCaseResult,
        history::{
            self, CHANGES_SHOWN_MAX, FolderName, GetChanges, ListCommits, Outcome, Revert, Rollback, Scope,
        },
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            commit::Commit,
            message::Message,
            place::{FolderPlace, ProjectFields, secret_path},
            text::{Strict, Trimmed},
        },
    },
};

/// Commits in an answer that does not say how many it wants.
const LIMIT_DEFAULT: i64 = 20;

/// What the list of commits takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: FolderPlace,
    /// Only commits with this in their message or in the name of who made them.
    #[serde(default)]
    search: Trimmed,
    /// `asc` for the oldest first, `desc` (or nothing) for the newest.
    #[serde(default)]
    sort: Trimmed,
    /// Commits to leave out at the front, 0 if left out.
    offset: Option<Trimmed>,
    /// Commits at most, 1 to 100, 20 if left out.
    limit: Option<Trimmed>,
}

/// Commits that touched a folder.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListResponse<'a> {
    /// The commits.
    commits: Vec<Commit<'a>>,
    /// How many there are in all.
    total: i64,
    /// Whether there are more after these.
    has_more: bool,
}

/// How many commits touched a folder.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CountResponse {
    count: i64,
    folder_id: FolderId,
}

/// What the changes of a commit take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangesQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// Only what is directly in this folder.
    folder_id: Option<Trimmed>,
    /// Whether values are wanted; true if left out.
    view_secret_value: Option<Strict>,
    /// Changes to leave out at the front, 0 if left out.
    offset: Option<Trimmed>,
    /// Changes at most, up to 1,000 (or left out).
    limit: Option<Trimmed>,
}

/// A commit with its changes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChangesResponse<'a> {
    /// The commit.
    changes: Commit<'a>,
    /// How many changes it has in all.
    total: i64,
}

/// What going back to a commit takes. Name a folder by `folderId`, or by `environment` and `path`, or
/// say `wholeProject`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RollbackRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// The id of the folder.
    folder_id: Option<Trimmed>,
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder, `/` if it is left out.
    path: Option<Trimmed>,
    /// Whether everything below the folder goes back too.
    #[serde(default)]
    deep_rollback: bool,
    /// Whether every environment goes back.
    #[serde(default)]
    whole_project: bool,
    /// Why, for the commit log; up to 256 characters.
    message: Option<Message>,
}

/// What taking a commit back takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevertRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// Why, for the commit log; up to 256 characters.
    message: Option<Message>,
}

/// What going back did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutcomeResponse {
    /// True.
    success: bool,
    /// Secrets made, changed and deleted.
    secret_changes_count: usize,
    /// Folders made, changed and deleted.
    folder_changes_count: usize,
    /// Imports made, changed and deleted.
    import_changes_count: usize,
    /// All together.
    total_changes: usize,
    /// The id of the new commit; null if nothing had to change.
    commit_id: Option<CommitId>,
}

impl From<Outcome> for OutcomeResponse {
    fn from(outcome: Outcome) -> Self {
        let restored = outcome.restored;
        Self {
            success: true,
            secret_changes_count: restored.secrets,
            folder_changes_count: restored.folders,
            import_changes_count: restored.imports,
            total_changes: restored.secrets + restored.folders + restored.imports,
            commit_id: outcome.commit,
        }
    }
}

/// `GET /api/v1/pit/commits` lists the commits that touched a folder.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let offset = number("offset", query.offset, 0)?;
    let request = ListCommits {
        at: query.place.location()?,
        search: query.search.0,
        is_ascending: is_ascending(query.sort.as_str())?,
        offset,
        limit: number("limit", query.limit, LIMIT_DEFAULT)?.min(history::COMMITS_LISTED_MAX),
    };
    let found = history::list(&app, &caller, &request).await?;
    let folder = Some(&found.folder_id);
    let commits: Vec<Commit<'_>> = found
        .commits
        .iter()
        .map(|view| Commit::new((&view.row, view.is_author_gone), folder, &view.changes))
        .collect();
    let shown = i64::try_from(commits.len()).unwrap_or(i64::MAX);
    let has_more = offset.saturating_add(shown) < found.total;
    Ok(Json(ListResponse { commits, total: found.total, has_more }).into_response())
}

/// `GET /api/v1/pit/commits/count` counts the commits that touched a folder.
pub(crate) async fn count(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<CountResponse>, Problem> {
    let at = query.place.location()?;
    let (folder_id, count) = history::count(&app, &caller, &at, query.search.as_str()).await?;
    Ok(Json(CountResponse { count, folder_id }))
}

/// `GET /api/v1/pit/commits/{commit}/changes` shows what a commit changed.
pub(crate) async fn changes(
    State(app): State<App>,
    caller: Caller,
    Path(commit): Path<CommitId>,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Problem> {
    let request = GetChanges {
        project: query.project.name().ok_or_else(|| Error::form("projectId", "Required"))?,
        commit,
        folder: query.folder_id.and_then(Trimmed::filled).map(FolderId::new),
        shows_values: query.view_secret_value.is_none_or(|Strict(wanted)| wanted),
        offset: number("offset", query.offset, 0)?,
        limit: number("limit", query.limit, CHANGES_SHOWN_MAX)?,
    };
    let found = history::changes(&app, &caller, &request).await?;
    let changes = Commit::new((&found.commit, found.is_author_gone), request.folder.as_ref(), &found.changes);
    Ok(Json(ChangesResponse { changes, total: found.total }).into_response())
}

/// `POST /api/v1/pit/commits/{commit}/rollback` goes back to what was after a commit.
pub(crate) async fn rollback(
    State(app): State<App>,
    caller: Caller,
    Path(commit): Path<CommitId>,
    Body(request): Body<RollbackRequest>,
) -> Result<Json<OutcomeResponse>, Problem> {
    let filled = |field: Option<Trimmed>| field.and_then(Trimmed::filled);
    let scope = match (filled(request.folder_id), filled(request.environment)) {
        _ if request.whole_project => Scope::Project,
        (Some(id), _) => folder(FolderName::Id(FolderId::new(id)), request.deep_rollback),
        (None, Some(environment)) => {
            let path = secret_path(&request.path.unwrap_or_default())?;
            folder(FolderName::Path(environment, path), request.deep_rollback)
        }
        (None, None) => return Err(Error::form("folderId", "Required").into()),
    };
    let request = Rollback {
        project: request.project.name().ok_or_else(|| Error::form("projectId", "Required"))?,
        commit,
        scope,
        message: request.message.and_then(Message::filled),
    };
    Ok(Json(history::rollback(&app, &caller, request).await?.into()))
}

const fn folder(folder: FolderName, is_deep: bool) -> Scope {
    Scope::Folder { folder, is_deep }
}

/// `POST /api/v1/pit/commits/{commit}/revert` takes one commit back.
pub(crate) async fn revert(
    State(app): State<App>,
    caller: Caller,
    Path(commit): Path<CommitId>,
    Body(request): Body<RevertRequest>,
) -> Result<Json<OutcomeResponse>, Problem> {
    let request = Revert {
        project: request.project.name().ok_or_else(|| Error::form("projectId", "Required"))?,
        commit,
        message: request.message.and_then(Message::filled),
    };
    Ok(Json(history::revert(&app, &caller, request).await?.into()))
}

fn is_ascending(sort: &str) -> UseCaseResult<bool> {
    match sort.to_ascii_lowercase().as_str() {
        "" | "desc" => Ok(false),
        "asc" => Ok(true),
        _ => Err(Error::form("sort", "must be asc or desc")),
    }
}

/// A count in a query; flattened queries hold text only.
pub(in crate::http) fn number(
    field: &'static str,
    text: Option<Trimmed>,
    default: i64,
) -> UseCaseResult<i64> {
    match text.and_then(Trimmed::filled) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number >= 0)
            .ok_or_else(|| Error::form(field, "must be a number that is not negative")),
    }
}
