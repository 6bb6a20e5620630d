//! Events of reads and refusals on their way to the database.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use tacit_core::{id::IdSequence, random::Random, time::Timestamp};
use tacit_store::Database;
use tokio::sync::Notify;

use super::{
    super::error::{Error, Result},
    Event,
    inbox::{Inbox, Letter, Refusal},
    journal::{Journal, Leftovers},
    looks::Looks,
    mover::{self, Mover, locked},
    sealer,
    verifications::Verifications,
};

/// How long an answer waits for the database to take its event, at most.
const STORED_WAIT_MAX: Duration = Duration::from_secs(10);

/// Takes events of reads: into a journal file at once, into the database within milliseconds.
///
/// Cheap to clone. The journal is closed when the last clone is dropped; what is not in the database
/// by then is replayed at the next [`Recorder::open`].
#[derive(Clone)]
pub struct Recorder(Arc<Shared>);

/// What requests and the mover share.
pub(super) struct Shared {
    inbox: Mutex<Inbox>,
    mover: tokio::sync::Mutex<Mover>,
    wake: Arc<Notify>,
    database: Database,
    ids: IdSequence,
    written: Notify,
    looks: Looks,
    verifications: Verifications,
}

impl Recorder {
    /// Opens the journal in `folder`, replays what an earlier process left there, and starts moving.
    ///
    /// The folder is made if it is not there. One process may have it open.
    ///
    /// # Errors
    ///
    /// If another process has the journal open, it cannot be written, or the database fails.
    pub async fn open(database: Database, folder: &Path) -> Result<Self> {
        let journal = replay(&Mover::new(database.clone()), Leftovers::find(folder)?).await?;
        let recorder = Self::new(database, Some(journal));
        tokio::spawn(mover::run(Arc::downgrade(&recorder.0), Arc::clone(&recorder.0.wake)));
        Ok(recorder)
    }

    /// For a process that writes and reads nothing for anybody, such as a command beside a server: the events of writes are
    /// in their transactions, so it needs no journal, which one process alone may have open. Each [`Recorder::record`] is
    /// refused.
    #[must_use]
    pub fn of_writes(database: Database) -> Self {
        Self::new(database, None)
    }

    fn new(database: Database, journal: Option<Journal>) -> Self {
        Self(Arc::new(Shared {
            inbox: Mutex::new(Inbox::new(journal)),
            mover: tokio::sync::Mutex::new(Mover::new(database.clone())),
            wake: Arc::default(),
            database,
            ids: IdSequence::default(),
            written: Notify::new(),
            looks: Looks::default(),
            verifications: Verifications::default(),
        }))
    }

    /// Puts an event into the journal. When this returns, `kill -9` cannot lose it.
    ///
    /// # Errors
    ///
    /// [`Error::AuditUnavailable`] if the journal cannot be written, there is none, or the queue is full: the
    /// answer must not leave.
    pub fn record(&self, event: Event) -> Result<()> {
        Letter::new(event)
            .and_then(|letter| locked(&self.0.inbox).take(letter))
            .map_err(|refusal| refused(&refusal))?;
        self.0.wake.notify_one();
        Ok(())
    }

    /// Waits until everything recorded so far is in the database, where a power failure cannot lose it. Who comes
    /// while others wait is moved together with them.
    ///
    /// # Errors
    ///
    /// [`Error::AuditUnavailable`] if the database fails or takes longer than [`STORED_WAIT_MAX`]: the answer must
    /// not leave. The events stay in the journal.
    pub async fn stored(&self) -> Result<()> {
        let moved = tokio::time::timeout(STORED_WAIT_MAX, self.0.move_all()).await;
        let Err(error) = moved.map_err(|_| Error::Busy).flatten() else { return Ok(()) };
        tracing::error!(error = &error as &dyn std::error::Error, "an event was not stored");
        Err(Error::AuditUnavailable)
    }

    /// As [`Recorder::record`], for a look at how something goes, which pages ask for again and again: the same look is one
    /// event in ten minutes.
    ///
    /// # Errors
    ///
    /// As [`Recorder::record`].
    pub fn record_look(&self, event: Event) -> Result<()> {
        let look =
            self.0.looks.find_new(&event).map_err(|error| Error::Internal(format!("an event: {error}")))?;
        let Some(look) = look else { return Ok(()) };
        self.record(event)?;
        self.0.looks.remember(&look);
        Ok(())
    }

    /// Moves everything to the database, seals it and returns when it is there: for those who look at the log,
    /// and for a graceful stop.
    ///
    /// # Errors
    ///
    /// If the database fails. Then the events stay in the journal.
    pub async fn flush(&self) -> Result<()> {
        self.0.move_all().await?;
        locked(&self.0.inbox).clear();
        self.seal().await
    }

    /// Seals what writers have left, on this node or on others.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn seal(&self) -> Result<()> {
        sealer::seal_all(&self.0.database).await
    }

    /// The id of the next event. Events are sealed in the order of their ids.
    pub(super) fn new_id(&self, now: Timestamp, random: &Random) -> String {
        self.0.ids.next(now, random)
    }

    /// Tells the job that seals that there is something to do.
    pub(in crate::app) fn wrote(&self) {
        self.0.written.notify_one();
    }

    /// The proofs of whole logs that run here.
    pub(super) fn verifications(&self) -> &Verifications {
        &self.0.verifications
    }

    /// Waits until somebody wrote.
    pub async fn written(&self) {
        self.0.written.notified().await;
    }
}

impl Shared {
    /// Moves as many events as wait now.
    pub(super) async fn move_all(&self) -> Result<()> {
        let mut mover = self.mover.lock().await;
        let mut remaining = locked(&self.inbox).len();
        while remaining > 0 {
            remaining = remaining.saturating_sub(mover.move_batch(&self.inbox).await?);
        }
        Ok(())
    }
}

/// Lets the mover end.
impl Drop for Shared {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

/// Stores what an earlier process left, once, and begins a new journal.
async fn replay(mover: &Mover, leftovers: Leftovers) -> Result<Journal> {
    for path in leftovers.files() {
        let events = Leftovers::events(path)?;
        mover.store_missing(&events.iter().collect::<Vec<_>>()).await?;
    }
    leftovers.replace()
}

fn refused(refusal: &Refusal) -> Error {
    tracing::error!(error = refusal as &dyn std::error::Error, "an event was not recorded");
    Error::AuditUnavailable
}
