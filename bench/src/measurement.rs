//! All that a run measures, from the first start to the last figure.

use std::{io::Write, path::Path, process::Command};

use crate::{
    anew, audit_cost, decision,
    error::{Error, Result},
    fixture::{self, Fixture},
    growth,
    measure::{self, Contest, Settings},
    openbao::{self, OpenBao},
    options::{BenchOptions, Peer},
    procfs,
    report::{Report, ScenarioReport},
    scenario,
    server::{Server, Tacit},
    servers::Servers,
    start,
    sts::Sts,
    visibility, vouched, writes,
};

/// Changes whose way to another node is timed: enough that 99 % of them is a figure.
const CHANGES: u64 = 300;

/// Measures everything that the options ask for.
pub(crate) async fn measure(options: &BenchOptions, tacit: &Tacit, work: &Path) -> Result<Report> {
    progress("decisions");
    let decision = decision::measure()?;
    progress("audit events");
    let audit = audit_cost::measure(work, options.rounds).await?;
    progress("start");
    let (server, start) = start::measure(tacit, work).await?;
    let servers = join_nodes(tacit, server, options.nodes, work).await?;
    progress("nothing: preparing");
    let fixture = fixture::prepare(&servers).await?;
    anew::prepare(&servers, &fixture, anew::SECRETS).await?;
    let peer = start_peer(options, tacit, work).await?;
    let settings = first_settings(options);
    let contest = Contest {
        tacit: &servers,
        peer: peer.as_ref().map(|(_, peer)| peer),
        tls: tacit.tls.as_ref(),
        settings,
    };
    let scenarios = measure_scenarios(options, &contest, &fixture, &tacit.sts).await?;
    let growth = match options.growth {
        Some(limit) => said("growth", growth::measure(&contest, &fixture, limit)).await?,
        None => Vec::new(),
    };
    // The loop beside it is one on SQLite.
    let writes = match tacit.database_url {
        None => Some(said("durable writes", writes::measure(&servers, &fixture, settings, work)).await?),
        Some(_) => None,
    };
    let visibility = match options.nodes {
        1 => None,
        _ => Some(said("visibility", visibility::measure(&servers, &fixture, CHANGES)).await?),
    };
    servers.stop().await?;
    Ok(Report {
        cpu_model: procfs::cpu_model()?,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        engine: if tacit.database_url.is_some() { "postgresql" } else { "sqlite" }.to_owned(),
        nodes: options.nodes,
        tls: options.tls,
        connections: options.connections.clone(),
        rounds: settings.rounds,
        round_seconds: settings.duration.as_secs_f64(),
        start_fresh_seconds: start.fresh_seconds,
        start_again_seconds: start.again_seconds,
        idle_resident_bytes: start.idle_bytes,
        decision,
        audit: Some(audit),
        scenarios,
        growth,
        writes,
        visibility,
        peer: peer.map(|(name, _)| name),
    })
}

fn first_settings(options: &BenchOptions) -> Settings {
    Settings {
        rounds: options.rounds,
        duration: options.seconds,
        connections: options.connections.first().copied().unwrap_or(1),
        rounds_before: 0,
    }
}

/// Measures the scenarios with each number of connections.
async fn measure_scenarios(
    options: &BenchOptions,
    contest: &Contest<'_>,
    fixture: &Fixture,
    sts: &Sts,
) -> Result<Vec<ScenarioReport>> {
    let rounds_each = contest.settings.rounds_each();
    let rounds = options.connections.iter().map(|_| rounds_each).sum();
    let mut vouched = vouched::prepare(contest.tacit, fixture, sts).await?;
    let logins = std::mem::take(&mut vouched.scenarios);
    let all = scenario::all(contest.tacit, fixture, logins, rounds).await?;
    let mut reports = Vec::new();
    let mut settings = contest.settings;
    for connections in &options.connections {
        settings.connections = *connections;
        for scenario in &all {
            progress(&format!("{} at {connections} connections", scenario.name));
            reports.push(measure::measure(scenario, &Contest { settings, ..*contest }).await?);
        }
        settings.rounds_before += rounds_each;
    }
    Ok(reports)
}

/// Starts the other nodes beside the first, each with a data directory of its own.
async fn join_nodes(tacit: &Tacit, first: Server, nodes: u16, work: &Path) -> Result<Servers> {
    let mut servers = Servers::from(first);
    for number in 1..nodes {
        let data = work.join(format!("node-{number}"));
        std::fs::create_dir(&data).map_err(Error::io(format!("cannot make {}", data.display())))?;
        servers.join(tacit.start(&data).await?.0);
    }
    Ok(servers)
}

/// Starts the peer that is asked for. Returns its name and version with it.
async fn start_peer(options: &BenchOptions, tacit: &Tacit, work: &Path) -> Result<Option<(String, OpenBao)>> {
    let Some(Peer::Openbao) = options.peer else { return Ok(None) };
    let binary = openbao::find(options.bao.as_deref())?;
    let version = Command::new(&binary).arg("version").output().map_err(Error::io("cannot run OpenBao"))?;
    let version = String::from_utf8_lossy(&version.stdout);
    // "OpenBao v2.7.2 (revision), committed at a time"
    let name = version.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(Some((name, openbao::start(&binary, work, tacit.tls.as_ref()).await?)))
}

/// Says what is being measured, then measures it.
async fn said<T>(what: &str, measuring: impl Future<Output = Result<T>>) -> Result<T> {
    progress(what);
    measuring.await
}

/// Says on standard error what is being measured; the table alone goes to standard output.
fn progress(what: &str) {
    // Not worth failing for.
    let _ = writeln!(std::io::stderr(), "measuring {what}");
}
