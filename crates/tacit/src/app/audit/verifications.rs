//! Proofs of whole logs that run, or have run, for the dashboard.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tacit_core::{id::OrganizationId, time::Timestamp};

use super::verify::Report;

/// Organizations whose last proof is remembered at most.
const REMEMBERED_MAX: usize = 10_000;

/// What is known of proving one log, on this node since it started.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// How far the proof that runs has come; `None` if none runs.
    pub running: Option<i64>,
    /// The last one that ended, and when.
    pub last: Option<(Timestamp, Report)>,
}

/// The proofs of this node.
#[derive(Debug, Default)]
pub(super) struct Verifications(Mutex<HashMap<OrganizationId, Verification>>);

impl Verifications {
    /// What is known of an organization.
    pub(super) fn get(&self, organization: &OrganizationId) -> Verification {
        self.locked().get(organization).cloned().unwrap_or_default()
    }

    /// Notes that a proof begins. Not if one runs already, here or in another organization: a node does one at a
    /// time, as each keeps a processor busy.
    pub(super) fn begin(&self, organization: &OrganizationId) -> bool {
        let mut all = self.locked();
        if all.values().any(|one| one.running.is_some()) {
            return false;
        }
        if all.len() >= REMEMBERED_MAX {
            all.clear();
        }
        all.entry(organization.clone()).or_default().running = Some(0);
        true
    }

    /// Notes how far it has come.
    pub(super) fn reached(&self, organization: &OrganizationId, sequence: i64) {
        if let Some(one) = self.locked().get_mut(organization) {
            one.running = Some(sequence);
        }
    }

    /// Notes how it ended; without a report if the database failed.
    pub(super) fn end(&self, organization: &OrganizationId, at: Timestamp, report: Option<Report>) {
        if let Some(one) = self.locked().get_mut(organization) {
            one.running = None;
            one.last = report.map(|report| (at, report)).or(one.last.take());
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<OrganizationId, Verification>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
