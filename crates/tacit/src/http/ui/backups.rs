//! `/api/ui/v1/admin/backups`: the backups that servers make, for administrators of the instance.

use std::{fs::File, io, time::Duration};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::Response,
};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{id::BackupId, time::Timestamp};
use tacit_store::backup_runs::BackupRunRow;
use tokio::io::AsyncReadExt;

use crate::{
    app::{
        App, Caller,
        backup::{self, Overview, Schedule},
    },
    http::{extract::Path, problem::Problem},
};

/// Bytes of a file that are sent at once.
const PIECE_BYTES: usize = 256 * 1024;

/// What `GET /api/ui/v1/admin/backups` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupsResponse {
    /// What this server makes; null if it makes none.
    schedule: Option<ScheduleWire>,
    /// The latest backups of all servers, the last one first.
    backups: Vec<BackupWire>,
    /// Seconds since the last backup was made; null if there is none.
    age_seconds: Option<i64>,
    /// The last backup that was made.
    last_made: Option<BackupWire>,
    /// The one that was restored on trial last.
    last_checked: Option<BackupWire>,
}

/// What a server makes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleWire {
    /// Seconds from one backup to the next.
    every_seconds: i64,
    /// How many files stay.
    kept: usize,
    /// The host name of this server.
    node: String,
}

/// A backup.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupWire {
    id: BackupId,
    /// The host name of the server that has the file.
    node: String,
    file_name: String,
    started_at: Timestamp,
    /// Null while it is being written.
    finished_at: Option<Timestamp>,
    size_bytes: Option<i64>,
    row_count: Option<i64>,
    /// Why it was not made; null if it was.
    failure: Option<String>,
    /// When it was last restored on trial; null if it was not.
    checked_at: Option<Timestamp>,
    /// How long that took.
    check_seconds: Option<i64>,
    /// Why it could not be restored; null if it could.
    check_failure: Option<String>,
    /// Whether the file was removed to make place for later ones.
    is_removed: bool,
}

/// What making and checking a backup answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BackupResponse {
    backup: BackupWire,
}

/// `GET /api/ui/v1/admin/backups` shows the latest backups and what came of restoring them.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<BackupsResponse>, Problem> {
    Ok(Json(backup::list(&app, &caller).await?.into()))
}

/// `POST /api/ui/v1/admin/backups` makes a backup, restores it on trial, and answers when that is done. It goes on
/// if nobody waits for the answer.
pub(crate) async fn create(State(app): State<App>, caller: Caller) -> Result<Json<BackupResponse>, Problem> {
    Ok(Json(BackupResponse { backup: backup::make_now(&app, &caller).await?.into() }))
}

/// `POST /api/ui/v1/admin/backups/{backup}/check` restores a backup on trial.
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<BackupId>,
) -> Result<Json<BackupResponse>, Problem> {
    Ok(Json(BackupResponse { backup: backup::check_now(&app, &caller, &id).await?.into() }))
}

/// `GET /api/ui/v1/admin/backups/{backup}/file` gives the file, which the root key opens and nothing else.
pub(crate) async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<BackupId>,
) -> Result<Response, Problem> {
    let (row, file) = backup::open(&app, &caller, &id).await?;
    let mut response = Response::new(streamed(file));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    if let Some(length) = row.size_bytes {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", row.file_name)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn streamed(file: File) -> Body {
    Body::from_stream(stream::unfold(tokio::fs::File::from_std(file), |mut file| async {
        let mut piece = vec![0; PIECE_BYTES];
        let read: io::Result<usize> = file.read(&mut piece).await;
        match read {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some((Ok(Bytes::from(piece)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    }))
}

impl From<Overview> for BackupsResponse {
    fn from(overview: Overview) -> Self {
        let finished_at = overview.last_made.as_ref().and_then(|run| run.finished_at);
        Self {
            schedule: overview.schedule.map(ScheduleWire::from),
            backups: overview.runs.into_iter().map(BackupWire::from).collect(),
            age_seconds: finished_at.map(|time| overview.now.seconds() - time.seconds()),
            last_made: overview.last_made.map(BackupWire::from),
            last_checked: overview.last_drill.map(BackupWire::from),
        }
    }
}

impl From<Schedule> for ScheduleWire {
    fn from(schedule: Schedule) -> Self {
        Self { every_seconds: schedule.every_seconds, kept: schedule.kept, node: schedule.node }
    }
}

impl From<BackupRunRow> for BackupWire {
    fn from(row: BackupRunRow) -> Self {
        let check = row.drill_started_at.zip(row.drill_finished_at);
        let millis =
            |(start, end): (Timestamp, Timestamp)| u64::try_from(end.millis() - start.millis()).unwrap_or(0);
        let seconds =
            |check| i64::try_from(Duration::from_millis(millis(check)).as_secs()).unwrap_or(i64::MAX);
        Self {
            check_seconds: check.map(seconds),
            id: row.id,
            node: row.node,
            file_name: row.file_name,
            started_at: row.started_at,
            finished_at: row.finished_at,
            size_bytes: row.size_bytes,
            row_count: row.row_count,
            failure: row.failure,
            checked_at: row.drill_finished_at,
            check_failure: row.drill_failure,
            is_removed: row.is_removed,
        }
    }
}
