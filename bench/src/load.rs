//! One round of load: all connections busy with one request, for a while.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, task::JoinSet};

use crate::{
    error::{Error, Result},
    histogram::Histogram,
    http::{Connection, Endpoint, Request},
};

/// How long a round may last beyond its length before the server counts as hung, in seconds.
const GRACE_SECONDS: u64 = 10;

/// What to send, where, and for how long.
#[derive(Clone)]
pub(crate) struct Round {
    /// The servers: connections are spread over them evenly.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What each connection sends over and over.
    pub(crate) request: Request,
    /// The status every answer must have.
    pub(crate) status: u16,
    /// Number of connections.
    pub(crate) connections: u16,
    /// No request starts later than this after the first.
    pub(crate) duration: Duration,
    /// The number of the first request.
    pub(crate) first_number: u64,
    /// Requests at most.
    pub(crate) requests_max: u64,
}

/// What came of a round.
pub(crate) struct Outcome {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// One latency for each answer.
    pub(crate) latencies: Histogram,
}

/// Runs a round on threads of its own.
///
/// The first answer with another status ends it with that error: a failing server can be very fast.
pub(crate) async fn run(round: Round) -> Result<Outcome> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || sender.send(run_on_threads(&round)));
    receiver.await.map_err(|_| Error::Lost("a round"))?
}

/// Threads of the client: half the cores, so that the server has the others.
fn thread_count(connections: u16) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).clamp(1, usize::from(connections))
}

fn run_on_threads(round: &Round) -> Result<Outcome> {
    let count = thread_count(round.connections);
    let start = Barrier::new(count);
    let numbers = Numbers::new(round);
    thread::scope(|scope| {
        let work = |index| {
            let share: Vec<usize> = (index..usize::from(round.connections)).step_by(count).collect();
            scope.spawn({
                let (start, numbers) = (&start, numbers.clone());
                move || drive_share(round, &share, start, &numbers)
            })
        };
        let threads: Vec<_> = (0..count).map(work).collect();
        let mut shares = Vec::with_capacity(count);
        for thread in threads {
            shares.push(thread.join().map_err(|_| Error::Lost("a client thread"))??);
        }
        Ok(Outcome::join(&shares))
    })
}

/// What one thread did of a round. The thread itself reads the clock: another one could be late to.
struct Share {
    started: Instant,
    ended: Instant,
    latencies: Histogram,
}

impl Outcome {
    /// From the first start to the last end.
    fn join(shares: &[Share]) -> Self {
        let mut latencies = Histogram::new();
        for share in shares {
            latencies.add(&share.latencies);
        }
        let started = shares.iter().map(|share| share.started).min();
        let ended = shares.iter().map(|share| share.ended).max();
        let elapsed = started.zip(ended).map_or(Duration::ZERO, |(started, ended)| ended - started);
        Self { elapsed, latencies }
    }
}

/// Drives the connections with these indices on this thread; all threads send their first request together.
fn drive_share(round: &Round, share: &[usize], start: &Barrier, numbers: &Numbers) -> Result<Share> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let opened = runtime.map_err(Error::io("cannot start the runtime")).and_then(|runtime| {
        let connections = runtime.block_on(open(&round.endpoints, share))?;
        Ok((runtime, connections))
    });
    // Also after a failure: the other threads wait for this one.
    start.wait();
    let (runtime, connections) = opened?;
    let started = Instant::now();
    let limit = round.duration + Duration::from_secs(GRACE_SECONDS);
    let driven = async { tokio::time::timeout(limit, drive_all(round, connections, numbers)).await };
    let latencies = runtime.block_on(driven).map_err(|_| Error::TooSlow {
        what: format!("the rest of a round of {}", round.request.name()),
        seconds: GRACE_SECONDS,
    })??;
    Ok(Share { started, ended: Instant::now(), latencies })
}

async fn open(endpoints: &[Endpoint], share: &[usize]) -> Result<Vec<Connection>> {
    let mut connections = Vec::with_capacity(share.len());
    for index in share {
        let endpoint = endpoints.get(index % endpoints.len().max(1)).ok_or(Error::Lost("the servers"))?;
        connections.push(Connection::open(endpoint).await?);
    }
    Ok(connections)
}

async fn drive_all(round: &Round, connections: Vec<Connection>, numbers: &Numbers) -> Result<Histogram> {
    let deadline = Instant::now() + round.duration;
    let tasks = connections
        .into_iter()
        .map(|connection| drive(connection, round.request.clone(), round.status, deadline, numbers.clone()));
    let mut tasks = tasks.collect::<JoinSet<_>>();
    let mut latencies = Histogram::new();
    while let Some(task) = tasks.join_next().await {
        let result = task.map_err(|_| Error::Lost("a client connection"))?;
        latencies.add(&result.inspect_err(|_| numbers.stop())?);
    }
    Ok(latencies)
}

/// Sends one request after another on one connection until the deadline or the last number.
async fn drive(
    mut connection: Connection,
    request: Request,
    status: u16,
    deadline: Instant,
    numbers: Numbers,
) -> Result<Histogram> {
    let mut encoded = request.encode();
    let mut latencies = Histogram::new();
    let mut started = Instant::now();
    while started < deadline
        && let Some(number) = numbers.next()
    {
        encoded.set_number(number);
        let head = connection.exchange(encoded.bytes()).await?;
        if head.status != status {
            return Err(connection.last_response(head).unexpected(&request, status));
        }
        let ended = Instant::now();
        latencies.record(ended - started);
        started = ended;
    }
    Ok(latencies)
}

/// Hands every request of a round a number of its own, up to the last.
#[derive(Clone)]
struct Numbers {
    next: Arc<AtomicU64>,
    end: u64,
}

impl Numbers {
    fn new(round: &Round) -> Self {
        let end = round.first_number.saturating_add(round.requests_max);
        Self { next: Arc::new(AtomicU64::new(round.first_number)), end }
    }

    fn next(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then_some(number)
    }

    /// Makes every connection end after the request it is at.
    fn stop(&self) {
        self.next.store(self.end, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Mutex};

    use axum::{Router, extract::State, http::Uri};

    use super::*;
    use crate::http::NUMBER;

    type Seen = Arc<Mutex<BTreeSet<String>>>;

    async fn remember(State(seen): State<Seen>, uri: Uri) -> &'static str {
        seen.lock().unwrap().insert(uri.path().to_owned());
        "ok"
    }

    async fn round(request: Request) -> (Round, Seen) {
        let seen = Seen::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/known/{name}", axum::routing::get(remember));
        let router = router.with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let duration = Duration::from_secs(5);
        let round = Round {
            endpoints: vec![address.into()],
            request,
            status: 200,
            connections: 3,
            duration,
            first_number: 7,
            requests_max: 50,
        };
        (round, seen)
    }

    #[tokio::test]
    async fn each_request_has_its_own_number_and_the_last_ends_the_round() {
        let (round, seen) = round(Request::get(format!("/known/{NUMBER}"))).await;

        let outcome = run(round).await.unwrap();

        assert_eq!(outcome.latencies.total(), 50);
        assert!(outcome.elapsed < Duration::from_secs(5));
        let expected: BTreeSet<String> = (7..57).map(|number| format!("/known/{number:08}")).collect();
        assert_eq!(*seen.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn the_deadline_ends_a_round_without_a_last_number() {
        let (round, _) = round(Request::get("/known/FOO")).await;
        let round = Round { duration: Duration::from_millis(20), requests_max: u64::MAX, ..round };

        let outcome = run(round).await.unwrap();

        assert!(outcome.latencies.total() > 0);
        assert!(outcome.elapsed >= Duration::from_millis(20));
    }

    #[test]
    fn a_round_lasts_from_the_first_start_to_the_last_end() {
        let now = Instant::now();
        let share = |start, end| Share {
            started: now + Duration::from_secs(start),
            ended: now + Duration::from_secs(end),
            latencies: Histogram::new(),
        };

        assert_eq!(Outcome::join(&[share(2, 5), share(1, 4)]).elapsed, Duration::from_secs(4));
    }

    #[tokio::test]
    async fn one_wrong_status_ends_the_round() {
        let (round, _) = round(Request::get("/unknown")).await;

        let result = run(round).await;

        assert!(matches!(result, Err(Error::Status { status: 404, expected: 200, .. })));
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_an_error_and_no_hang() {
        let (round, _) = round(Request::get("/known/FOO")).await;
        let free = crate::server::free_address().unwrap();

        assert!(matches!(run(Round { endpoints: vec![free.into()], ..round }).await, Err(Error::Io { .. })));
    }
}
