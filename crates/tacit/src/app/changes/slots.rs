//! How many streams are open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tacit_core::id::ProjectId;

use crate::app::{
    caller::Actor,
    error::{Error, Result},
};

/// Streams that one actor may have open on one project at a time, on one node (wire-contract 14).
pub const STREAMS_PER_ACTOR_MAX: usize = 5;
/// Streams that one node keeps open.
pub const STREAMS_MAX: usize = 10_000;

/// Counts the open streams of this node. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_reader: HashMap<Reader, usize>,
}

/// A project and who reads it: kind and id of the actor.
type Reader = (ProjectId, &'static str, String);

/// The place of an open stream, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Slots,
    reader: Reader,
}

impl Slots {
    /// Takes a place.
    pub(super) fn take(&self, project: &ProjectId, actor: &Actor) -> Result<Slot> {
        let reader = (project.clone(), actor.kind(), actor.id().to_owned());
        let mut counts = self.lock();
        if counts.all >= STREAMS_MAX {
            return Err(Error::Busy);
        }
        let count = counts.by_reader.entry(reader.clone()).or_default();
        if *count >= STREAMS_PER_ACTOR_MAX {
            return Err(Error::TooMany(format!(
                "You have {STREAMS_PER_ACTOR_MAX} event streams of this project open already"
            )));
        }
        *count += 1;
        counts.all += 1;
        Ok(Slot { slots: self.clone(), reader })
    }

    /// How many are open.
    pub(super) fn count(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.slots.lock();
        counts.all -= 1;
        if let Some(count) = counts.by_reader.get_mut(&self.reader) {
            *count -= 1;
            if *count == 0 {
                counts.by_reader.remove(&self.reader);
            }
        }
    }
}
