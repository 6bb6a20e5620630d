//! Wakes the streams of this node: at once for what this node writes, within a second for what other
//! nodes write.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tacit_core::id::{OrganizationId, ProjectId};
use tacit_store::projects::{self, ProjectRow};
use tokio::sync::watch;

use super::slots::Slots;
use crate::app::{App, error::Result};

/// How often streams look up and speak.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Time between two looks at what other nodes wrote, per project that is followed here.
    pub poll: Duration,
    /// Time after which a silent stream says that it is still there. Clients give up after two
    /// minutes of silence (wire-contract 21).
    pub heartbeat: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { poll: Duration::from_secs(1), heartbeat: Duration::from_secs(15) }
    }
}

/// Wakes the streams of this node.
#[derive(Debug)]
pub struct Signals {
    pub(super) timing: Timing,
    pub(super) slots: Slots,
    watched: Mutex<HashMap<ProjectId, Arc<Watched>>>,
    stop: watch::Sender<bool>,
}

/// A project that is followed on this node.
#[derive(Debug)]
struct Watched {
    organization: OrganizationId,
    state: watch::Sender<State>,
}

/// What a stream is woken by. It only says that something moved: what moved is read from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    revision: i64,
    access_revision: i64,
    /// Raised when this node wrote something that may concern who may do what.
    checks: u64,
}

/// What wakes one stream.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) state: watch::Receiver<State>,
    pub(super) stop: watch::Receiver<bool>,
}

impl Default for Signals {
    fn default() -> Self {
        Self::new(Timing::default())
    }
}

impl Signals {
    /// Without any stream yet.
    #[must_use]
    pub fn new(timing: Timing) -> Self {
        let (slots, watched, stop) = (Slots::default(), Mutex::default(), watch::Sender::new(false));
        Self { timing, slots, watched, stop }
    }

    /// How many streams are open.
    #[must_use]
    pub fn stream_count(&self) -> usize {
        self.slots.count()
    }

    /// Ends all streams, and those still to come.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// A commit of this node is durable.
    pub(in crate::app) fn committed(&self, project: &ProjectId, revision: i64) {
        let watched = self.lock().get(project).cloned();
        if let Some(watched) = watched {
            watched.state.send_if_modified(|state| {
                let is_new = revision > state.revision;
                state.revision = state.revision.max(revision);
                is_new
            });
        }
    }

    /// This node wrote something else than a commit; `None` if it is not known in which organization.
    /// Streams look whether they still may be there.
    pub(in crate::app) fn rights_may_have_changed(&self, organization: Option<&OrganizationId>) {
        let all: Vec<_> = self.lock().values().cloned().collect();
        for watched in all {
            if organization.is_none_or(|id| *id == watched.organization) {
                watched.state.send_modify(|state| state.checks += 1);
            }
        }
    }

    /// Begins to watch a project. One poll per project serves all its streams.
    pub(super) fn watch(&self, app: &App, project: &ProjectRow) -> Watch {
        let stop = self.stop.subscribe();
        let mut watched = self.lock();
        if let Some(known) = watched.get(&project.id) {
            return Watch { state: known.state.subscribe(), stop };
        }
        let first = State { revision: project.revision, access_revision: 0, checks: 0 };
        let new = Arc::new(Watched {
            organization: project.organization_id.clone(),
            state: watch::Sender::new(first),
        });
        let state = new.state.subscribe();
        watched.insert(project.id.clone(), Arc::clone(&new));
        tokio::spawn(poll(app.clone(), project.id.clone(), new));
        Watch { state, stop }
    }

    /// Whether nobody follows the project any more; then it is watched no longer.
    fn forget(&self, project: &ProjectId, watched: &Watched) -> bool {
        let mut all = self.lock();
        let is_over = watched.state.receiver_count() == 0;
        if is_over {
            all.remove(project);
        }
        is_over
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProjectId, Arc<Watched>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for what other nodes wrote, as long as somebody follows the project.
async fn poll(app: App, project: ProjectId, watched: Arc<Watched>) {
    loop {
        tokio::select! {
            () = watched.state.closed() => {}
            () = tokio::time::sleep(app.changes.timing.poll) => {}
        }
        if app.changes.forget(&project, &watched) {
            return;
        }
        // While the database is away streams end by themselves at their next look.
        if let Err(error) = look(&app, &project, &watched).await {
            tracing::warn!(%error, "the changes of other nodes cannot be seen");
        }
    }
}

async fn look(app: &App, project: &ProjectId, watched: &Watched) -> Result<()> {
    let found = projects::revisions(&mut app.database.read().await?, project).await?;
    watched.state.send_if_modified(|state| {
        let before = *state;
        match found {
            Some(found) => {
                state.revision = state.revision.max(found.revision);
                state.access_revision = found.access_revision;
            }
            None => state.checks += 1,
        }
        *state != before
    });
    Ok(())
}
