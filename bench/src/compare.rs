//! Whether a run is worse than an earlier one, beyond what both measured as noise.

use crate::{
    error::{Error, Result},
    report::{Report, ScenarioReport},
};

/// Differences below this are never called worse: ratios of two runs differ by as much without a cause.
const ALWAYS_TOLERATED: f64 = 0.02;

/// Refuses `now` if a ratio of a scenario that both measured is worse than it was in `then`.
pub(crate) fn check(now: &Report, then: &Report) -> Result<()> {
    if setting(now) != setting(then) {
        let (now, then) = (now.setting(), then.setting());
        return Err(Error::Unfit(format!("cannot compare \"{now}\" with \"{then}\"")));
    }
    let pairs = now.all().filter_map(|one| {
        let is_same =
            |other: &&ScenarioReport| other.name == one.name && other.connections == one.connections;
        then.all().find(is_same).map(|other| (one, other))
    });
    let worse: Vec<String> = pairs.filter(|(now, then)| is_worse(now, then)).map(describe).collect();
    if worse.is_empty() { Ok(()) } else { Err(Error::Worse(worse.join("; "))) }
}

/// What must be the same for ratios to be comparable at all. The model of the processor need not be.
fn setting(report: &Report) -> (&str, u16, bool, usize) {
    (&report.engine, report.nodes, report.tls, report.cores)
}

/// Whether the ratio fell by more than half the width of both spreads together.
fn is_worse(now: &ScenarioReport, then: &ScenarioReport) -> bool {
    let noise = |report: &ScenarioReport| (report.ratio_max - report.ratio_min) / 2.0;
    then.ratio - now.ratio > (noise(now) + noise(then)).max(ALWAYS_TOLERATED)
}

fn describe((now, then): (&ScenarioReport, &ScenarioReport)) -> String {
    format!(
        "{} at {} connections: {:.2} ({:.2}-{:.2}), was {:.2} ({:.2}-{:.2})",
        now.name,
        now.connections,
        now.ratio,
        now.ratio_min,
        now.ratio_max,
        then.ratio,
        then.ratio_min,
        then.ratio_max
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn run(ratio: f64, noise: f64) -> Report {
        let mut report = example();
        let scenario = &mut report.scenarios[0];
        (scenario.ratio, scenario.ratio_min, scenario.ratio_max) = (ratio, ratio - noise, ratio + noise);
        report
    }

    #[test]
    fn a_ratio_that_fell_beyond_the_noise_is_named() {
        let error = check(&run(0.40, 0.02), &run(0.50, 0.02)).unwrap_err().to_string();

        assert!(error.contains("get-one at 32 connections: 0.40 (0.38-0.42), was 0.50"), "{error}");
    }

    #[test]
    fn a_ratio_within_the_noise_or_better_is_no_regression() {
        for (now, noise) in [(0.45, 0.03), (0.49, 0.0), (0.50, 0.0), (0.90, 0.0)] {
            assert!(check(&run(now, noise), &run(0.50, 0.03)).is_ok(), "{now}");
        }
    }

    #[test]
    fn a_scenario_that_only_one_run_has_is_left_out() {
        let mut then = run(0.50, 0.0);
        then.scenarios[0].connections = 1;

        assert!(check(&run(0.10, 0.0), &then).is_ok());
    }

    #[test]
    fn runs_of_different_engines_are_not_compared() {
        let other = Report { engine: "postgresql".to_owned(), ..run(0.50, 0.0) };

        assert!(check(&run(0.50, 0.0), &other).unwrap_err().to_string().contains("cannot compare"));
    }
}
