//! How long requests may take and how many run at a time, so that somebody who answers slowly or never holds up nobody
//! but those who need exactly that answer.

use std::{hash::Hash, sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use tacit_core::id::OrganizationId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    time::timeout,
};

use super::{Egress, EgressError};

/// Questions at a time, each of which holds a thread.
const QUESTIONS_MAX: usize = 128;
/// Those of them of one organization: one whose hosts are all silent leaves the others room.
const OF_ONE_ORGANIZATION_MAX: usize = 48;
/// Those of them to one host: one that is silent leaves the others room.
const OF_ONE_HOST_MAX: usize = 16;
/// Questions of one organization to one host that wait for their turn. More are refused at once.
const WAITING_MAX: usize = 1_000;
/// Organizations, and hosts, whose questions are counted.
const COUNTED_MAX: usize = 10_000;

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A name to resolve, and then a connection to be made.
    pub connect: Duration,
    /// A request in all.
    pub request: Duration,
    /// A question to get its turn.
    pub turn: Duration,
    /// A login to be judged, with all that is asked for it.
    pub judgement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(10),
            turn: Duration::from_secs(5),
            judgement: Duration::from_secs(20),
        }
    }
}

/// Who asks at the moment.
pub(super) struct Questions {
    all: Arc<Semaphore>,
    organizations: Cache<OrganizationId, Arc<Semaphore>>,
    hosts: Cache<String, Arc<Semaphore>>,
    lines: Cache<(OrganizationId, String), Arc<Line>>,
}

/// Questions of one organization to one host.
struct Line {
    in_front: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(QUESTIONS_MAX)),
            organizations: Cache::new(COUNTED_MAX),
            hosts: Cache::new(COUNTED_MAX),
            lines: Cache::new(COUNTED_MAX),
        }
    }
}

impl Default for Line {
    fn default() -> Self {
        Self { in_front: Arc::new(Semaphore::new(OF_ONE_HOST_MAX)), waiting: Semaphore::new(WAITING_MAX) }
    }
}

/// A turn to ask somebody a question; it ends when it is dropped. It goes with the thread that asks, not with who waits for
/// the answer.
pub struct QuestionTurn {
    _shares: [OwnedSemaphorePermit; 4],
}

impl Egress {
    /// A turn for an organization to ask a host, with its port, a question.
    ///
    /// # Errors
    ///
    /// [`EgressError::Busy`] if none came in time, or too many wait already.
    pub async fn question_turn(
        &self,
        organization_id: &OrganizationId,
        host: &str,
    ) -> Result<QuestionTurn, EgressError> {
        let turn = timeout(self.0.limits.turn, self.0.questions.turn(organization_id, host)).await;
        turn.unwrap_or(Err(EgressError::Busy))
    }
}

impl Questions {
    /// What only the same organization wants comes first, and what everybody wants last: who waits for a host that is slow,
    /// or for others of its organization, takes nobody else's place meanwhile.
    async fn turn(&self, organization_id: &OrganizationId, host: &str) -> Result<QuestionTurn, EgressError> {
        let place = (organization_id.clone(), host.to_owned());
        let line = self.lines.get_or_insert_with(&place, || Ok::<_, EgressError>(Arc::<Line>::default()))?;
        let in_line = line.come_to_the_front().await?;
        let of_organization = take_of(&self.organizations, &place.0, OF_ONE_ORGANIZATION_MAX).await?;
        let of_host = take_of(&self.hosts, &place.1, OF_ONE_HOST_MAX).await?;
        Ok(QuestionTurn { _shares: [in_line, of_organization, of_host, take(&self.all).await?] })
    }
}

impl Line {
    async fn come_to_the_front(&self) -> Result<OwnedSemaphorePermit, EgressError> {
        match Arc::clone(&self.in_front).try_acquire_owned() {
            Err(TryAcquireError::NoPermits) => {}
            at_once => return at_once.map_err(|_| EgressError::Busy),
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| EgressError::Busy)?;
        take(&self.in_front).await
    }
}

async fn take_of<K: Clone + Eq + Hash>(
    shares: &Cache<K, Arc<Semaphore>>,
    whose: &K,
    size: usize,
) -> Result<OwnedSemaphorePermit, EgressError> {
    let share = shares.get_or_insert_with(whose, || Ok::<_, EgressError>(Arc::new(Semaphore::new(size))));
    take(&share?).await
}

async fn take(share: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, EgressError> {
    Arc::clone(share).acquire_owned().await.map_err(|_| EgressError::Busy)
}

#[cfg(test)]
mod tests {
    use futures_util::future::FutureExt as _;

    use super::*;

    /// Turns that come at once.
    fn turns(questions: &Questions, organization: &str, host: &str, count: usize) -> Vec<QuestionTurn> {
        let id = OrganizationId::new(organization);
        let turn = || questions.turn(&id, host).now_or_never()?.ok();
        (0..count).map_while(|_| turn()).collect()
    }

    #[test]
    fn one_host_takes_no_more_than_its_share_and_few_wait_for_it() {
        let (questions, acme) = (Questions::default(), OrganizationId::new("acme"));
        let slow = turns(&questions, "acme", "slow", 100);
        assert_eq!(slow.len(), OF_ONE_HOST_MAX);

        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(questions.turn(&acme, "slow"))).collect();
        assert!(waiting.iter_mut().all(|turn| turn.now_or_never().is_none()));
        let one_more = questions.turn(&acme, "slow").now_or_never().unwrap();
        assert_eq!(one_more.err(), Some(EgressError::Busy));
        assert_eq!(turns(&questions, "acme", "other", 1).len(), 1);

        drop(slow);
        assert!(matches!(waiting.remove(0).now_or_never(), Some(Ok(_))));
    }

    #[test]
    fn one_organization_takes_no_more_than_its_share_wherever_it_asks() {
        let questions = Questions::default();
        let hosts: Vec<String> = (0..10).map(|number| format!("silent-{number}")).collect();
        let stuck: Vec<_> = hosts.iter().flat_map(|host| turns(&questions, "acme", host, 100)).collect();
        assert_eq!(stuck.len(), OF_ONE_ORGANIZATION_MAX);

        for host in ["other", "silent-9"] {
            let others = turns(&questions, "umbrella", host, 100);
            assert_eq!(others.len(), OF_ONE_HOST_MAX, "{host}");
        }
        drop(stuck);
        assert_eq!(turns(&questions, "acme", "other", 1).len(), 1);
    }

    #[test]
    fn who_waits_for_others_of_its_organization_keeps_nobody_from_a_host_that_both_ask() {
        let (questions, acme) = (Questions::default(), OrganizationId::new("acme"));
        let stuck: Vec<_> =
            ["a", "b", "c"].iter().flat_map(|host| turns(&questions, "acme", host, 16)).collect();
        assert_eq!(stuck.len(), OF_ONE_ORGANIZATION_MAX);
        let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(questions.turn(&acme, "cloud"))).collect();
        assert!(waiting.iter_mut().all(|turn| turn.now_or_never().is_none()));

        assert_eq!(turns(&questions, "umbrella", "cloud", 100).len(), OF_ONE_HOST_MAX);

        drop(stuck);
        assert!(matches!(waiting.remove(0).now_or_never(), Some(Ok(_))));
    }

    #[test]
    fn a_host_that_many_organizations_ask_has_one_share_of_all() {
        let questions = Questions::default();
        let names: Vec<String> = (0..10).map(|number| format!("organization {number}")).collect();
        let turns: Vec<_> = names.iter().flat_map(|name| turns(&questions, name, "cloud", 4)).collect();
        assert_eq!(turns.len(), OF_ONE_HOST_MAX);
    }
}
