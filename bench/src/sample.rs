//! What one round measures of one side.

use std::time::Duration;

use crate::{
    error::Result,
    http::Request,
    load::{self, Round},
    procfs::{self, MachineTime},
    report::Side,
    servers::Servers,
    statistics::{float, median, per},
};

/// Somebody who is measured, with what it is asked.
pub(crate) struct Contestant<'a> {
    /// Who answers.
    pub(crate) servers: &'a Servers,
    /// The request.
    pub(crate) request: &'a Request,
    /// The status of every answer.
    pub(crate) status: u16,
}

/// How long, how hard, and with which numbers.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Connections.
    pub(crate) connections: u16,
    /// Length of the round.
    pub(crate) duration: Duration,
    /// The number of its first request.
    pub(crate) first_number: u64,
    /// Requests at most.
    pub(crate) requests_max: u64,
}

/// What one round measured.
pub(crate) struct Sample {
    /// Answers in a second.
    pub(crate) requests_per_second: f64,
    p50: Duration,
    p99: Duration,
    /// CPU microseconds of the server for one request.
    server_cpu_micros: f64,
    /// CPU microseconds of this process for one request.
    client_cpu_micros: f64,
    /// Share of the machine's CPU time that went to processes other than these two.
    pub(crate) others_share: f64,
}

/// CPU times at one moment.
struct Clocks {
    server: Duration,
    client: Duration,
    machine: MachineTime,
}

impl Clocks {
    fn read(servers: &Servers) -> Result<Self> {
        let client = procfs::cpu_time(std::process::id())?;
        Ok(Self { server: servers.cpu_time()?, client, machine: procfs::machine_time()? })
    }

    /// What passed since `before`.
    fn since(&self, before: &Self) -> Self {
        let busy = self.machine.busy.saturating_sub(before.machine.busy);
        let total = self.machine.total.saturating_sub(before.machine.total);
        Self {
            server: self.server.saturating_sub(before.server),
            client: self.client.saturating_sub(before.client),
            machine: MachineTime { busy, total },
        }
    }

    fn others_share(&self) -> f64 {
        let others = self.machine.busy.saturating_sub(self.server + self.client);
        per(others.as_secs_f64(), self.machine.total.as_secs_f64())
    }
}

/// Runs one round.
pub(crate) async fn take(contestant: &Contestant<'_>, effort: Effort) -> Result<Sample> {
    let round = Round {
        endpoints: contestant.servers.endpoints(),
        request: contestant.request.clone(),
        status: contestant.status,
        connections: effort.connections,
        duration: effort.duration,
        first_number: effort.first_number,
        requests_max: effort.requests_max,
    };
    let before = Clocks::read(contestant.servers)?;
    let outcome = load::run(round).await?;
    let spent = Clocks::read(contestant.servers)?.since(&before);
    let requests = float(outcome.latencies.total());
    Ok(Sample {
        requests_per_second: per(requests, outcome.elapsed.as_secs_f64()),
        p50: outcome.latencies.percentile(50),
        p99: outcome.latencies.percentile(99),
        server_cpu_micros: per(micros(spent.server), requests),
        client_cpu_micros: per(micros(spent.client), requests),
        others_share: spent.others_share(),
    })
}

/// A time in microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The medians of one side's samples.
pub(crate) fn side(samples: &[&Sample], resident_bytes: u64) -> Side {
    let median_of = |figure: fn(&Sample) -> f64| median(samples.iter().map(|sample| figure(sample)));
    Side {
        requests_per_second: median_of(|sample| sample.requests_per_second),
        p50_micros: median_of(|sample| micros(sample.p50)),
        p99_micros: median_of(|sample| micros(sample.p99)),
        server_cpu_micros: median_of(|sample| sample.server_cpu_micros),
        client_cpu_micros: median_of(|sample| sample.client_cpu_micros),
        resident_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_neither_server_nor_client_spent_went_to_others() {
        let clocks = |server, client, busy, total| {
            let seconds = Duration::from_secs;
            let machine = MachineTime { busy: seconds(busy), total: seconds(total) };
            Clocks { server: seconds(server), client: seconds(client), machine }
        };

        let spent = clocks(11, 21, 110, 1100).since(&clocks(10, 20, 105, 1090));

        assert_eq!(format!("{:.2}", spent.others_share()), "0.30");
    }

    #[test]
    fn each_figure_of_a_side_is_the_median_of_its_rounds() {
        let samples = [3.0, 1.0, 2.0].map(|figure| Sample {
            requests_per_second: figure,
            p50: Duration::from_secs_f64(figure),
            p99: Duration::from_secs_f64(figure * 10.0),
            server_cpu_micros: figure,
            client_cpu_micros: figure,
            others_share: figure,
        });

        let side = side(&samples.iter().collect::<Vec<_>>(), 7);

        let rounded = [side.requests_per_second, side.p50_micros, side.p99_micros, side.server_cpu_micros]
            .map(|figure| format!("{figure:.0}"));
        assert_eq!(rounded, ["2", "2000000", "20000000", "2"]);
        assert_eq!(side.resident_bytes, 7);
    }
}
