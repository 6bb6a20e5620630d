//! What a run found, for the table and for the JSON file. Field names carry their units.

use std::{fmt, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    audit_cost::AuditCost,
    decision::Decision,
    error::{Error, Result},
    statistics::Spread,
    table::{Table, latency, megabytes, thousands},
    visibility::Visibility,
    writes::Writes,
};

/// A larger share of the CPUs for other processes moves ratios by more than what one wants to see.
const OTHERS_SHARE_MAX: f64 = 0.05;

/// Everything a run found.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Name of the first processor.
    pub(crate) cpu_model: String,
    /// Processors the bench may use; server and client share them.
    pub(crate) cores: usize,
    /// `sqlite` or `postgresql`.
    pub(crate) engine: String,
    /// Nodes of Tacit, over which the connections are spread.
    pub(crate) nodes: u16,
    /// Whether all of them, and the floors, answered with TLS.
    pub(crate) tls: bool,
    /// Connections, all busy at once, in the order of the scenarios' runs.
    pub(crate) connections: Vec<u16>,
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
    /// What recording an event costs, without a server; not in runs of before it was measured.
    #[serde(default)]
    pub(crate) audit: Option<AuditCost>,
    /// The scenarios in the order they were run.
    pub(crate) scenarios: Vec<ScenarioReport>,
    /// Reading as the data grows, in the order they were run.
    pub(crate) growth: Vec<ScenarioReport>,
    /// Durable writes beside the bare loop, on SQLite.
    pub(crate) writes: Option<Writes>,
    /// How long a change is not yet seen on another node, with several.
    pub(crate) visibility: Option<Visibility>,
    /// Name and version of the peer.
    pub(crate) peer: Option<String>,
}

/// What a run found of one scenario.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ScenarioReport {
    /// The scenario.
    pub(crate) name: String,
    /// Connections, all busy at once.
    pub(crate) connections: u16,
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
    /// Somebody else, if they know the like.
    pub(crate) peer: Option<PeerReport>,
}

/// What a run found of a peer in one scenario.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PeerReport {
    /// Requests per second of Tacit to those of the peer, round by round.
    pub(crate) times: Spread,
    /// The peer.
    pub(crate) side: Side,
}

/// Medians of one server in one scenario.
#[derive(Clone, Serialize, Deserialize)]
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

    /// Reads what [`Report::write_json`] wrote.
    pub(crate) fn read_json(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(Error::io(format!("cannot read {}", path.display())))?;
        let unfit = |error| Error::Unfit(format!("{} is not of this bench: {error}", path.display()));
        serde_json::from_str(&text).map_err(unfit)
    }

    /// All scenarios.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ScenarioReport> {
        self.scenarios.iter().chain(&self.growth)
    }

    /// Where and how it was measured, in one line.
    pub(crate) fn setting(&self) -> String {
        let Self { cpu_model, cores, engine, nodes, .. } = self;
        let nodes = if *nodes == 1 { String::new() } else { format!(" and {nodes} nodes") };
        let tls = if self.tls { ", TLS" } else { "" };
        format!("{cpu_model}, {cores} cores shared by server and client; {engine}{nodes}{tls}")
    }

    fn table(&self) -> Table {
        let mut columns = vec![
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
        ];
        if self.peer.is_some() {
            columns.extend(["peer/s", "times the peer"]);
        }
        let mut table = Table::new(&columns);
        for scenario in self.all() {
            let mut cells = scenario.cells(self.connections.len() > 1);
            if self.peer.is_some() {
                cells.extend(scenario.peer_cells());
            }
            table.row(cells);
        }
        table
    }
}

impl ScenarioReport {
    fn cells(&self, with_connections: bool) -> Vec<String> {
        let at = if with_connections { format!(" at {}", self.connections) } else { String::new() };
        vec![
            format!("{}{at}", self.name),
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

    fn peer_cells(&self) -> [String; 2] {
        self.peer.as_ref().map_or_else(Default::default, |peer| {
            [thousands(peer.side.requests_per_second), format!("{:.1}", peer.times.median)]
        })
    }
}

/// What to think of a run beside which other processes took this share of the CPUs.
fn advice(others_share: f64) -> &'static str {
    if others_share > OTHERS_SHARE_MAX { ": the machine was busy, do not quote these figures" } else { "" }
}

/// The page that the bench prints.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, rounds, round_seconds, .. } = self;
        let connections = connections.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        writeln!(f, "{}", self.setting())?;
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
        if let Some(audit) = &self.audit {
            let get_one = self.all().find(|scenario| scenario.name == "get-one");
            let cpu_micros = get_one.map_or(0.0, |scenario| scenario.tacit.server_cpu_micros);
            writeln!(f, "{}", audit.shown(cpu_micros))?;
        }
        if let Some(writes) = &self.writes {
            writeln!(f, "{writes}")?;
        }
        if let Some(visibility) = &self.visibility {
            writeln!(f, "{visibility}")?;
        }
        if let Some(peer) = &self.peer {
            writeln!(f, "the peer is {peer}")?;
        }
        let client = self.all().map(|scenario| scenario.floor.client_cpu_micros);
        writeln!(
            f,
            "CPU per request is the server's; the load generator's own is up to {:.1} µs at the floor",
            client.fold(0.0, f64::max),
        )?;
        let others = self.all().map(|scenario| scenario.others_cpu_share).fold(0.0, f64::max);
        writeln!(f, "other processes took up to {:.0} % of the CPUs{}", others * 100.0, advice(others))
    }
}

/// A report of one scenario, for tests.
#[cfg(test)]
pub(crate) fn example() -> Report {
    let side = |requests_per_second| Side {
        requests_per_second,
        p50_micros: 400.0,
        p99_micros: 900.0,
        server_cpu_micros: 10.0,
        client_cpu_micros: 5.0,
        resident_bytes: 20_000_000,
    };
    let get_one = ScenarioReport {
        name: "get-one".to_owned(),
        connections: 32,
        ratio: 0.5,
        ratio_min: 0.48,
        ratio_max: 0.52,
        others_cpu_share: 0.0,
        floor: side(100_000.0),
        tacit: side(50_000.0),
        peer: None,
    };
    Report {
        cpu_model: "a processor".to_owned(),
        cores: 2,
        engine: "sqlite".to_owned(),
        nodes: 1,
        tls: false,
        connections: vec![32],
        rounds: 6,
        round_seconds: 2.0,
        start_fresh_seconds: 0.02,
        start_again_seconds: 0.01,
        idle_resident_bytes: 16_000_000,
        decision: Decision::default(),
        audit: None,
        scenarios: vec![get_one],
        growth: Vec::new(),
        writes: None,
        visibility: None,
        peer: None,
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
