//! How far rights and projects have come, as far as this process knows. What a cache holds is good for
//! as long as these stand still (architecture 5).
//!
//! A transaction of this process moves them once it is durable and before anybody is told so: who wrote
//! reads what was written. On SQLite there is no other process. On PostgreSQL the [feed](crate::feed)
//! asks what other nodes changed; what it has not confirmed within [`TRUST_MAX`] is not trusted, and
//! readers go to the database.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use tacit_core::id::ProjectId;

use crate::database::Changes;

/// For how long something that was confirmed is trusted, in milliseconds: the staleness bound.
pub const TRUST_MAX: i64 = 1_000;
/// Rounds of the feed in which a project was not asked for, after which it is forgotten.
const IDLE_ROUNDS_MAX: u32 = 1_200;

/// Milliseconds since some moment before this process began, of a clock that never goes back.
pub type Uptime = i64;

/// The state of the rights that something in a cache was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightsEpoch(u64);

/// What is known of the database's revisions.
#[derive(Debug)]
pub struct Revisions {
    /// Whether no other process writes to the database.
    is_alone: bool,
    epoch: AtomicU64,
    /// The number that the database had for the rights when it was last looked at.
    stored_rights: AtomicI64,
    rights_confirmed_at: AtomicI64,
    projects: RwLock<HashMap<ProjectId, Known>>,
}

#[derive(Debug)]
struct Known {
    revision: i64,
    confirmed_at: Uptime,
    was_asked_for: AtomicBool,
    idle_rounds: u32,
}

impl Revisions {
    /// Nothing known yet.
    pub(crate) fn new(is_alone: bool) -> Self {
        Self {
            is_alone,
            epoch: AtomicU64::new(0),
            stored_rights: AtomicI64::new(i64::MIN),
            rights_confirmed_at: AtomicI64::new(Uptime::MIN),
            projects: RwLock::default(),
        }
    }

    /// The present state of the rights; none while it is not known for sure. Ask before reading what is
    /// kept under it: then it is at least as new as what it is kept under.
    #[must_use]
    pub fn rights(&self, now: Uptime) -> Option<RightsEpoch> {
        let is_known = self.is_trusted(self.rights_confirmed_at.load(Ordering::Acquire), now);
        is_known.then(|| RightsEpoch(self.epoch.load(Ordering::Acquire)))
    }

    /// The present revision of a project; none while it is not known for sure.
    #[must_use]
    pub fn project(&self, id: &ProjectId, now: Uptime) -> Option<i64> {
        let projects = self.read();
        let known = projects.get(id)?;
        if !known.was_asked_for.load(Ordering::Relaxed) {
            known.was_asked_for.store(true, Ordering::Relaxed);
        }
        self.is_trusted(known.confirmed_at, now).then_some(known.revision)
    }

    /// A reader that began at `began_at` found a project at this revision.
    pub fn saw_project(&self, id: &ProjectId, revision: i64, began_at: Uptime) {
        if self.read().get(id).is_some_and(|known| self.is_alone && known.revision >= revision) {
            return;
        }
        self.write()
            .entry(id.clone())
            .and_modify(|known| known.see(revision, began_at))
            .or_insert_with(|| Known::new(revision, began_at));
    }

    /// What a transaction of this process changed is durable. `stored_rights` is what the database has
    /// for the rights since, where that is kept.
    pub(crate) fn committed(&self, changes: &Changes, stored_rights: Option<i64>) {
        for (id, revision) in &changes.projects {
            self.write()
                .entry(id.clone())
                .and_modify(|known| known.see(*revision, Uptime::MIN))
                .or_insert_with(|| Known::new(*revision, Uptime::MIN));
        }
        if changes.rights {
            if let Some(stored) = stored_rights {
                self.stored_rights.fetch_max(stored, Ordering::AcqRel);
            }
            self.epoch.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// The projects whose revisions the feed shall look at. Those that nobody asked for in a while are
    /// forgotten.
    pub(crate) fn followed(&self) -> Vec<ProjectId> {
        let mut projects = self.write();
        projects.retain(|_, known| known.is_in_use());
        projects.keys().cloned().collect()
    }

    /// The feed began to look at `began_at` and found this. Projects among `followed` that it did not
    /// find are gone.
    pub(crate) fn confirm(
        &self,
        began_at: Uptime,
        rights: i64,
        followed: &[ProjectId],
        found: &HashMap<ProjectId, i64>,
    ) {
        if self.stored_rights.fetch_max(rights, Ordering::AcqRel) < rights {
            self.epoch.fetch_add(1, Ordering::AcqRel);
        }
        let mut projects = self.write();
        for id in followed {
            match (found.get(id), projects.get_mut(id)) {
                (Some(revision), Some(known)) => known.see(*revision, began_at),
                (None, Some(_)) => drop(projects.remove(id)),
                (_, None) => {}
            }
        }
        drop(projects);
        self.rights_confirmed_at.fetch_max(began_at, Ordering::AcqRel);
    }

    fn is_trusted(&self, confirmed_at: Uptime, now: Uptime) -> bool {
        self.is_alone || now.saturating_sub(confirmed_at) <= TRUST_MAX
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<ProjectId, Known>> {
        self.projects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<ProjectId, Known>> {
        self.projects.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    const fn new(revision: i64, confirmed_at: Uptime) -> Self {
        Self { revision, confirmed_at, was_asked_for: AtomicBool::new(true), idle_rounds: 0 }
    }

    /// Revisions only rise, so an older one is old news.
    fn see(&mut self, revision: i64, at: Uptime) {
        if revision >= self.revision {
            self.revision = revision;
            self.confirmed_at = self.confirmed_at.max(at);
        }
    }

    fn is_in_use(&mut self) -> bool {
        let was_asked_for = self.was_asked_for.swap(false, Ordering::Relaxed);
        self.idle_rounds = if was_asked_for { 0 } else { self.idle_rounds + 1 };
        self.idle_rounds <= IDLE_ROUNDS_MAX
    }
}

#[cfg(test)]
mod tests;
