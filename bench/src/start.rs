//! How long the server takes to start, and what it needs when idle.

use std::{path::Path, time::Duration};

use crate::{
    error::{Error, Result},
    server::{Server, Tacit},
    statistics::median,
};

/// Starts measured of each kind; the median is reported.
const STARTS: usize = 3;
/// How long the server is left alone before its idle memory is read.
const SETTLE: Duration = Duration::from_millis(500);

/// What starting costs.
pub(crate) struct Start {
    /// On an empty data directory: making keys and tables included.
    pub(crate) fresh_seconds: f64,
    /// On the data directory of an earlier start.
    pub(crate) again_seconds: f64,
    /// Memory in RAM after a start, in bytes.
    pub(crate) idle_bytes: u64,
}

/// Measures starts on data directories below `work`. Returns the server that started last, still running.
pub(crate) async fn measure(tacit: &Tacit, work: &Path) -> Result<(Server, Start)> {
    let fresh = fresh_starts(tacit, work).await?;
    let (server, again) = later_starts(tacit, &work.join("0")).await?;
    tokio::time::sleep(SETTLE).await;
    let idle_bytes = server.resident_bytes()?;
    let start = Start { fresh_seconds: median(fresh), again_seconds: median(again), idle_bytes };
    Ok((server, start))
}

async fn fresh_starts(tacit: &Tacit, work: &Path) -> Result<Vec<f64>> {
    // A database that the user gave is fresh only once.
    let count = if tacit.database_url.is_some() { 1 } else { STARTS };
    let mut seconds = Vec::new();
    for index in 0..count {
        let data = work.join(index.to_string());
        std::fs::create_dir(&data).map_err(Error::io(format!("cannot make {}", data.display())))?;
        let (server, time) = tacit.start(&data).await?;
        seconds.push(time.as_secs_f64());
        server.stop().await?;
    }
    Ok(seconds)
}

async fn later_starts(tacit: &Tacit, data: &Path) -> Result<(Server, Vec<f64>)> {
    let mut seconds = Vec::new();
    loop {
        let (server, time) = tacit.start(data).await?;
        seconds.push(time.as_secs_f64());
        if seconds.len() == STARTS {
            return Ok((server, seconds));
        }
        server.stop().await?;
    }
}
