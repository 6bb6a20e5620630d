//! Measuring one scenario: floor, Tacit and perhaps a peer in turn, medians of the rounds.

use std::time::Duration;

use crate::{
    error::{Error, Result},
    floor::Answer,
    http::Response,
    openbao::OpenBao,
    report::{PeerReport, ScenarioReport},
    sample::{self, Contestant, Effort, Sample},
    scenario::Scenario,
    server::start_floor,
    servers::Servers,
    statistics::{Spread, median, per},
    tls::Tls,
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
    /// Rounds of each scenario that went before, with other numbers of connections.
    pub(crate) rounds_before: u64,
}

impl Settings {
    /// Rounds of one scenario: those that count, one to warm up, and one for the answer that the floor copies.
    pub(crate) fn rounds_each(self) -> u64 {
        u64::from(self.rounds) + 2
    }
}

/// Who is measured, and how.
pub(crate) struct Contest<'a> {
    /// Tacit.
    pub(crate) tacit: &'a Servers,
    /// Somebody else, who answers some of the scenarios.
    pub(crate) peer: Option<&'a OpenBao>,
    /// TLS, if it is on: for the floors.
    pub(crate) tls: Option<&'a Tls>,
    /// How much.
    pub(crate) settings: Settings,
}

/// Measures one scenario.
pub(crate) async fn measure(scenario: &Scenario, contest: &Contest<'_>) -> Result<ScenarioReport> {
    let floor = raise_floor(scenario, contest).await?;
    let asked = |servers| Contestant { servers, request: &scenario.request, status: scenario.status };
    let mut contestants = vec![asked(&floor), asked(contest.tacit)];
    if let Some(peer) = contest.peer
        && let Some((request, status)) = peer.request(scenario.name)
    {
        contestants.push(Contestant { servers: &peer.servers, request, status });
    }
    round(scenario, &contestants, contest.settings, 0).await?;
    let mut rounds = Vec::new();
    for index in 1..=contest.settings.rounds {
        rounds.push(round(scenario, &contestants, contest.settings, index).await?);
    }
    report(scenario, &rounds, &contestants, contest.settings.connections)
}

/// One round of each; number 0 is for warming up. They begin in turn, so that none always finds the machine
/// as the same other one left it.
async fn round(
    scenario: &Scenario,
    contestants: &[Contestant<'_>],
    settings: Settings,
    index: u16,
) -> Result<Vec<Sample>> {
    let duration = if index == 0 { settings.duration.min(WARM_UP_MAX) } else { settings.duration };
    let effort = Effort {
        connections: settings.connections,
        duration,
        // The first round's numbers are for the answer that the floor copied.
        first_number: (settings.rounds_before + 1 + u64::from(index)) * scenario.requests_max,
        requests_max: scenario.requests_max,
    };
    let mut samples = Vec::new();
    for turn in 0..contestants.len() {
        let at = (turn + usize::from(index)) % contestants.len();
        samples.push((at, sample::take(&contestants[at], effort).await?));
    }
    samples.sort_by_key(|(at, _)| *at);
    Ok(samples.into_iter().map(|(_, sample)| sample).collect())
}

/// Starts the floor that answers this scenario's request as the server does, and makes sure of it.
async fn raise_floor(scenario: &Scenario, contest: &Contest<'_>) -> Result<Servers> {
    let number = contest.settings.rounds_before * scenario.requests_max;
    let original = contest.tacit.fetch_numbered(&scenario.request, number).await?;
    if original.status != scenario.status {
        return Err(original.unexpected(&scenario.request, scenario.status));
    }
    let floor = Servers::from(start_floor(&Answer::copy(scenario.route, &original), contest.tls)?);
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

fn report(
    scenario: &Scenario,
    rounds: &[Vec<Sample>],
    contestants: &[Contestant<'_>],
    connections: u16,
) -> Result<ScenarioReport> {
    let side = |at: usize| {
        let samples: Vec<&Sample> = rounds.iter().filter_map(|round| round.get(at)).collect();
        let resident = contestants.get(at).map_or(Ok(0), |contestant| contestant.servers.resident_bytes());
        resident.map(|bytes| sample::side(&samples, bytes))
    };
    // Tacit is number 1.
    let of = |other: usize| {
        let rate =
            |round: &[Sample], at: usize| round.get(at).map_or(0.0, |sample| sample.requests_per_second);
        Spread::of(rounds.iter().map(|round| per(rate(round, 1), rate(round, other))))
    };
    let ratio = of(0);
    let peer = if contestants.len() > 2 { Some(PeerReport { times: of(2), side: side(2)? }) } else { None };
    Ok(ScenarioReport {
        name: scenario.name.to_owned(),
        connections,
        ratio: ratio.median,
        ratio_min: ratio.min,
        ratio_max: ratio.max,
        others_cpu_share: median(rounds.iter().map(|round| others_share(round))),
        floor: side(0)?,
        tacit: side(1)?,
        peer,
    })
}

fn others_share(round: &[Sample]) -> f64 {
    median(round.iter().map(|sample| sample.others_share))
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
}
