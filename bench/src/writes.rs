//! Durable writes against the least that the same disk can do for them: a bare loop that commits groups to a
//! SQLite file with the same durability, and a file that is appended to and synchronised.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::{
    error::{Error, Result},
    fixture::Fixture,
    histogram::Histogram,
    load::{self, Outcome, Round},
    measure::Settings,
    sample::micros,
    scenario::create_request,
    servers::Servers,
    statistics::{Spread, float, median, per},
    table::{latency, thousands},
};

/// Clients that write at once.
const CLIENTS: u16 = 32;
/// Rows of one commit at most, as in the server.
const GROUP_MAX: usize = 64;
/// What a row of the loop and an append to the file hold: about what a small secret takes encrypted.
const CONTENT: [u8; 256] = [b'x'; 256];
/// Secrets made at most, by many clients and by one: a folder holds 100,000.
const CREATES_MAX: u64 = 40_000;

/// What writing costs. Field names carry their units.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Writes {
    /// Rows that the bare loop made durable in a second, for 32 clients.
    loop_per_second: f64,
    /// Secrets that Tacit created in a second for as many.
    creates_per_second: f64,
    /// The latter to the former.
    pub(crate) ratio: Spread,
    /// Half of the appends to a file were durable within this.
    append_p50_micros: f64,
    /// Half of the creates on one connection were answered within this.
    create_alone_p50_micros: f64,
    /// The latter to the former.
    pub(crate) alone_times: Spread,
}

impl fmt::Display for Writes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "durable writes: {} creates a second for {CLIENTS} clients, {:.2} ({:.2}-{:.2}) of a bare loop of group \
             commits ({}); alone, half of them within {}, {:.1} times ({:.1}-{:.1}) append and fsync ({})",
            thousands(self.creates_per_second),
            self.ratio.median,
            self.ratio.min,
            self.ratio.max,
            thousands(self.loop_per_second),
            latency(self.create_alone_p50_micros),
            self.alone_times.median,
            self.alone_times.min,
            self.alone_times.max,
            latency(self.append_p50_micros),
        )
    }
}

/// Measures all four in turn. `work` is a directory on the disk of the server's data.
pub(crate) async fn measure(
    server: &Servers,
    fixture: &Fixture,
    settings: Settings,
    work: &Path,
) -> Result<Writes> {
    let (mut bare, mut creates, mut appends, mut alone) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..settings.rounds {
        let file = work.join(format!("loop-{round}.db"));
        let duration = settings.duration;
        bare.push(rate(&apart(move || group_commits(&file, duration)).await?));
        creates.push(rate(&create(server, fixture, settings, round, CLIENTS, "MANY").await?));
        let file = work.join(format!("append-{round}"));
        appends.push(p50(&apart(move || append(&file, duration)).await?));
        alone.push(p50(&create(server, fixture, settings, round, 1, "ALONE").await?));
    }
    let each = |these: &[f64], those: &[f64]| {
        Spread::of(these.iter().zip(those).map(|(this, that)| per(*this, *that)))
    };
    Ok(Writes {
        ratio: each(&creates, &bare),
        alone_times: each(&alone, &appends),
        loop_per_second: median(bare),
        creates_per_second: median(creates),
        append_p50_micros: median(appends),
        create_alone_p50_micros: median(alone),
    })
}

fn rate(outcome: &Outcome) -> f64 {
    per(float(outcome.latencies.total()), outcome.elapsed.as_secs_f64())
}

fn p50(outcome: &Outcome) -> f64 {
    micros(outcome.latencies.percentile(50))
}

async fn create(
    server: &Servers,
    fixture: &Fixture,
    settings: Settings,
    round: u16,
    connections: u16,
    prefix: &str,
) -> Result<Outcome> {
    let requests_max = CREATES_MAX / u64::from(settings.rounds);
    let round = Round {
        endpoints: server.endpoints(),
        request: create_request(fixture, "prod", prefix),
        status: 200,
        connections,
        duration: settings.duration,
        first_number: u64::from(round) * requests_max,
        requests_max,
    };
    load::run(round).await
}

/// Runs `work` on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || sender.send(work()));
    receiver.await.map_err(|_| Error::Lost("a loop of writes"))?
}

/// Appends and waits until it is on the disk, over and over.
fn append(path: &Path, duration: Duration) -> Result<Outcome> {
    let cannot = || Error::io(format!("cannot write {}", path.display()));
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(cannot())?;
    let (started, mut latencies) = (Instant::now(), Histogram::new());
    while started.elapsed() < duration {
        let before = Instant::now();
        append_once(&mut file).map_err(cannot())?;
        latencies.record(before.elapsed());
    }
    Ok(Outcome { elapsed: started.elapsed(), latencies })
}

fn append_once(file: &mut File) -> std::io::Result<()> {
    file.write_all(&CONTENT)?;
    file.sync_data()
}

/// One row that a client waits for; sending tells it that the row is durable.
type Waiting = mpsc::SyncSender<()>;

/// Clients that each wait until their row is durable, and one writer that commits the rows of all who wait.
fn group_commits(path: &Path, duration: Duration) -> Result<Outcome> {
    let cannot = |error: rusqlite::Error| Error::Unfit(format!("the bare loop: {error}"));
    let (queue, rows) = mpsc::channel::<Waiting>();
    let mut connection = open(path).map_err(cannot)?;
    let started = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let queue = queue.clone();
            thread::spawn(move || wait_for_rows(&queue, started, duration))
        })
        .collect();
    drop(queue);
    while let Ok(first) = rows.recv() {
        let mut group = vec![first];
        group.extend(rows.try_iter().take(GROUP_MAX - 1));
        commit(&mut connection, group.len()).map_err(cannot)?;
        for waiting in group {
            // A client that is gone needs no answer.
            let _ = waiting.send(());
        }
    }
    let mut latencies = Histogram::new();
    for client in clients {
        latencies.add(&client.join().map_err(|_| Error::Lost("a client of the bare loop"))?);
    }
    Ok(Outcome { elapsed: started.elapsed(), latencies })
}

fn wait_for_rows(queue: &mpsc::Sender<Waiting>, started: Instant, duration: Duration) -> Histogram {
    let (done, durable) = mpsc::sync_channel(1);
    let mut latencies = Histogram::new();
    while started.elapsed() < duration {
        let before = Instant::now();
        if queue.send(done.clone()).is_err() || durable.recv().is_err() {
            break;
        }
        latencies.record(before.elapsed());
    }
    latencies
}

/// A database with the settings of the server's own.
fn open(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL)", [])?;
    Ok(connection)
}

fn commit(connection: &mut rusqlite::Connection, rows: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for _ in 0..rows {
        transaction.prepare_cached("INSERT INTO rows (content) VALUES (?1)")?.execute([CONTENT])?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_bare_loop_is_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loop.db");

        let outcome = group_commits(&path, Duration::from_millis(20)).unwrap();

        let connection = rusqlite::Connection::open(path).unwrap();
        let rows: u32 = connection.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
        assert!(rows > 0);
        assert_eq!(u64::from(rows), outcome.latencies.total());
    }

    #[test]
    fn every_append_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("append");

        let outcome = append(&path, Duration::from_millis(5)).unwrap();

        let length = std::fs::metadata(path).unwrap().len();
        assert_eq!(length, outcome.latencies.total() * CONTENT.len() as u64);
    }
}
