//! `/api/ui/v1/projects/{project}/commits`: the log of a project.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller,
        access::ProjectName,
        history::{self, ReadLog},
    },
    http::{
        extract::{Path, Query},
        problem::Problem,
        v1::pit::number,
        wire::{commit::Commit, place::secret_path, text::Trimmed},
    },
};

/// Commits in an answer that does not say how many it wants.
const LIMIT_DEFAULT: i64 = 50;

/// What the log takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct LogQuery {
    /// The slug of an environment: only commits that changed something in a folder of it.
    environment: Option<Trimmed>,
    /// The path of that folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// Only commits with this in their message or in the name of who made them.
    #[serde(default)]
    search: Trimmed,
    /// Commits to leave out at the front, 0 if left out.
    offset: Option<Trimmed>,
    /// Commits at most, 1 to 100, 50 if left out.
    limit: Option<Trimmed>,
}

/// A part of the log, the newest commit first.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LogResponse<'a> {
    /// The commits, each with its first 10 changes.
    commits: Vec<LoggedCommit<'a>>,
    /// How many there are in all.
    total: i64,
}

/// A commit and how much it changed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LoggedCommit<'a> {
    #[serde(flatten)]
    commit: Commit<'a>,
    /// How many changes it has, in the folder if one was asked for.
    change_count: i64,
}

/// `GET /api/ui/v1/projects/{project}/commits` shows the log of a project.
pub(crate) async fn log(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<LogQuery>,
) -> Result<Response, Problem> {
    let path = secret_path(&query.path)?;
    let request = ReadLog {
        project: ProjectName::IdOrSlug(project),
        folder: query.environment.and_then(Trimmed::filled).map(|environment| (environment, path)),
        search: query.search.0,
        offset: number("offset", query.offset, 0)?,
        limit: number("limit", query.limit, LIMIT_DEFAULT)?,
    };
    let found = history::log(&app, &caller, &request).await?;
    let folder = found.folder_id.as_ref();
    let commits = found
        .commits
        .iter()
        .map(|(view, count)| LoggedCommit {
            commit: Commit::new((&view.row, view.is_author_gone), folder, &view.changes),
            change_count: *count,
        })
        .collect();
    Ok(Json(LogResponse { commits, total: found.total }).into_response())
}
