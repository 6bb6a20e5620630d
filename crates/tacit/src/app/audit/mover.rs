//! Moves events from the inbox to the database, a batch per transaction, and seals them there at once: nobody
//! waits for that.

use std::{
    sync::{Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tacit_store::{Connection, Database, audit_events};
use tokio::sync::Notify;

use super::{super::error::Result, Event, inbox::Inbox, recorder::Shared, sealer};

/// How long events gather before they are moved together.
const GATHER_TIME: Duration = Duration::from_millis(5);
/// How long to wait before trying again while the database is away, at most.
const RETRY_TIME_MAX: Duration = Duration::from_secs(2);

/// Moves batches, one at a time.
pub(super) struct Mover {
    database: Database,
    /// The last try did not end well: its events may be in the database all the same, because a
    /// connection can break between the commit and its confirmation.
    is_uncertain: bool,
}

impl Mover {
    /// A mover that has moved nothing yet.
    pub(super) const fn new(database: Database) -> Self {
        Self { database, is_uncertain: false }
    }

    /// Moves the oldest events of the inbox and says how many: none if it is empty.
    ///
    /// # Errors
    ///
    /// If the database fails. Then they stay in the inbox.
    pub(super) async fn move_batch(&mut self, inbox: &Mutex<Inbox>) -> Result<usize> {
        let batch = locked(inbox).next_batch();
        if batch.is_empty() {
            return Ok(0);
        }
        let events: Vec<&Event> = batch.iter().map(AsRef::as_ref).collect();
        if std::mem::replace(&mut self.is_uncertain, true) {
            self.store_missing(&events).await?;
        } else {
            self.store(&events).await?;
        }
        self.is_uncertain = false;
        let removable = locked(inbox).settle(batch.len());
        for file in removable {
            file.remove();
        }
        Ok(batch.len())
    }

    async fn store(&self, events: &[&Event]) -> Result<()> {
        let mut db = self.database.begin().await?;
        sealer::seal_with(&mut db, events).await?;
        Ok(db.commit().await?)
    }

    /// Stores those events that the database does not have.
    ///
    /// # Errors
    ///
    /// If the database fails. Then it has none of the missing ones.
    pub(super) async fn store_missing(&self, events: &[&Event]) -> Result<()> {
        let mut db = self.database.begin().await?;
        let missing = missing(&mut db, events).await?;
        sealer::seal_with(&mut db, &missing).await?;
        Ok(db.commit().await?)
    }
}

async fn missing<'a>(db: &mut Connection, events: &[&'a Event]) -> Result<Vec<&'a Event>> {
    let mut missing = Vec::new();
    for event in events {
        if !audit_events::exists(db, &event.id).await? {
            missing.push(*event);
        }
    }
    Ok(missing)
}

/// Moves what comes in until the recorder is dropped. Holds it only while it works.
pub(super) async fn run(recorder: Weak<Shared>, wake: std::sync::Arc<Notify>) {
    loop {
        wake.notified().await;
        let mut delay = GATHER_TIME;
        loop {
            tokio::time::sleep(delay).await;
            let Some(recorder) = recorder.upgrade() else { return };
            let Err(error) = recorder.move_all().await else { break };
            tracing::error!(error = &error as &dyn std::error::Error, "audit events wait for the database");
            delay = (delay * 2).min(RETRY_TIME_MAX);
        }
    }
}

/// The inbox, also after a panic elsewhere: each of its steps leaves it whole.
pub(super) fn locked(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}
