//! Measuring one scenario: floor and server in turn, medians of the rounds.

use std::time::Duration;

use crate::{
    error::{Error, Result},
    floor::Answer,
    http::Response,
    load::{self, Round},
    procfs::{self, MachineTime},
    report::{ScenarioReport, Side},
    scenario::Scenario,
    server::{Server, start_floor},
    statistics::{float, median, per},
};

/// The longest warm-up round before those that count.
const WARM_UP_MAX: Duration = Duration::from_millis(500);

/// How much to measure.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// Rounds that count.
    pub(crate) rounds: u16,
    /// Length of a round.
    pub(crate) duration: Duration,
    /// Connections.
    pub(crate) connections: u16,
}

/// What one round measured of one server.
struct Sample {
    requests_per_second: f64,
    p50: Duration,
    p99: Duration,
    /// CPU microseconds of the server for one request.
    server_cpu_micros: f64,
    /// CPU microseconds of this process for one request.
    client_cpu_micros: f64,
    /// Share of the machine's CPU time that went to processes other than these two.
    others_share: f64,
}

/// CPU times at one moment.
struct Clocks {
    server: Duration,
    client: Duration,
    machine: MachineTime,
}

impl Clocks {
    fn read(server: &Server) -> Result<Self> {
        let client = procfs::cpu_time(std::process::id())?;
        Ok(Self { server: server.cpu_time()?, client, machine: procfs::machine_time()? })
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

/// Measures one scenario.
pub(crate) async fn measure(
    scenario: &Scenario,
    tacit: &Server,
    settings: Settings,
) -> Result<ScenarioReport> {
    let floor = raise_floor(scenario, tacit).await?;
    let warm_up = Settings { duration: settings.duration.min(WARM_UP_MAX), ..settings };
    sample(scenario, &floor, warm_up, 0).await?;
    sample(scenario, tacit, warm_up, 0).await?;

    let mut pairs = Vec::new();
    for index in 1..=settings.rounds {
        pairs.push(pair(scenario, &floor, tacit, settings, index).await?);
    }
    report(scenario, &pairs, &floor, tacit)
}

/// One round of each. They begin in turn, so that neither always finds the machine as the other left it.
async fn pair(
    scenario: &Scenario,
    floor: &Server,
    tacit: &Server,
    settings: Settings,
    index: u16,
) -> Result<(Sample, Sample)> {
    let floor_first = index % 2 == 1;
    let first = sample(scenario, if floor_first { floor } else { tacit }, settings, index).await?;
    let second = sample(scenario, if floor_first { tacit } else { floor }, settings, index).await?;
    Ok(if floor_first { (first, second) } else { (second, first) })
}

/// Starts the floor that answers this scenario's request as the server does, and makes sure of it.
async fn raise_floor(scenario: &Scenario, tacit: &Server) -> Result<Server> {
    let original = tacit.fetch(&scenario.request).await?;
    if original.status != scenario.status {
        return Err(original.unexpected(&scenario.request, scenario.status));
    }
    let floor = start_floor(&Answer::copy(scenario.route, &original))?;
    let copy = floor.fetch(&scenario.request).await?;
    if same_bytes(&original, &copy) { Ok(floor) } else { Err(Error::FloorDiffers(scenario.request.name())) }
}

/// Whether two answers are the same but for their time. Hyper may order header fields differently.
fn same_bytes(one: &Response, other: &Response) -> bool {
    let fields = |response: &Response| {
        let mut fields = response.headers.clone();
        fields.retain(|(name, _)| name != "date");
        fields.sort();
        fields
    };
    one.status == other.status && one.body == other.body && fields(one) == fields(other)
}

async fn sample(scenario: &Scenario, server: &Server, settings: Settings, index: u16) -> Result<Sample> {
    let round = Round {
        address: server.address,
        request: scenario.request.clone(),
        status: scenario.status,
        connections: settings.connections,
        duration: settings.duration,
        // Number 0 was spent on the answer that the floor copied.
        first_number: 1 + u64::from(index) * scenario.requests_max,
        requests_max: scenario.requests_max,
    };
    let before = Clocks::read(server)?;
    let outcome = load::run(round).await?;
    let spent = Clocks::read(server)?.since(&before);
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
fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn report(
    scenario: &Scenario,
    pairs: &[(Sample, Sample)],
    floor: &Server,
    tacit: &Server,
) -> Result<ScenarioReport> {
    let ratio = |(floor, tacit): &(Sample, Sample)| per(tacit.requests_per_second, floor.requests_per_second);
    let ratios: Vec<f64> = pairs.iter().map(ratio).collect();
    let others = pairs.iter().flat_map(|(floor, tacit)| [floor.others_share, tacit.others_share]);
    Ok(ScenarioReport {
        name: scenario.name.to_owned(),
        ratio: median(ratios.iter().copied()),
        ratio_min: ratios.iter().copied().fold(f64::INFINITY, f64::min),
        ratio_max: ratios.iter().copied().fold(0.0, f64::max),
        others_cpu_share: median(others),
        floor: side(&pairs.iter().map(|pair| &pair.0).collect::<Vec<_>>(), floor.resident_bytes()?),
        tacit: side(&pairs.iter().map(|pair| &pair.1).collect::<Vec<_>>(), tacit.resident_bytes()?),
    })
}

/// The medians of one server's samples.
fn side(samples: &[&Sample], resident_bytes: u64) -> Side {
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

    fn response(headers: &[(&str, &str)], body: &str) -> Response {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Response { status: 200, headers: headers.iter().map(own).collect(), body: body.to_owned() }
    }

    #[test]
    fn answers_may_differ_in_time_and_order_of_fields_only() {
        let one = response(&[("a", "1"), ("date", "now"), ("b", "2")], "x");

        assert!(same_bytes(&one, &response(&[("b", "2"), ("a", "1"), ("date", "later")], "x")));
        assert!(!same_bytes(&one, &response(&[("b", "2"), ("a", "2"), ("date", "now")], "x")));
        assert!(!same_bytes(&one, &response(&[("a", "1"), ("date", "now")], "x")));
        assert!(!same_bytes(&one, &response(&[("a", "1"), ("date", "now"), ("b", "2")], "y")));
    }

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
