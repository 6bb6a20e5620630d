//! The servers of a schedule, their database, and what they have promised so far.

use std::{fs, path::Path};

use serde_json::json;
use tacit_core::random::Random;
use tacit_store::{Settings, feed};
use tokio::task::JoinHandle;

use super::{
    Planted,
    history::History,
    link::{Fault, Link},
    operation::{Operation, Outcome, root_key},
    receiver::{Kind, Receiver, Reply},
    template::{Facts, OwnDatabase, Template},
    truth::Truth,
};
use crate::harness::{TestServer, node_with};

/// Servers of a schedule.
pub const SERVERS: usize = 3;
/// How long a notice or a stream is one server's.
const LEASE_MILLIS: i64 = 60_000;
/// Questions to the database after which something breaks, at most: most operations have fewer.
const QUESTIONS_MAX: usize = 40;

/// One of the servers.
pub struct Server {
    pub node: TestServer,
    pub link: Link,
    /// By how many seconds its clock was set wrong.
    pub skew: i64,
    /// The last value and the last rights that were acknowledged here.
    pub known: (usize, usize),
    /// The number of its root key.
    pub root: u64,
}

/// Something that was sent and is not answered yet.
pub struct Sent {
    pub server: usize,
    pub kind: Kind,
    pub job: JoinHandle<Outcome>,
}

/// Everything there is.
pub struct World {
    pub facts: Facts,
    pub truth: Truth,
    pub receiver: Receiver,
    pub servers: Vec<Server>,
    pub sent: Vec<Sent>,
    pub random: Random,
    /// Whether people and machines have it for themselves: then stale memory is found sooner.
    pub is_calm: bool,
    /// Milliseconds since the beginning.
    pub now: i64,
    pub values: History<Option<String>>,
    pub rights: History<bool>,
    /// Commits of the project.
    pub revision: i64,
    /// Answered reads, and writes that were done.
    pub counts: (usize, usize),
    /// When the last write was begun.
    pub written_at: u64,
    /// The number of the newest data key.
    pub key_number: i64,
    /// The number of the root key.
    pub root: u64,
    /// The last event before the stream.
    pub stream_began_at: i64,
    pub planted: Option<Planted>,
    url: String,
    address: String,
    starts: u64,
}

impl World {
    /// Three servers that were just started on a copy of the template.
    pub async fn new(template: &Template, copy: &OwnDatabase, seed: u32, planted: Option<Planted>) -> Self {
        let facts = template.facts.clone();
        let truth = Truth::connect(&copy.url, &facts.project, &facts.identity).await;
        let receiver = Receiver::start(truth.clone()).await;
        let mut world = Self {
            facts,
            receiver,
            servers: Vec::new(),
            sent: Vec::new(),
            random: Random::seeded(seed.into()),
            is_calm: false,
            now: 0,
            values: History::new(None),
            rights: History::new(true),
            revision: truth.revision().await,
            counts: (0, 0),
            written_at: 0,
            key_number: 1,
            root: 1,
            stream_began_at: 0,
            planted,
            url: copy.url.clone(),
            address: copy.address().to_owned(),
            starts: u64::from(seed) * 1000 + 100,
            truth,
        };
        let is_calm = world.below(3) == 0;
        world.is_calm = planted.map_or(is_calm, Planted::is_of_memory);
        for _ in 0..SERVERS {
            let server = world.start(tempfile::tempdir().unwrap()).await;
            world.servers.push(server);
        }
        world.prepare_sabotage().await;
        world.follow_changes().await;
        world.note_time();
        world
    }

    /// A webhook and an audit stream to the receiver.
    async fn follow_changes(&mut self) {
        let hook = json!({ "workspaceId": self.facts.project, "environment": "dev", "secretPath": "/",
            "webhookUrl": format!("{}/hook", self.receiver.url) });
        let stream = json!({ "url": format!("{}/stream", self.receiver.url) });
        let asked = [
            ("/api/v1/webhooks", &self.facts.admin, hook),
            ("/api/v1/audit-log-streams", &self.facts.person, stream),
        ];
        for (path, token, body) in asked {
            let answer = self.servers[0].node.call("POST", path, Some(token), Some(body)).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
        self.stream_began_at = self.truth.cursor().await;
    }

    async fn start(&mut self, folder: tempfile::TempDir) -> Server {
        self.starts += 1;
        let link = Link::to(&self.address).await;
        let settings = Settings::Postgres(self.url.replace(&self.address, &link.address()));
        let node = node_with(&settings, self.starts, &root_key(self.root), folder).await;
        node.clock.advance_millis(self.now);
        // It asks the database for everything; nobody is promised less than before.
        Server { node, link, skew: 0, known: (0, 0), root: self.root }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.random.bytes::<2>())) % end
    }

    /// Time passes on all servers.
    pub fn pass_time(&mut self, millis: i64) {
        self.now += millis;
        let stands = usize::from(self.planted == Some(Planted::StandingClock));
        for server in &self.servers[stands..] {
            server.node.clock.advance_millis(millis);
        }
        self.note_time();
    }

    /// Somebody sets the clock of a server.
    pub fn set_clock(&mut self, number: usize, seconds: i64) {
        let server = &mut self.servers[number];
        server.node.clock.jump_seconds(seconds);
        server.skew += seconds;
        self.note_time();
    }

    fn note_time(&self) {
        let latest = self.servers.iter().map(|server| server.node.clock.now().millis()).max();
        self.receiver.set_latest(latest.unwrap_or_default());
    }

    /// The feed of a server looks, or has begun to look a while ago.
    pub async fn look(&mut self, number: usize) -> Result<(), String> {
        let late = [0, 0, 100, 600][self.below(4)];
        let hasty = if self.planted == Some(Planted::HastyFeed) { 10_000 } else { 0 };
        let (app, link) = (&self.servers[number].node.app, &self.servers[number].link);
        match feed::follow(&app.database, app.uptime() - late + hasty).await {
            Err(error) if !link.is_broken() => Err(format!("server {number} cannot look: {error}")),
            _ => Ok(()),
        }
    }

    /// Each server that reaches the database looks whether its root key is still the present one, and takes the new one
    /// if somebody has copied it.
    pub async fn watch(&mut self, is_copied: bool) {
        let check = self.truth.key_check().await;
        let present = self.root;
        for server in self.servers.iter_mut().filter(|server| !server.link.is_broken()) {
            let keys = &server.node.app.keys;
            if keys.root().matches(&check) {
                keys.unseal();
            } else {
                keys.seal();
                if is_copied {
                    keys.replace_root(root_key(present));
                    server.root = present;
                }
            }
        }
    }

    /// A server stops in peace and another one takes its place.
    pub async fn restart(&mut self, number: usize) {
        let server = &self.servers[number];
        if server.link.is_broken() || server.root != self.root || server.node.app.audit.flush().await.is_err()
        {
            return;
        }
        self.replace(number, tempfile::tempdir().unwrap()).await;
    }

    /// A server does something, or does nothing, and is killed meanwhile. Another one finds its folder.
    pub async fn crash(&mut self, number: usize, operation: Operation) -> Result<(), String> {
        let fault = [Fault::Lost, Fault::Unanswered][self.below(2)];
        let questions = self.below(QUESTIONS_MAX);
        let _ = self.servers[number].node.app.audit.flush().await;
        self.servers[number].link.plan(questions, fault);
        let request = self.request(number, operation);
        let outcome = self.run(&request).await;
        self.servers[number].link.cut();
        self.servers[number].link.emptied().await;
        self.sabotage_crash().await;
        self.judge(request, outcome).await?;
        let folder = tempfile::tempdir().unwrap();
        copy_journal(self.servers[number].node.folder(), folder.path());
        self.replace(number, folder).await;
        Ok(())
    }

    async fn replace(&mut self, number: usize, folder: tempfile::TempDir) {
        let (mine, others): (Vec<Sent>, Vec<Sent>) =
            std::mem::take(&mut self.sent).into_iter().partition(|sent| sent.server == number);
        self.sent = others;
        for sent in mine {
            sent.job.abort();
            self.receiver.answer(sent.kind, Reply::Refused);
        }
        self.servers[number] = self.start(folder).await;
        self.note_time();
    }

    /// The way of this server to the database breaks, or that of another one is whole again.
    pub async fn cut_or_mend(&mut self, number: usize) {
        match self.servers.iter().find(|server| server.link.is_broken()) {
            Some(cut) => cut.link.mend().await,
            None => self.servers[number].link.cut(),
        }
    }

    /// A server sends something, and for now gets no answer.
    pub async fn send_slowly(&mut self, number: usize, kind: Kind) -> Result<(), String> {
        if self.sent.iter().any(|sent| sent.kind == kind) {
            return Ok(());
        }
        let app = self.servers[number].node.app.clone();
        let lease = app.now().millis() + LEASE_MILLIS;
        self.receiver.will(kind, Reply::Held(lease));
        let request = self.request(number, Operation::of(kind));
        let mut job = tokio::spawn(async move { Operation::of(kind).work(&app).await });
        tokio::select! {
            biased;
            outcome = &mut job => {
                self.receiver.will_take();
                self.judge(request, outcome.unwrap()).await
            }
            () = self.receiver.holds(kind) => {
                self.sent.push(Sent { server: number, kind, job });
                Ok(())
            }
        }
    }

    /// What was sent longest ago gets its answer.
    pub async fn answer(&mut self, reply: Reply) -> Result<(), String> {
        if self.sent.is_empty() {
            return Ok(());
        }
        let Sent { server, kind, job } = self.sent.remove(0);
        self.receiver.answer(kind, reply);
        let request = self.request(server, Operation::of(kind));
        let outcome = job.await.unwrap();
        self.judge(request, outcome).await
    }
}

/// Copies what a server that is gone has left.
fn copy_journal(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.strip_prefix("journal-").is_some_and(|number| number.parse::<u64>().is_ok()) {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
