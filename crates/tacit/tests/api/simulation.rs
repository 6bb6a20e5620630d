//! Three servers on one database under random schedules: writes, rights that come and go, reads, feeds that are late or
//! silent, restarts. Each read must be what the database held within the staleness bound and nothing older than what was
//! acknowledged at that node; each answered read is one event of the audit log.
//!
//! A schedule is its seed: `TACIT_SIMULATION_SEED=7` runs that one alone, `TACIT_SIMULATION_SEEDS=5000` runs so many.
//! Faults that are put in on purpose prove that the simulation finds such.

use std::time::Instant;

use serde_json::{Value, json};
use tacit_core::random::Random;
use tacit_store::{Settings, feed, revisions::TRUST_MAX};

use crate::harness::{TestServer, node, postgres_schema};

const NODES: usize = 3;
const STEPS: usize = 60;
/// Schedules of an ordinary run.
const SEEDS: u32 = 25;
/// Schedules after which a fault must have been found.
const SEEDS_TO_FIND: u32 = 40;

/// A fault that is put in on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    /// A node takes what its feed found for newer than it is.
    HastyFeed,
    /// The clock of a node stands still, so that nothing it knows ever gets old.
    StandingClock,
    /// Rights are taken away past the code that tells the others.
    SilentWrite,
    /// An event disappears.
    LostEvent,
}

/// What the database held, and since when. Times are the milliseconds of the simulation.
struct History<T>(Vec<(i64, T)>);

impl<T: Clone> History<T> {
    fn new(first: T) -> Self {
        Self(vec![(0, first)])
    }

    fn last(&self) -> usize {
        self.0.len() - 1
    }

    fn present(&self) -> T {
        self.0[self.last()].1.clone()
    }

    fn push(&mut self, now: i64, state: T) {
        self.0.push((now, state));
    }

    /// The states from `since` on, but none before the one with the number `first`.
    fn since(&self, since: i64, first: usize) -> Vec<T> {
        let ended_before = |number: usize| self.0.get(number + 1).is_some_and(|(end, _)| *end < since);
        (first..self.0.len())
            .filter(|number| !ended_before(*number))
            .map(|number| self.0[number].1.clone())
            .collect()
    }
}

struct World {
    settings: Settings,
    sql: tokio_postgres::Client,
    nodes: Vec<TestServer>,
    /// For each node the last value and the last rights that were acknowledged there.
    acknowledged: [(usize, usize); NODES],
    admin: String,
    project: String,
    identity: String,
    reader: String,
    random: Random,
    now: i64,
    values: History<Option<String>>,
    rights: History<bool>,
    reads: usize,
    starts: u64,
    planted: Option<Planted>,
}

impl World {
    /// A new project and reader on servers that were just started.
    async fn new(url: &str, seed: u32, planted: Option<Planted>) -> Self {
        let settings = Settings::Postgres(url.to_owned());
        let mut nodes = Vec::new();
        for number in 0..NODES as u64 {
            nodes.push(node(&settings, u64::from(seed) * 1000 + number + 1).await);
        }
        let mut admin = nodes[0].with_admin().await;
        admin.token = admin.identity_token.clone();
        let project = admin.project("Simulated").await;
        let (identity, reader) = admin.member(&project, "viewer").await;
        let admin = admin.token.clone();
        let (sql, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        Self {
            settings,
            sql,
            nodes,
            acknowledged: [(0, 0); NODES],
            admin,
            project,
            identity,
            reader,
            random: Random::seeded(seed.into()),
            now: 0,
            values: History::new(None),
            rights: History::new(true),
            reads: 0,
            starts: 0,
            planted,
        }
    }

    fn below(&self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.random.bytes::<2>())) % end
    }

    async fn step(&mut self) -> Result<(), String> {
        let node = self.below(NODES);
        match self.below(12) {
            0 | 1 => self.pass_time(),
            2 | 3 => self.write(node).await,
            4 => self.change_rights(node).await,
            5..=8 => return self.read(node).await,
            9 | 10 => self.look(node).await,
            _ => self.restart(node).await,
        }
        Ok(())
    }

    fn pass_time(&mut self) {
        let millis = [1, 40, 300, 900][self.below(4)];
        self.now += millis;
        let stands = usize::from(self.planted == Some(Planted::StandingClock));
        for node in &self.nodes[stands..] {
            node.clock.advance_millis(millis);
        }
    }

    async fn call(&self, node: usize, method: &str, path: &str, body: Value) {
        let answer = self.nodes[node].call(method, path, Some(&self.admin), Some(body)).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
    }

    async fn write(&mut self, node: usize) {
        let body =
            |value: &str| json!({ "workspaceId": self.project, "environment": "dev", "secretValue": value });
        let value = format!("value {}", self.values.last());
        let state = match (self.values.present(), self.below(4)) {
            (None, _) => {
                self.call(node, "POST", "/api/v3/secrets/raw/FOO", body(&value)).await;
                Some(value)
            }
            (Some(_), 0) => {
                self.call(node, "DELETE", "/api/v3/secrets/raw/FOO", body("")).await;
                None
            }
            (Some(_), _) => {
                self.call(node, "PATCH", "/api/v3/secrets/raw/FOO", body(&value)).await;
                Some(value)
            }
        };
        self.values.push(self.now, state);
        self.acknowledged[node].0 = self.values.last();
    }

    async fn change_rights(&mut self, node: usize) {
        let path = format!("/api/v2/workspace/{}/identity-memberships/{}", self.project, self.identity);
        let has = self.rights.present();
        if has && self.planted == Some(Planted::SilentWrite) {
            let sql = "DELETE FROM project_memberships WHERE identity_id = $1";
            self.sql.execute(sql, &[&self.identity]).await.unwrap();
        } else if has {
            self.call(node, "DELETE", &path, json!({})).await;
        } else {
            self.call(node, "POST", &path, json!({ "role": "viewer" })).await;
        }
        self.rights.push(self.now, !has);
        self.acknowledged[node].1 = self.rights.last();
    }

    async fn read(&mut self, node: usize) -> Result<(), String> {
        let path = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", self.project);
        let answer = self.nodes[node].call("GET", &path, Some(&self.reader), None).await;
        self.reads += usize::from(answer.status == 200);
        let value = answer.body["secret"]["secretValue"].as_str().map(str::to_owned);
        let (known, allowed) = self.acknowledged[node];
        let values = self.values.since(self.now - TRUST_MAX, known);
        let rights = self.rights.since(self.now - TRUST_MAX, allowed);
        let may_be = match answer.status {
            200 => rights.contains(&true) && values.contains(&value),
            404 => rights.contains(&true) && values.contains(&None),
            403 => rights.contains(&false),
            _ => false,
        };
        let found = format!("{} {value:?}", answer.status);
        if may_be { Ok(()) } else { Err(format!("node {node} answered {found}; {rights:?}, {values:?}")) }
    }

    /// The feed of a node looks, or has begun to look a while ago.
    async fn look(&self, node: usize) {
        let late = [0, 0, 100, 600][self.below(4)];
        let hasty = if self.planted == Some(Planted::HastyFeed) { 10_000 } else { 0 };
        let node = &self.nodes[node];
        feed::follow(&node.app.database, node.app.uptime() - late + hasty).await.unwrap();
    }

    /// A node stops and another one takes its place.
    async fn restart(&mut self, number: usize) {
        self.nodes[number].app.audit.flush().await.unwrap();
        self.starts += 1;
        let seed = u64::from_le_bytes(self.random.bytes());
        let started = node(&self.settings, seed ^ self.starts).await;
        started.clock.advance_millis(self.now);
        self.nodes[number] = started;
        // It asks the database for everything; nobody is promised less than before.
    }

    /// Each answered read is one event, and no number is missing.
    async fn check_audit(&self) -> Result<(), String> {
        for node in &self.nodes {
            node.app.audit.flush().await.unwrap();
        }
        if self.planted == Some(Planted::LostEvent) {
            let sql = "DELETE FROM audit_events WHERE id = (SELECT MIN(id) FROM audit_events
                        WHERE project_id = $1 AND event_type = 'get-secret' AND result = 'allowed')";
            self.sql.execute(sql, &[&self.project]).await.unwrap();
        }
        let window = "startDate=2026-01-01T00:00:00Z&endDate=2027-01-01T00:00:00Z&limit=1000";
        let path = format!(
            "/api/v1/organization/audit-logs?projectId={}&eventType=get-secret&{window}",
            self.project
        );
        let answer = self.nodes[0].call("GET", &path, Some(&self.admin), None).await;
        let is_answered = |log: &&Value| {
            log["result"] == "allowed" && log["actor"]["metadata"]["identityId"] == self.identity
        };
        let logs = answer.body["auditLogs"].as_array().ok_or(answer.text.clone())?;
        let found = logs.iter().filter(is_answered).count();
        if found == self.reads {
            return Ok(());
        }
        Err(format!("{} reads were answered, {found} are in the audit log", self.reads))
    }
}

/// Runs one schedule on a database of its own.
async fn run(seed: u32, planted: Option<Planted>) -> Result<(), String> {
    let Some(url) = postgres_schema().await else { return Ok(()) };
    let mut world = World::new(&url, seed, planted).await;
    for step in 0..STEPS {
        world.step().await.map_err(|error| format!("seed {seed}, step {step}: {error}"))?;
    }
    world.check_audit().await.map_err(|error| format!("seed {seed}: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a run is chosen from outside")]
fn number_of(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test]
async fn random_schedules_break_no_promise() {
    if let Some(seed) = number_of("TACIT_SIMULATION_SEED") {
        return run(seed, None).await.unwrap();
    }
    let seeds = number_of("TACIT_SIMULATION_SEEDS").unwrap_or(SEEDS);
    let began = Instant::now();
    for seed in 0..seeds {
        run(seed, None).await.unwrap_or_else(|error| panic!("{error}"));
    }
    println!("{:.1} schedules a second", f64::from(seeds) / began.elapsed().as_secs_f64());
}

#[tokio::test]
async fn faults_that_are_put_in_on_purpose_are_found() {
    if postgres_schema().await.is_none() {
        return;
    }
    for planted in [Planted::HastyFeed, Planted::StandingClock, Planted::SilentWrite, Planted::LostEvent] {
        let mut found = None;
        for seed in 0..SEEDS_TO_FIND {
            found = run(seed, Some(planted)).await.err();
            if found.is_some() {
                break;
            }
        }
        println!("{planted:?}: {}", found.unwrap_or_else(|| panic!("{planted:?} was not found")));
    }
}
