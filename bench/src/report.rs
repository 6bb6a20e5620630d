//! What a run found, for the table and for the JSON file. Field names carry their units.

use std::{fmt, path::Path};

use serde::Serialize;

use crate::{
    decision::Decision,
    error::{Error, Result},
    table::{Table, latency, megabytes, thousands},
};

/// A larger share of the CPUs for other processes moves ratios by more than what one wants to see.
const OTHERS_SHARE_MAX: f64 = 0.05;

/// Everything a run found.
#[derive(Serialize)]
pub(crate) struct Report {
    /// Name of the first processor.
    pub(crate) cpu_model: String,
    /// Processors the bench may use; server and client share them.
    pub(crate) cores: usize,
    /// `sqlite` or `postgresql`.
    pub(crate) engine: &'static str,
    /// Connections, all busy at once.
    pub(crate) connections: u16,
    /// Rounds of each scenario and server.
    pub(crate) rounds: u16,
    /// Length of a round.
    pub(crate) round_seconds: f64,
    /// Start to the first 200 on an empty data directory.
    pub(crate) start_fresh_seconds: f64,
    /// Start to the first 200 on an existing data directory.
    pub(crate) start_again_seconds: f64,
    /// Memory of the server in RAM before any load.
    pub(crate) idle_resident_bytes: u64,
    /// Time of single decisions, without a server.
    pub(crate) decision: Decision,
    /// The scenarios in the order they were run.
    pub(crate) scenarios: Vec<ScenarioReport>,
}

/// What a run found of one scenario.
#[derive(Serialize)]
pub(crate) struct ScenarioReport {
    /// The scenario.
    pub(crate) name: String,
    /// Median of the rounds' ratios, requests per second of Tacit to those of the floor.
    pub(crate) ratio: f64,
    /// The lowest ratio of a round.
    pub(crate) ratio_min: f64,
    /// The highest ratio of a round.
    pub(crate) ratio_max: f64,
    /// Median share of the machine's CPU time that went to other processes during the rounds, 0 to 1.
    pub(crate) others_cpu_share: f64,
    /// The bare handler.
    pub(crate) floor: Side,
    /// The server.
    pub(crate) tacit: Side,
}

/// Medians of one server in one scenario.
#[derive(Serialize)]
pub(crate) struct Side {
    /// Answers in a second.
    pub(crate) requests_per_second: f64,
    /// Half of all answers came within this.
    pub(crate) p50_micros: f64,
    /// 99 % of all answers came within this.
    pub(crate) p99_micros: f64,
    /// CPU time of the server for one request.
    pub(crate) server_cpu_micros: f64,
    /// CPU time of the load generator for one request.
    pub(crate) client_cpu_micros: f64,
    /// Memory of the server in RAM after the last round.
    pub(crate) resident_bytes: u64,
}

impl Report {
    /// Writes it as JSON; makes the directory if needed.
    pub(crate) fn write_json(&self, path: &Path) -> Result<()> {
        let cannot_write = || format!("cannot write {}", path.display());
        let mut text = serde_json::to_string_pretty(self).map_err(|error| Error::Unfit(error.to_string()))?;
        text.push('\n');
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Error::io(cannot_write()))?;
        }
        std::fs::write(path, text).map_err(Error::io(cannot_write()))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "scenario",
            "floor/s",
            "tacit/s",
            "ratio",
            "low-high",
            "p50",
            "p99",
            "CPU floor",
            "CPU tacit",
            "RSS",
        ]);
        for scenario in &self.scenarios {
            table.row(scenario.cells());
        }
        table
    }
}

impl ScenarioReport {
    fn cells(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            thousands(self.floor.requests_per_second),
            thousands(self.tacit.requests_per_second),
            format!("{:.2}", self.ratio),
            format!("{:.2}-{:.2}", self.ratio_min, self.ratio_max),
            latency(self.tacit.p50_micros),
            latency(self.tacit.p99_micros),
            format!("{:.1} µs", self.floor.server_cpu_micros),
            format!("{:.1} µs", self.tacit.server_cpu_micros),
            megabytes(self.tacit.resident_bytes),
        ]
    }
}

/// What to think of a run beside which other processes took this share of the CPUs.
fn advice(others_share: f64) -> &'static str {
    if others_share > OTHERS_SHARE_MAX { ": the machine was busy, do not quote these figures" } else { "" }
}

/// The page that the bench prints.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cpu_model, cores, engine, connections, rounds, round_seconds, .. } = self;
        writeln!(f, "{cpu_model}, {cores} cores shared by server and client; {engine}")?;
        writeln!(
            f,
            "{connections} keep-alive connections, medians of {rounds} rounds of {round_seconds} s\n"
        )?;
        writeln!(f, "{}", self.table())?;
        writeln!(
            f,
            "start to first 200: {:.0} ms fresh, {:.0} ms again; idle memory {}",
            self.start_fresh_seconds * 1e3,
            self.start_again_seconds * 1e3,
            megabytes(self.idle_resident_bytes),
        )?;
        writeln!(f, "{}", self.decision)?;
        let client = self.scenarios.iter().map(|scenario| scenario.floor.client_cpu_micros);
        writeln!(
            f,
            "CPU per request is the server's; the load generator's own is up to {:.1} µs at the floor",
            client.fold(0.0, f64::max),
        )?;
        let others = self.scenarios.iter().map(|scenario| scenario.others_cpu_share).fold(0.0, f64::max);
        writeln!(f, "other processes took up to {:.0} % of the CPUs{}", others * 100.0, advice(others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_called_one() {
        assert!(advice(0.5).contains("do not quote"));
        assert_eq!(advice(0.01), "");
    }
}
