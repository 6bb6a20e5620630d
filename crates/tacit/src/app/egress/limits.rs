//! How long requests may take and how many run at a time, so that somebody who answers slowly or never holds up nobody
//! but those who need exactly that answer.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    time::timeout,
};

use super::{Egress, EgressError};

/// Questions at a time, each of which holds a thread.
const QUESTIONS_MAX: usize = 64;
/// Those of them to one host: one that is silent leaves the others room.
const OF_ONE_HOST_MAX: usize = 16;
/// Questions to one host that wait for their turn. More are refused at once.
const WAITING_MAX: usize = 1_000;
/// Hosts whose questions are counted.
const HOSTS_MAX: usize = 10_000;

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
    hosts: Cache<String, Arc<Host>>,
}

struct Host {
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Default for Questions {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(QUESTIONS_MAX)), hosts: Cache::new(HOSTS_MAX) }
    }
}

impl Default for Host {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(OF_ONE_HOST_MAX)), waiting: Semaphore::new(WAITING_MAX) }
    }
}

/// A turn to ask somebody a question; it ends when it is dropped. It goes with the thread that asks, not with who waits for
/// the answer.
pub struct QuestionTurn {
    _of_host: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Egress {
    /// A turn to ask a host, with its port, a question.
    ///
    /// # Errors
    ///
    /// [`EgressError::Busy`] if none came in time, or too many wait already.
    pub async fn question_turn(&self, host: &str) -> Result<QuestionTurn, EgressError> {
        let turn = timeout(self.0.limits.turn, self.0.questions.turn(host)).await;
        turn.unwrap_or(Err(EgressError::Busy))
    }
}

impl Questions {
    /// The turn at the host comes first: who waits for a host that is slow takes nobody else's place.
    async fn turn(&self, host: &str) -> Result<QuestionTurn, EgressError> {
        let of_host = self.turn_at(host).await?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.map_err(|_| EgressError::Busy)?;
        Ok(QuestionTurn { _of_host: of_host, _of_all: of_all })
    }

    async fn turn_at(&self, host: &str) -> Result<OwnedSemaphorePermit, EgressError> {
        let host = self.hosts.get_or_insert_with(host, || Ok::<_, EgressError>(Arc::default()))?;
        match Arc::clone(&host.running).try_acquire_owned() {
            Err(TryAcquireError::NoPermits) => {}
            at_once => return at_once.map_err(|_| EgressError::Busy),
        }
        let _waiting = host.waiting.try_acquire().map_err(|_| EgressError::Busy)?;
        Arc::clone(&host.running).acquire_owned().await.map_err(|_| EgressError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_host_takes_no_more_than_its_share_and_few_wait_for_it() {
        let questions = Questions::default();
        let slow: Vec<_> = (0..OF_ONE_HOST_MAX).map(|_| questions.turn("slow").now_or_never()).collect();
        assert!(slow.iter().all(|turn| matches!(turn, Some(Ok(_)))));

        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(questions.turn("slow"))).collect();
        assert!(waiting.iter_mut().all(|turn| turn.now_or_never().is_none()));
        assert_eq!(questions.turn("slow").await.err(), Some(EgressError::Busy));
        assert!(questions.turn("other").await.is_ok());

        drop(slow);
        assert!(waiting.remove(0).await.is_ok());
    }
}
