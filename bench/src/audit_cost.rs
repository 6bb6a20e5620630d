//! What recording the event of a read costs: with the recorder of the server itself, on a SQLite file of its
//! own, without a server.

use std::{
    fmt,
    ops::Range,
    path::Path,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tacit::app::audit::{Event, Recorder};
use tacit_store::{Database, Settings};

use crate::{
    error::{Error, Result},
    procfs,
    statistics::{float, median, per},
};

/// Events of a round: fewer than may wait for the database, or the recorder would refuse some.
const EVENTS: u32 = 30_000;

/// What an audit event costs. Field names carry their units.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AuditCost {
    /// Time of handing one event to the recorder, which puts it into the journal: what a read waits for.
    record_micros: f64,
    /// CPU time of one event until it is in the database, on all threads.
    cpu_micros: f64,
    /// Events that went into the database in a second, from the first that was recorded to the last that was
    /// stored.
    stored_per_second: f64,
}

/// What one round took.
struct Round {
    recording: Duration,
    storing: Duration,
    cpu: Duration,
}

/// Records and stores events in some rounds. `work` is a directory on the disk of the server's data.
pub(crate) async fn measure(work: &Path, count: u16) -> Result<AuditCost> {
    let folder = work.join("audit-cost");
    std::fs::create_dir(&folder).map_err(Error::io(format!("cannot make {}", folder.display())))?;
    let settings = Settings::Sqlite(folder.join("tacit.db"));
    let database = Database::open(&settings).await.map_err(|error| Error::Unfit(error.to_string()))?;
    let recorder = Recorder::open(database, &folder.join("journal")).await.map_err(unfit)?;
    let mut rounds = Vec::new();
    for number in 0..u32::from(count) {
        rounds.push(round(&recorder, number * EVENTS..(number + 1) * EVENTS).await?);
    }
    let each = |part: fn(&Round) -> Duration| {
        median(rounds.iter().map(|round| per(part(round).as_secs_f64(), float(u64::from(EVENTS)))))
    };
    Ok(AuditCost {
        record_micros: each(|round| round.recording) * 1e6,
        cpu_micros: each(|round| round.cpu) * 1e6,
        stored_per_second: per(1.0, each(|round| round.storing)),
    })
}

/// Records and stores the events with these numbers.
async fn round(recorder: &Recorder, numbers: Range<u32>) -> Result<Round> {
    let events: Vec<Event> = numbers.map(event).collect::<Result<_>>()?;
    let (began, cpu) = (Instant::now(), procfs::cpu_time(std::process::id())?);
    for event in events {
        recorder.record(event).map_err(unfit)?;
    }
    let recording = began.elapsed();
    recorder.flush().await.map_err(unfit)?;
    let cpu = procfs::cpu_time(std::process::id())?.saturating_sub(cpu);
    Ok(Round { recording, storing: began.elapsed(), cpu })
}

/// The event of reading one secret, with all that the server writes into it.
fn event(number: u32) -> Result<Event> {
    let id = |kind: u32| format!("019abcde-0000-7000-8000-{kind:04x}{number:08x}");
    let event = json!({
        "id": id(0),
        "organization_id": "019abcde-0000-7000-8000-000000000001",
        "project_id": "019abcde-0000-7000-8000-000000000002",
        "kind": "get-secret",
        "is_denied": false,
        "actor_type": "identity",
        "actor_id": "019abcde-0000-7000-8000-000000000003",
        "actor_name": "bench",
        "metadata": {
            "environment": "dev",
            "secretPath": "/",
            "secretId": "019abcde-0000-7000-8000-000000000004",
            "secretKey": "FOO",
            "secretVersion": 1,
        },
        "ip": "127.0.0.1",
        "user_agent": "tacit-bench",
        "created_at_ms": 1_790_000_000_000_i64 + i64::from(number),
    });
    serde_json::from_value(event).map_err(|error| Error::Unfit(format!("an audit event: {error}")))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unfit(error: tacit::app::Error) -> Error {
    Error::Unfit(format!("the recorder: {error}"))
}

impl AuditCost {
    /// One line about it, with the share of what a request takes that the server answers with an event.
    pub(crate) fn shown(&self, request_cpu_micros: f64) -> impl fmt::Display {
        format!(
            "an audit event: {:.1} µs to record, {:.1} µs of CPU until it is stored ({:.0} % of a get-one); {:.0} a \
             second stored",
            self.record_micros,
            self.cpu_micros,
            per(self.cpu_micros, request_cpu_micros) * 100.0,
            self.stored_per_second,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_event_of_a_round_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tacit.db");
        let database = Database::open(&Settings::Sqlite(path.clone())).await.unwrap();
        let recorder = Recorder::open(database, &folder.path().join("journal")).await.unwrap();

        let round = round(&recorder, 7..307).await.unwrap();

        let connection = rusqlite::Connection::open(path).unwrap();
        let count = "SELECT count(*) FROM audit_events";
        let stored: u32 = connection.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(stored, 300);
        assert!(round.recording < round.storing);
    }
}
