//! How long a change that one node made is not yet seen on another.

use std::{
    fmt,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    fixture::Fixture,
    histogram::Histogram,
    http::{Connection, Request},
    sample::micros,
    scenario::LIST,
    servers::Servers,
    table::latency,
};

/// The secret that is changed.
pub(crate) const SECRET: &str = "VISIBLE";
/// A change that is not seen for so long is an error: the bound is one second.
const GIVE_UP_SECONDS: u64 = 10;

/// What was found. Field names carry their units.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Visibility {
    /// Changes that were made.
    changes: u64,
    /// Half of them were seen within this.
    p50_micros: f64,
    /// 99 % of them were seen within this.
    pub(crate) p99_micros: f64,
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (latency(self.p50_micros), latency(self.p99_micros));
        write!(
            f,
            "a change is seen on another node after {p50} (p50), {p99} (p99) of {} changes",
            self.changes
        )
    }
}

/// Makes `changes` changes on the first node, each seen on the last before the next is made. The times begin
/// with the answer to the change: before it, nobody was told of it.
pub(crate) async fn measure(server: &Servers, fixture: &Fixture, changes: u64) -> Result<Visibility> {
    let endpoints = server.endpoints();
    let (Some(first), Some(last)) = (endpoints.first(), endpoints.last()) else {
        return Err(Error::Lost("the nodes"));
    };
    let (mut writer, mut reader) = (Connection::open(first).await?, Connection::open(last).await?);
    exchange(&mut writer, &change(fixture, Request::post, "first")).await?;
    let mut times = Histogram::new();
    for number in 0..changes {
        let value = format!("changed for the {number}. time");
        exchange(&mut writer, &change(fixture, Request::patch, &value)).await?;
        times.record(seen_after(&mut reader, fixture, &value).await?);
    }
    Ok(Visibility {
        changes,
        p50_micros: micros(times.percentile(50)),
        p99_micros: micros(times.percentile(99)),
    })
}

/// Reads until the secret has `value`.
async fn seen_after(reader: &mut Connection, fixture: &Fixture, value: &str) -> Result<Duration> {
    let path = format!("{LIST}/{SECRET}?workspaceId={}&environment=dev", fixture.project_id);
    let get = Request::get(path).bearer(&fixture.token);
    let started = Instant::now();
    loop {
        // A secret that is not there yet is one that is not seen yet.
        let answer = reader.fetch(get.encode().bytes()).await?;
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if body.pointer("/secret/secretValue").and_then(Value::as_str) == Some(value) {
            return Ok(started.elapsed());
        }
        if started.elapsed() > Duration::from_secs(GIVE_UP_SECONDS) {
            let what = "a change to be seen on another node".to_owned();
            return Err(Error::TooSlow { what, seconds: GIVE_UP_SECONDS });
        }
    }
}

async fn exchange(writer: &mut Connection, request: &Request) -> Result<()> {
    let answer = writer.fetch(request.encode().bytes()).await?;
    if answer.status == 200 { Ok(()) } else { Err(answer.unexpected(request, 200)) }
}

fn change(fixture: &Fixture, method: fn(String, &Value) -> Request, value: &str) -> Request {
    let body = json!({ "workspaceId": fixture.project_id, "environment": "dev", "secretValue": value });
    method(format!("{LIST}/{SECRET}"), &body).bearer(&fixture.token)
}
