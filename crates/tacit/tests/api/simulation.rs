//! Three servers on one database under random schedules. They write, read, give and take rights, send webhooks and the
//! audit log on, seal it, replace the data key and the root key. Meanwhile their feeds are late or silent, their clocks are
//! set wrong, receivers refuse or do not answer, the way to the database breaks, two stand in each other's way at any
//! statement, and servers are killed between any two.
//!
//! Each read must be what the database held within the staleness bound and nothing older than what was acknowledged at
//! that server. What was acknowledged is done. Each answered read and each write is one event of the audit log, which is
//! proven and sent on in order, by one server at a time. The webhook hears of every change. Nothing is ever under a key
//! that is gone, and in the end everything is under the newest.
//!
//! A schedule is its seed: `TACIT_SIMULATION_SEED=7` runs that one alone, `TACIT_SIMULATION_SEEDS=5000` runs so many,
//! from `TACIT_SIMULATION_FIRST` on. Faults that are put in on purpose prove that the simulation finds such. It needs
//! PostgreSQL: on SQLite there is one server, and nothing of this can happen.

mod ending;
mod history;
mod judge;
mod link;
mod operation;
mod planted;
mod receiver;
mod schedule;
mod template;
mod truth;
mod world;

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::{FutureExt, StreamExt, stream};

use template::{OwnDatabase, Template};
use world::World;

const STEPS: usize = 80;
/// Schedules of an ordinary run.
const SEEDS: u32 = 25;
/// Schedules after which a fault must have been found.
const SEEDS_TO_FIND: u32 = 60;
/// Schedules at a time: each of them mostly waits for the database.
const AT_A_TIME: usize = 3;

/// A fault that is put in on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A server takes what its feed found for newer than it is.
    HastyFeed,
    /// The clock of a server stands still, so that nothing it knows ever gets old.
    StandingClock,
    /// Rights are taken away past the code that tells the others.
    SilentWrite,
    /// An event disappears from the log.
    LostEvent,
    /// An event is lost between being taken and being sealed.
    LostPending,
    /// Somebody seals after an event that is not the last one any more.
    ForkedChain,
    /// A stream is sent although another server has it.
    SharedLease,
    /// A server whose lease has passed to another one says how far the stream came.
    LateSay,
    /// A stream passes over an event.
    SkippedEvent,
    /// The webhook is not told of a commit.
    ForgottenCommit,
    /// The old data key is destroyed while rows are under it.
    EarlyDestruction,
    /// A server that has not heard of the new data key writes under the old one, which is destroyed.
    DeafServer,
    /// A key stays wrapped by the root key that was replaced.
    ForgottenKey,
}

impl Planted {
    /// Whether it makes what is remembered wrong. Such is looked for in calm weather, all others in bad.
    fn is_of_memory(self) -> bool {
        matches!(self, Self::HastyFeed | Self::StandingClock | Self::SilentWrite)
    }

    const ALL: [Self; 13] = [
        Self::HastyFeed,
        Self::StandingClock,
        Self::SilentWrite,
        Self::LostEvent,
        Self::LostPending,
        Self::ForkedChain,
        Self::SharedLease,
        Self::LateSay,
        Self::SkippedEvent,
        Self::ForgottenCommit,
        Self::EarlyDestruction,
        Self::DeafServer,
        Self::ForgottenKey,
    ];
}

/// Runs one schedule on a database of its own.
async fn run(template: &Template, seed: u32, planted: Option<Planted>) -> Result<(), String> {
    let copy = template.copy().await;
    let schedule = AssertUnwindSafe(schedule(template, &copy, seed, planted)).catch_unwind();
    let result = schedule.await.unwrap_or_else(|_| Err("it panicked".to_owned()));
    template.remove(copy).await;
    result.map_err(|error| format!("seed {seed}: {error}"))
}

async fn schedule(
    template: &Template,
    copy: &OwnDatabase,
    seed: u32,
    planted: Option<Planted>,
) -> Result<(), String> {
    let mut world = World::new(template, copy, seed, planted).await;
    for step in 0..STEPS {
        world.step().await.map_err(|error| format!("step {step}: {error}"))?;
    }
    world.end().await.map_err(|error| format!("in the end: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a run is chosen from outside")]
fn number_of(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test]
async fn random_schedules_break_no_promise() {
    let Some(template) = Template::new().await else { return };
    let seeds = if let Some(seed) = number_of("TACIT_SIMULATION_SEED") {
        seed..seed + 1
    } else {
        let first = number_of("TACIT_SIMULATION_FIRST").unwrap_or_default();
        first..first + number_of("TACIT_SIMULATION_SEEDS").unwrap_or(SEEDS)
    };
    let (began, count) = (Instant::now(), seeds.end - seeds.start);
    let results = stream::iter(seeds).map(|seed| Box::pin(run(&template, seed, None)));
    let results: Vec<_> = results.buffered(AT_A_TIME).collect().await;
    let faults: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{count} schedules of {STEPS} steps in {seconds:.1} s: {:.2} a second",
        f64::from(count) / seconds
    );
    template.end().await;
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[tokio::test]
async fn faults_that_are_put_in_on_purpose_are_found() {
    let Some(template) = Template::new().await else { return };
    let mut missed = Vec::new();
    for planted in Planted::ALL {
        let mut results = stream::iter(0..SEEDS_TO_FIND)
            .map(|seed| Box::pin(run(&template, seed, Some(planted))))
            .buffered(AT_A_TIME);
        let mut found = None;
        while found.is_none() {
            let Some(result) = results.next().await else { break };
            found = result.err();
        }
        match found {
            Some(found) => println!("{planted:?}: {found}"),
            None => missed.push(planted),
        }
    }
    template.end().await;
    assert!(missed.is_empty(), "{missed:?} were not found");
}
