//! Backups that a server makes itself: on time, or when an administrator asks; each is restored on trial at once.
//!
//! One server of a cluster at a time makes or tries one: it holds a lease in the database, which it prolongs. The
//! file is in the folder of the server that made it. What goes wrong is noted and shown, and stops nothing else.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use tacit_core::{id::BackupId, time::Timestamp};
use tacit_store::{
    backup_runs::{self, BackupRunRow},
    copy::Snapshot,
    instance,
};
use tokio::runtime::Handle;

use super::{BackupFailure, Loaded, NewFile, TrialFolder, Written, file, write};
use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// How long a lease is good for without being prolonged, in seconds: so long no other server takes over from one
/// that was killed.
const LEASE_SECONDS: i64 = 300;
/// Time between two prolongations.
const PROLONG_PERIOD: Duration = Duration::from_mins(1);
/// How soon a backup that failed is tried again, in seconds.
const RETRY_SECONDS: i64 = 15 * 60;
/// How long failures and removed files are remembered, in seconds.
const MEMORY_SECONDS: i64 = 90 * 24 * 60 * 60;
/// How many backups are shown.
const SHOWN_MAX: i64 = 50;
/// What is said of one whose server stopped or was killed.
const GIVEN_UP: &str = "the server was stopped before the backup was finished";
/// What is said while another one is being made.
const BUSY: &str = "A backup is being made or tried at the moment";

/// What the operator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Where the files go.
    pub folder: PathBuf,
    /// Seconds from the beginning of one to that of the next.
    pub every_seconds: i64,
    /// How many files stay.
    pub kept: usize,
    /// What this server is called: its host name.
    pub node: String,
}

/// What there is.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What the operator chose; none if this server makes no backups.
    pub schedule: Option<Schedule>,
    /// The latest backups, the last one first.
    pub runs: Vec<BackupRunRow>,
    /// The latest that was made.
    pub last_made: Option<BackupRunRow>,
    /// The one that was restored on trial last.
    pub last_drill: Option<BackupRunRow>,
    /// The time of the server, for ages.
    pub now: Timestamp,
}

/// Shows the latest backups.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn list(app: &App, caller: &Caller) -> Result<Overview> {
    let overview = overview(app).await?;
    app.audit.record_look(Event::new(app, caller, "get-backups"))?;
    Ok(overview)
}

/// What there is, for whom it concerns anyway: metrics.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn overview(app: &App) -> Result<Overview> {
    let mut db = app.database.read().await?;
    Ok(Overview {
        schedule: app.settings.backups.clone(),
        runs: backup_runs::list(&mut db, SHOWN_MAX).await?,
        last_made: backup_runs::find_last_made(&mut db).await?,
        last_drill: backup_runs::find_last_drill(&mut db).await?,
        now: app.now(),
    })
}

/// Makes a backup if one is due, and tries it. `None` if none is, or the instance is not set up yet.
///
/// # Errors
///
/// Only if it could not be noted how it went.
pub async fn make_due(app: &App) -> Result<Option<BackupRunRow>> {
    let Some(schedule) = app.settings.backups.clone() else { return Ok(None) };
    let mut db = app.database.read().await?;
    let last = backup_runs::list(&mut db, 1).await?;
    // Before the set-up there is nothing to back up, and the next one would be a day later.
    let is_set_up = instance::find(&mut db).await?.is_some_and(|row| row.initialized_at.is_some());
    drop(db);
    if !is_set_up || !is_due(&schedule, last.first(), app.now()) {
        return Ok(None);
    }
    match begin(app, &schedule, None).await? {
        Some(run) => carry_out(app, schedule, Task::Make, run).await.map(Some),
        None => Ok(None),
    }
}

/// Makes a backup now, and tries it.
///
/// # Errors
///
/// [`Error::Invalid`] if no folder is set, [`Error::Conflict`] while another one is being made.
pub async fn make_now(app: &App, caller: &Caller) -> Result<BackupRunRow> {
    let schedule = schedule(app)?;
    let event = Event::new(app, caller, "create-backup");
    let run = begin(app, &schedule, Some(event)).await?.ok_or(Error::Conflict(BUSY))?;
    carry_out(app, schedule, Task::Make, run).await
}

/// Restores a backup of this server on trial now.
///
/// # Errors
///
/// [`Error::NotFound`] if its file is not here, [`Error::Conflict`] while another one is being made.
pub async fn check_now(app: &App, caller: &Caller, id: &BackupId) -> Result<BackupRunRow> {
    let schedule = schedule(app)?;
    let run = find_here(app, &schedule, id).await?;
    let (event, node) =
        (Event::new(app, caller, "check-backup").with("backupId", id.as_str()), schedule.node.clone());
    let taken = app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            work.record(event);
            Ok(backup_runs::take_lease(&mut work.db, &node, now, now.plus_seconds(LEASE_SECONDS)).await?)
        })
    });
    if !taken.await? {
        return Err(Error::Conflict(BUSY));
    }
    carry_out(app, schedule, Task::Drill, run).await
}

/// Opens the file of a backup of this server.
///
/// # Errors
///
/// [`Error::NotFound`] if it is not here.
pub async fn open(app: &App, caller: &Caller, id: &BackupId) -> Result<(BackupRunRow, File)> {
    let schedule = schedule(app)?;
    let run = find_here(app, &schedule, id).await?;
    let file = File::open(schedule.folder.join(&run.file_name)).map_err(|_| not_here())?;
    app.audit.record(Event::new(app, caller, "download-backup").with("backupId", id.as_str()))?;
    Ok((run, file))
}

fn schedule(app: &App) -> Result<Schedule> {
    let missing =
        || Error::Invalid("No folder for backups is set: start the server with --backup-dir".to_owned());
    app.settings.backups.clone().ok_or_else(missing)
}

async fn find_here(app: &App, schedule: &Schedule, id: &BackupId) -> Result<BackupRunRow> {
    let run = backup_runs::find(&mut app.database.read().await?, id).await?;
    let run = run.ok_or_else(|| Error::NotFound("There is no such backup".to_owned()))?;
    let is_here = run.node == schedule.node && schedule.folder.join(&run.file_name).is_file();
    if is_here && run.failure.is_none() && run.finished_at.is_some() { Ok(run) } else { Err(not_here()) }
}

fn not_here() -> Error {
    Error::NotFound("The file of this backup is not on this server".to_owned())
}

fn is_due(schedule: &Schedule, last: Option<&BackupRunRow>, now: Timestamp) -> bool {
    let Some(last) = last else { return true };
    // One that is being made has a lease. Without it, one that was not finished never will be.
    let pause = if last.finished_at.is_some() && last.failure.is_none() {
        schedule.every_seconds
    } else {
        schedule.every_seconds.min(RETRY_SECONDS)
    };
    now >= last.started_at.plus_seconds(pause)
}

/// Takes the lease and notes a new backup, which was asked for if there is an `event`. `None` if another server
/// was faster.
async fn begin(app: &App, schedule: &Schedule, event: Option<Event>) -> Result<Option<BackupRunRow>> {
    let schedule = schedule.clone();
    app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            let until = now.plus_seconds(LEASE_SECONDS);
            if !backup_runs::take_lease(&mut work.db, &schedule.node, now, until).await? {
                return Ok(None);
            }
            // Somebody else may have made one since it was looked at.
            let last = backup_runs::list(&mut work.db, 1).await?;
            if event.is_none() && !is_due(&schedule, last.first(), now) {
                backup_runs::set_lease(&mut work.db, &schedule.node, now).await?;
                return Ok(None);
            }
            backup_runs::give_up(&mut work.db, now, GIVEN_UP).await?;
            backup_runs::prune(&mut work.db, now.plus_seconds(-MEMORY_SECONDS)).await?;
            let run = new_run(work.app.new_id(), &schedule, now);
            backup_runs::insert(&mut work.db, &run).await?;
            if let Some(event) = event {
                work.record(event.with("backupId", run.id.as_str()));
            }
            Ok(Some(run))
        })
    })
    .await
}

fn new_run(id: BackupId, schedule: &Schedule, now: Timestamp) -> BackupRunRow {
    BackupRunRow {
        id,
        node: schedule.node.clone(),
        file_name: file::file_name(now),
        started_at: now,
        finished_at: None,
        size_bytes: None,
        row_count: None,
        failure: None,
        drill_started_at: None,
        drill_finished_at: None,
        drill_failure: None,
        is_removed: false,
    }
}

/// What is to be done under the lease.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Make,
    Drill,
}

/// Does it on a thread of its own, because it waits for the disk, and gives the lease back. It ends early if the server
/// stops.
async fn carry_out(app: &App, schedule: Schedule, task: Task, run: BackupRunRow) -> Result<BackupRunRow> {
    let (app, runtime, mut held) = (app.clone(), Handle::current(), app.backups.begin());
    let done = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            let id = run.id.clone();
            let result = tokio::select! {
                biased;
                () = held.stopped() => give_up(&app, id).await,
                result = perform(&app, &schedule, task, run) => result,
                () = prolong(&app, &schedule) => Err(Error::Internal("a lease was prolonged for ever".to_owned())),
            };
            set_lease(&app, &schedule, app.now()).await?;
            result
        })
    });
    done.await.map_err(|error| Error::Internal(format!("a backup did not end: {error}")))?
}

/// Notes that a backup will not be finished: the server stops. A trial is forgotten.
async fn give_up(app: &App, id: BackupId) -> Result<BackupRunRow> {
    app.write(move |work| {
        Box::pin(async move {
            backup_runs::give_up(&mut work.db, work.app.now(), GIVEN_UP).await?;
            let run = backup_runs::find(&mut work.db, &id).await?;
            run.ok_or_else(|| Error::not_found("Backup", &id))
        })
    })
    .await
}

async fn perform(app: &App, schedule: &Schedule, task: Task, mut run: BackupRunRow) -> Result<BackupRunRow> {
    file::remove_stale(&schedule.folder);
    if task == Task::Make {
        let made = make(app, &schedule.folder.join(&run.file_name)).await;
        run.finished_at = Some(app.now());
        match made {
            Ok(written) => {
                run.size_bytes = i64::try_from(written.bytes).ok();
                run.row_count = i64::try_from(written.rows).ok();
            }
            Err(error) => {
                tracing::error!(%error, "the backup was not made");
                run.failure = Some(error.to_string());
            }
        }
        note(app, run.clone(), false).await?;
        if run.failure.is_some() {
            return Ok(run);
        }
        remove_old(app, schedule).await?;
    }
    run.drill_started_at = Some(app.now());
    let tried = try_out(app, schedule, &run).await;
    run.drill_finished_at = Some(app.now());
    run.drill_failure = tried.err().map(|error| error.to_string());
    match &run.drill_failure {
        None => tracing::info!(file = run.file_name, rows = run.row_count, "a backup can be restored"),
        Some(error) => tracing::error!(error, file = run.file_name, "a backup cannot be restored"),
    }
    note(app, run.clone(), true).await?;
    Ok(run)
}

async fn make(app: &App, path: &Path) -> Result<Written, BackupFailure> {
    if let Err(error) = app.audit.flush().await {
        // They stay in the journal, which is not part of a backup.
        tracing::warn!(%error, "events of reads are not in the backup");
    }
    let now = app.now();
    let mut snapshot = Snapshot::of(&app.database).await?;
    let mut file = NewFile::create(path)?;
    let engine = app.database.engine_name();
    let written = write(&mut snapshot, engine, &app.keys.root(), &app.random, now, &mut file).await?;
    file.keep()?;
    Ok(written)
}

async fn try_out(app: &App, schedule: &Schedule, run: &BackupRunRow) -> Result<(), BackupFailure> {
    let mut file = File::open(schedule.folder.join(&run.file_name))?;
    let trial = TrialFolder::create(&schedule.folder.join(file::trial_name(run.id.as_str())))?;
    let (Loaded { rows, .. }, _) = trial.restore(&mut file, &app.keys.root()).await?;
    if i64::try_from(rows).ok() == run.row_count {
        return Ok(());
    }
    Err(BackupFailure::Damaged("the file is another backup than the one that was made".to_owned()))
}

async fn remove_old(app: &App, schedule: &Schedule) -> Result<()> {
    let removed = file::remove_old(&schedule.folder, schedule.kept).unwrap_or_else(|error| {
        tracing::warn!(%error, "old backups could not be removed");
        Vec::new()
    });
    let node = schedule.node.clone();
    app.write(move |work| {
        Box::pin(async move {
            for name in &removed {
                backup_runs::set_removed(&mut work.db, &node, name).await?;
            }
            Ok(())
        })
    })
    .await
}

async fn note(app: &App, run: BackupRunRow, is_drill: bool) -> Result<()> {
    app.write(move |work| {
        Box::pin(async move {
            if is_drill {
                backup_runs::finish_drill(&mut work.db, &run).await?;
            } else {
                backup_runs::finish(&mut work.db, &run).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Prolongs the lease for ever.
async fn prolong(app: &App, schedule: &Schedule) {
    loop {
        tokio::time::sleep(PROLONG_PERIOD).await;
        if let Err(error) = set_lease(app, schedule, app.now().plus_seconds(LEASE_SECONDS)).await {
            tracing::warn!(%error, "the lease for backups could not be prolonged");
        }
    }
}

async fn set_lease(app: &App, schedule: &Schedule, until: Timestamp) -> Result<()> {
    let node = schedule.node.clone();
    app.write(move |work| {
        Box::pin(async move { Ok(backup_runs::set_lease(&mut work.db, &node, until).await?) })
    })
    .await
}
