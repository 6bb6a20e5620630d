//! One reader of a project's log that waits for more.

use tacit_core::id::ProjectId;
use tacit_store::commits;
use tokio::time::Instant;

use super::{
    change::LoggedChange, cursor::Cursor, importers, interest::Interest, signals::Watch, slots::Slot,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    authentication::Session,
    error::{Error, Result},
};

/// Changes read from the log at a time. A reader that is slower than the project reads what it missed
/// from the log, so that nothing is kept for it in memory.
const READ_MAX: i64 = 500;

/// An open stream of a project's changes. Dropping it ends it.
pub struct Subscription {
    app: App,
    session: Session,
    project: ProjectId,
    interest: Interest,
    cursor: Cursor,
    watch: Watch,
    /// Whether the log may have more after the cursor.
    is_behind: bool,
    /// When the next sign of life is due.
    heartbeat_at: Instant,
    _slot: Slot,
}

/// What a stream says next.
#[derive(Debug)]
pub enum Step {
    /// These changes; never none.
    Changes(Vec<LoggedChange>),
    /// Nothing happened, and it is still there.
    Heartbeat,
}

/// A subscription to be opened.
#[derive(Debug)]
pub struct Subscribe {
    /// The project.
    pub project: ProjectName,
    /// What it is about.
    pub interest: Interest,
    /// Where to go on; `None` begins with what happens from now on.
    pub after: Option<Cursor>,
}

/// Opens a stream of a project's changes. What it tells is decided by the rights the caller has when
/// it is told, and it ends when the caller's credential or membership does.
///
/// # Errors
///
/// [`Error::NotFound`] and [`Error::Refused`] as for every entry to a project, [`Error::Forbidden`]
/// without the right to follow it, [`Error::Invalid`] for a cursor that is not in the log,
/// [`Error::TooMany`] if the caller has too many streams open.
pub async fn subscribe(
    app: &App,
    caller: &Caller,
    session: Session,
    request: Subscribe,
) -> Result<Subscription> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &request.project, app.now()).await?;
    request.interest.require(&access)?;
    let project = &access.project;
    let cursor = request.after.unwrap_or_else(|| Cursor::end_of(project.revision));
    if cursor.revision() > project.revision {
        return Err(Error::Invalid(format!(
            "There is no revision {} yet; the newest is {}",
            cursor.revision(),
            project.revision
        )));
    }
    let oldest = commits::oldest(&mut db, &project.id).await?;
    if let Some(oldest) = oldest.filter(|oldest| cursor.next_revision() < *oldest) {
        return Err(Error::Invalid(format!(
            "The changes after revision {} are not kept any more; the oldest is revision {oldest}",
            cursor.revision()
        )));
    }
    drop(db);
    let slot = app.changes.slots.take(&project.id, &caller.actor)?;
    app.audit.record(Event::new(app, caller, "subscribe-project-events").project(&project.id))?;
    Ok(Subscription {
        watch: app.changes.watch(app, project),
        project: project.id.clone(),
        interest: request.interest,
        session,
        cursor,
        // Something may have happened since the project was read.
        is_behind: true,
        heartbeat_at: Instant::now() + app.changes.timing.heartbeat,
        app: app.clone(),
        _slot: slot,
    })
}

impl Subscription {
    /// How far it has come: after all that it said.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Waits for what comes next. `None` is the end: the caller may not follow the project any more,
    /// the server stops, or the database is away. Reading on after the cursor loses nothing.
    pub async fn next(&mut self) -> Option<Step> {
        loop {
            if *self.watch.stop.borrow() {
                return None;
            }
            let is_due = !self.is_behind && !self.wait().await?;
            // Also before a sign of life: who may not be here any more gets none.
            let changes = match self.read().await {
                Ok(changes) => changes,
                Err(error) => {
                    tracing::debug!(%error, "an event stream ends");
                    return None;
                }
            };
            if is_due || !changes.is_empty() {
                self.heartbeat_at = Instant::now() + self.app.changes.timing.heartbeat;
                return Some(if changes.is_empty() { Step::Heartbeat } else { Step::Changes(changes) });
            }
        }
    }

    /// Waits until something moved (`true`) or a sign of life is due (`false`). `None` is the end.
    async fn wait(&mut self) -> Option<bool> {
        tokio::select! {
            _ = self.watch.stop.changed() => None,
            moved = self.watch.state.changed() => moved.ok().map(|()| true),
            () = tokio::time::sleep_until(self.heartbeat_at) => Some(false),
        }
    }

    /// Reads on in the log with the rights of now.
    async fn read(&mut self) -> Result<Vec<LoggedChange>> {
        let app = self.app.clone();
        let caller = self.session.caller(&app).await?;
        let mut db = app.database.read().await?;
        let name = ProjectName::Id(self.project.to_string());
        let access = ProjectAccess::enter(&mut db, &caller, &name, app.now()).await?;
        self.interest.require(&access)?;
        let (revision, position) = (self.cursor.revision(), self.cursor.position());
        let mut rows = commits::changes_after(&mut db, &self.project, revision, position, READ_MAX).await?;
        self.is_behind = i64::try_from(rows.len()).is_ok_and(|count| count >= READ_MAX);
        if let Some(last) = rows.last() {
            self.cursor = if self.is_behind {
                Cursor::after(last.revision, last.position)
            } else {
                Cursor::end_of(last.revision)
            };
        }
        if self.interest.has_import_mutations() {
            let told = importers::of(&mut db, &self.project, &rows).await?;
            rows.extend(told);
        }
        drop(db);
        let seen = rows.into_iter().filter_map(|row| LoggedChange::seen_by(&caller, &access, row));
        Ok(seen.filter(|change| self.interest.includes(change)).collect())
    }
}
