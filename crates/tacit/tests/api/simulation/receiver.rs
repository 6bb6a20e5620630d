//! Where webhooks and audit streams are sent to. It judges what comes: in order, without a gap, nothing that was noted as
//! delivered, and nothing while somebody else sends the same under a lease that is still good.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
};

use super::truth::Truth;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Notices of a webhook.
    Notices,
    /// Events of an audit stream.
    Stream,
}

/// How something that comes is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Taken,
    Refused,
    /// When [`Receiver::answer`] says so; whose lease it is sent under ends at this time.
    Held(i64),
}

/// Keeps what comes. Clones are the same one.
#[derive(Clone)]
pub struct Receiver {
    /// Such as `http://127.0.0.1:4000`; the paths are `/hook` and `/stream`.
    pub url: String,
    inside: Arc<Inside>,
}

struct Inside {
    state: Mutex<State>,
    came: Notify,
    truth: Truth,
}

#[derive(Default)]
struct State {
    /// How the next is answered, if it is of this kind.
    next: Option<(Kind, Reply)>,
    held: Vec<Held>,
    /// The latest time that any server believes in.
    latest: i64,
    /// Counts everything that happens.
    moments: u64,
    /// When the last notice came that was taken.
    told_at: u64,
    /// Events that were taken, by their numbers: ids.
    taken: BTreeMap<i64, String>,
    /// How far the stream was when something last came.
    cursor: i64,
    faults: Vec<String>,
}

struct Held {
    kind: Kind,
    lease: i64,
    answer: oneshot::Sender<Reply>,
}

impl Receiver {
    /// Begins to listen.
    pub async fn start(truth: Truth) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Inside { state: Mutex::default(), came: Notify::new(), truth });
        let own = Arc::clone(&inside);
        tokio::spawn(async move {
            while Arc::strong_count(&own) > 1 {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(Arc::clone(&own), stream));
            }
        });
        Self { url, inside }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inside.state.lock().unwrap()
    }

    /// Counts something that happens, and says which number it has.
    pub fn moment(&self) -> u64 {
        self.state().next_moment()
    }

    /// Notes the latest time that any server believes in.
    pub fn set_latest(&self, latest: i64) {
        self.state().latest = latest;
    }

    /// Notes how far the stream has come.
    pub fn see(&self, cursor: i64) {
        self.state().see(cursor);
    }

    /// Answers the next one of a kind in this way.
    pub fn will(&self, kind: Kind, reply: Reply) {
        self.state().next = Some((kind, reply));
    }

    /// Answers everything with yes.
    pub fn will_take(&self) {
        self.state().next = None;
    }

    /// Returns once something of this kind waits for its answer.
    pub async fn holds(&self, kind: Kind) {
        loop {
            let came = self.inside.came.notified();
            if self.state().held.iter().any(|held| held.kind == kind) {
                return;
            }
            came.await;
        }
    }

    /// Answers what waits longest of a kind, if anything does.
    pub fn answer(&self, kind: Kind, reply: Reply) {
        let mut state = self.state();
        if let Some(at) = state.held.iter().position(|held| held.kind == kind) {
            // Whoever asked may be gone.
            let _ = state.held.remove(at).answer.send(reply);
        }
    }

    /// When the last notice came that was taken.
    pub fn told_at(&self) -> u64 {
        self.state().told_at
    }

    /// The events that were taken, by their numbers.
    pub fn taken(&self) -> BTreeMap<i64, String> {
        self.state().taken.clone()
    }

    /// What must not have come, since the last time.
    pub fn faults(&self) -> Vec<String> {
        std::mem::take(&mut self.state().faults)
    }
}

impl State {
    fn next_moment(&mut self) -> u64 {
        self.moments += 1;
        self.moments
    }

    fn reply_to(&mut self, kind: Kind) -> Reply {
        match self.next {
            Some((next, reply)) if next == kind => {
                self.next = None;
                reply
            }
            _ => Reply::Taken,
        }
    }

    fn see(&mut self, cursor: i64) {
        if cursor < self.cursor {
            self.faults.push(format!("a stream went back from {} to {cursor}", self.cursor));
        }
        self.cursor = cursor;
    }

    /// Whether these events may come now, of a stream that has come so far.
    fn judge(&mut self, events: &[(i64, String)], cursor: i64) {
        let numbers: Vec<i64> = events.iter().map(|(number, _)| *number).collect();
        if numbers != (cursor + 1..).take(numbers.len()).collect::<Vec<_>>() {
            self.faults.push(format!("events {numbers:?} were sent of a stream that had come to {cursor}"));
        }
        self.see(cursor);
        let before = self.taken.keys().last().copied();
        if before.is_some_and(|before| numbers.first().is_some_and(|first| *first > before + 1)) {
            self.faults.push(format!("events {numbers:?} came after {before:?}"));
        }
        let mut others = self.held.iter().filter(|held| held.kind == Kind::Stream);
        if let Some(other) = others.find(|other| other.lease > self.latest) {
            let (lease, latest) = (other.lease, self.latest);
            self.faults.push(format!("two sent at once: one lease ends at {lease}, and it is {latest}"));
        }
    }
}

async fn serve(inside: Arc<Inside>, mut stream: TcpStream) {
    let Some((path, body)) = read(&mut stream).await else { return };
    let kind = if path == "/stream" { Kind::Stream } else { Kind::Notices };
    let cursor = if kind == Kind::Stream { inside.truth.cursor().await } else { 0 };
    let events = if kind == Kind::Stream { events(&body) } else { Vec::new() };
    let (moment, reply, waits) = {
        let mut state = inside.state.lock().unwrap();
        if kind == Kind::Stream {
            state.judge(&events, cursor);
        }
        let (moment, reply) = (state.next_moment(), state.reply_to(kind));
        let waits = if let Reply::Held(lease) = reply {
            let (answer, waits) = oneshot::channel();
            state.held.push(Held { kind, lease, answer });
            Some(waits)
        } else {
            None
        };
        (moment, reply, waits)
    };
    inside.came.notify_waiters();
    let reply = match waits {
        // Whoever does not answer any more refuses.
        Some(waits) => waits.await.unwrap_or(Reply::Refused),
        None => reply,
    };
    if reply == Reply::Taken {
        let mut state = inside.state.lock().unwrap();
        state.taken.extend(events);
        if kind == Kind::Notices {
            state.told_at = state.told_at.max(moment);
        }
    }
    let status = if reply == Reply::Taken { "200 OK" } else { "503 Busy" };
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // Whoever asked may be gone.
    let _ = stream.write_all(text.as_bytes()).await;
}

/// The path of a request, and its body.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        if body.len() >= length.parse().ok()? {
            return Some((head.split(' ').nth(1)?.to_owned(), body.to_owned()));
        }
    }
}

fn events(body: &str) -> Vec<(i64, String)> {
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        (event["sequence"].as_i64().unwrap(), event["id"].as_str().unwrap().to_owned())
    };
    body.lines().map(event).collect()
}
