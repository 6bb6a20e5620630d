//! Events on their way from requests to the database: in the journal, and in memory.

use std::{collections::VecDeque, sync::Arc};

use super::{
    Event,
    journal::{Journal, Removable, frame},
};

/// Events that may wait for the database, at most. Then reads are refused.
pub(super) const EVENTS_MAX: usize = 65_536;
/// Size of the lines of all waiting events, in bytes, at most. Then reads are refused.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Events that are moved in one transaction, at most: on SQLite everybody who writes waits for it.
const BATCH_MAX: usize = 512;

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The database does not keep up, or is away.
    #[error("too many events wait for the database")]
    Full,
    /// The journal file.
    #[error("the audit journal cannot be written: {0}")]
    Journal(#[from] std::io::Error),
    /// A process that only writes was asked to read.
    #[error("this process has no audit journal, so nothing may be read by it")]
    NoJournal,
}

/// The events that are not known to be in the database, oldest first.
pub(super) struct Inbox {
    /// None in a process that only writes.
    journal: Option<Journal>,
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

struct Waiting {
    event: Arc<Event>,
    bytes: usize,
}

/// An event with its line, made before the inbox is locked.
pub(super) struct Letter {
    event: Arc<Event>,
    line: Vec<u8>,
}

impl Letter {
    /// Writes the line of an event.
    ///
    /// # Errors
    ///
    /// As [`frame::encode`].
    pub(super) fn new(event: Event) -> Result<Self, Refusal> {
        let line = frame::encode(&event)?;
        Ok(Self { event: Arc::new(event), line })
    }
}

impl Inbox {
    /// An empty inbox in front of a new journal. Without one it takes no events.
    pub(super) const fn new(journal: Option<Journal>) -> Self {
        Self { journal, waiting: VecDeque::new(), bytes: 0 }
    }

    /// Takes an event: the kernel has it when this returns.
    ///
    /// # Errors
    ///
    /// [`Refusal::Full`] above [`EVENTS_MAX`] or [`BYTES_MAX`], [`Refusal::Journal`] if it was not
    /// written, [`Refusal::NoJournal`] if there is none.
    pub(super) fn take(&mut self, letter: Letter) -> Result<(), Refusal> {
        let Letter { event, line } = letter;
        let bytes = line.len();
        if self.waiting.len() >= EVENTS_MAX || self.bytes + bytes > BYTES_MAX {
            return Err(Refusal::Full);
        }
        self.journal.as_mut().ok_or(Refusal::NoJournal)?.append(&line)?;
        self.waiting.push_back(Waiting { event, bytes });
        self.bytes += bytes;
        Ok(())
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The oldest events. They stay until they are settled.
    pub(super) fn next_batch(&self) -> Vec<Arc<Event>> {
        self.waiting.iter().take(BATCH_MAX).map(|waiting| Arc::clone(&waiting.event)).collect()
    }

    /// Lets go of the oldest `count` events, which the database has. Returns the files that may go.
    pub(super) fn settle(&mut self, count: usize) -> Vec<Removable> {
        for waiting in self.waiting.drain(..count.min(self.waiting.len())) {
            self.bytes -= waiting.bytes;
        }
        self.journal.as_mut().map(|journal| journal.settle(count)).unwrap_or_default()
    }

    /// Empties the journal if nothing waits.
    pub(super) fn clear(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.clear();
        }
    }
}
