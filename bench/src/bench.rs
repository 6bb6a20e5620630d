//! The whole measurement, from the first start to the table.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    decision,
    error::{Error, Result},
    fixture, growth,
    measure::{self, Settings},
    options::BenchOptions,
    procfs,
    report::Report,
    scenario,
    server::Tacit,
    start,
};

/// Log lines shown when a measurement fails.
const LOG_LINES: usize = 10;

/// Measures, prints the table, and writes the JSON file if one is named.
/// However it ends, also on SIGINT and SIGTERM, no child is left and no data.
pub(crate) async fn run(options: &BenchOptions) -> Result<()> {
    let work = tempfile::Builder::new().prefix("bench-data-").tempdir_in(work_parent(options)?);
    let work = work.map_err(Error::io("cannot make a directory for the data"))?;
    let tacit = Tacit {
        binary: binary(options)?,
        database_url: options.database_url.clone(),
        log: work.path().join("tacit.log"),
    };
    let measured = tokio::select! {
        measured = measure_all(options, &tacit, work.path()) => measured,
        error = interrupted() => Err(error),
    };
    let report = measured.inspect_err(|_| show_log(&tacit.log))?;
    writeln!(std::io::stdout(), "{report}").map_err(Error::io("cannot print the table"))?;
    options.json.as_deref().map_or(Ok(()), |path| report.write_json(path))
}

async fn measure_all(options: &BenchOptions, tacit: &Tacit, work: &Path) -> Result<Report> {
    let settings =
        Settings { rounds: options.rounds, duration: options.seconds, connections: options.connections };
    progress("decisions");
    let decision = decision::measure()?;
    progress("start");
    let (server, start) = start::measure(tacit, work).await?;
    let fixture = fixture::prepare(&server).await?;
    let mut scenarios = Vec::new();
    for scenario in scenario::all(&server, &fixture, u64::from(settings.rounds) + 1).await? {
        progress(scenario.name);
        scenarios.push(measure::measure(&scenario, &server, settings).await?);
    }
    if let Some(limit) = options.growth {
        progress("growth");
        scenarios.extend(growth::measure(&server, &fixture, settings, limit).await?);
    }
    server.stop().await?;
    Ok(Report {
        cpu_model: procfs::cpu_model()?,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        engine: if tacit.database_url.is_some() { "postgresql" } else { "sqlite" },
        connections: settings.connections,
        rounds: settings.rounds,
        round_seconds: settings.duration.as_secs_f64(),
        start_fresh_seconds: start.fresh_seconds,
        start_again_seconds: start.again_seconds,
        idle_resident_bytes: start.idle_bytes,
        decision,
        scenarios,
    })
}

/// Says on standard error what is being measured; the table alone goes to standard output.
fn progress(what: &str) {
    // Not worth failing for.
    let _ = writeln!(std::io::stderr(), "measuring {what}");
}

/// Shows the last lines that the server logged, if any.
fn show_log(log: &Path) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(LOG_LINES)..] {
        let _ = writeln!(std::io::stderr(), "tacit: {line}");
    }
}

/// Comes back when the user or the system wants the bench to stop.
async fn interrupted() -> Error {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = signals else { return Error::Lost("the signal handler") };
    tokio::select! {
        _ = interrupt.recv() => Error::Interrupted,
        _ = terminate.recv() => Error::Interrupted,
    }
}

/// The server to measure, as an absolute path: it is started in another directory.
fn binary(options: &BenchOptions) -> Result<PathBuf> {
    let path = match &options.tacit {
        Some(path) => path.clone(),
        None => beside_this_binary()?.join("tacit"),
    };
    path.canonicalize().map_err(Error::io(format!("cannot find the server {}", path.display())))
}

/// Where data directories are made. Beside this binary is a disk that builds were written to, whereas the
/// usual place for temporary files may be memory, on which a durable write costs nothing.
fn work_parent(options: &BenchOptions) -> Result<PathBuf> {
    let path = match &options.work_dir {
        Some(path) => path.clone(),
        None => beside_this_binary()?,
    };
    path.canonicalize().map_err(Error::io(format!("cannot find {}", path.display())))
}

fn beside_this_binary() -> Result<PathBuf> {
    let mut path = std::env::current_exe().map_err(Error::io("cannot find this binary"))?;
    path.pop();
    Ok(path)
}
