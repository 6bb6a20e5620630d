//! How many try settings at a time, each while somebody waits: webhooks, audit streams, auth methods.

use std::sync::Arc;

use quick_cache::sync::Cache;
use tacit_core::id::OrganizationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    super::error::{Error, Result},
    Egress,
};

/// Trials at a time.
const TRIALS_MAX: usize = 12;
/// Those of them of one organization: one that tries what never answers leaves the others room.
const OF_ONE_ORGANIZATION_MAX: usize = 3;
/// Organizations whose trials are counted.
const ORGANIZATIONS_MAX: usize = 10_000;

/// Who tries something at the moment.
pub(super) struct Trials {
    all: Arc<Semaphore>,
    organizations: Cache<OrganizationId, Arc<Semaphore>>,
}

/// A turn to try something; it ends when it is dropped.
pub struct TrialTurn {
    _shares: [OwnedSemaphorePermit; 2],
}

impl Default for Trials {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(TRIALS_MAX)), organizations: Cache::new(ORGANIZATIONS_MAX) }
    }
}

impl Egress {
    /// A turn for somebody of an organization to try something.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if too many try something already.
    pub fn trial_turn(&self, organization_id: &OrganizationId) -> Result<TrialTurn> {
        self.0.trials.turn(organization_id).ok_or(Error::Busy)
    }
}

impl Trials {
    fn turn(&self, organization_id: &OrganizationId) -> Option<TrialTurn> {
        let share = || Ok::<_, Error>(Arc::new(Semaphore::new(OF_ONE_ORGANIZATION_MAX)));
        let share = self.organizations.get_or_insert_with(organization_id, share).ok()?;
        let of_organization = share.try_acquire_owned().ok()?;
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(TrialTurn { _shares: [of_organization, of_all] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_organization_leaves_the_others_room_and_all_together_have_an_end() {
        let trials = Trials::default();
        let of = |name: &str| {
            let id = OrganizationId::new(name);
            (0..100).map_while(|_| trials.turn(&id)).collect::<Vec<_>>()
        };
        let acme = of("acme");
        assert_eq!(acme.len(), OF_ONE_ORGANIZATION_MAX);

        let others: Vec<_> = (0..10).flat_map(|number| of(&format!("other {number}"))).collect();
        assert_eq!(acme.len() + others.len(), TRIALS_MAX);

        drop(acme);
        assert_eq!(of("acme").len(), OF_ONE_ORGANIZATION_MAX);
    }
}
