//! A run: where it takes place, and what becomes of its figures.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    compare,
    error::{Error, Result},
    measurement,
    options::BenchOptions,
    plot, readme,
    report::Report,
    server::Tacit,
    sts::Sts,
    tls::Tls,
};

/// Log lines shown when a measurement fails.
const LOG_LINES: usize = 10;

/// Measures, or takes the figures of an earlier run; prints the table, and writes and compares what is asked for.
pub(crate) async fn run(options: &BenchOptions) -> Result<()> {
    if options.nodes > 1 && options.database_url.is_none() {
        return Err(Error::Unfit("several nodes need --database-url".to_owned()));
    }
    // First, because the file may be the one that is written below.
    let earlier = options.compare.as_deref().map(Report::read_json).transpose()?;
    let report = match &options.from {
        Some(path) => Report::read_json(path)?,
        None => measured(options).await?,
    };
    writeln!(std::io::stdout(), "{report}").map_err(Error::io("cannot print the table"))?;
    if let Some(path) = &options.json {
        report.write_json(path)?;
    }
    if let Some(folder) = &options.plots {
        plot::write(&report, folder)?;
    }
    if let Some(path) = &options.readme {
        readme::write(&report, path)?;
    }
    earlier.map_or(Ok(()), |earlier| compare::check(&report, &earlier))
}

/// However it ends, also on SIGINT and SIGTERM, no child is left and no data.
async fn measured(options: &BenchOptions) -> Result<Report> {
    let work = tempfile::Builder::new().prefix("bench-data-").tempdir_in(work_parent(options)?);
    let work = work.map_err(Error::io("cannot make a directory for the data"))?;
    let tacit = Tacit {
        binary: binary(options)?,
        database_url: options.database_url.clone(),
        log: work.path().join("tacit.log"),
        root_key: (options.nodes > 1).then(|| work.path().join("root.key")),
        tls: options.tls.then(|| Tls::make(work.path())).transpose()?,
        sts: Sts::start(work.path())?,
    };
    let measured = tokio::select! {
        measured = measurement::measure(options, &tacit, work.path()) => measured,
        error = interrupted() => Err(error),
    };
    measured.inspect_err(|_| show_log(&tacit.log))
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
