//! The time of one decision under a role with many rules, without a server.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tacit_core::permission::{Action, Object, PermissionSet, Rule, Scope, Subject};

use crate::{
    error::{Error, Result},
    statistics::{float, per},
};

/// Rules of the role.
const RULES: usize = 200;
/// Decisions between two looks at the clock.
const BATCH: u32 = 50;
/// Rounds, of which the fastest counts: whatever else the machine does only adds to the others.
const ROUNDS: usize = 100;
/// Length of a round.
const ROUND: Duration = Duration::from_millis(2);

/// What one decision took. Field names carry their units.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Decision {
    /// Rules of the role.
    rules: usize,
    /// Where the first rule decides, so that all are looked at.
    first_rule_micros: f64,
    /// Where the last rule decides.
    last_rule_micros: f64,
    /// Where no rule is about the secret, so that it is refused.
    no_rule_micros: f64,
}

/// Times decisions on reading a secret: the worst case, the best and a refusal.
pub(crate) fn measure() -> Result<Decision> {
    let wire: Vec<Value> = (0..RULES).map(rule).collect();
    let rules = Rule::parse_all(&wire, Scope::Project).map_err(|error| Error::Unfit(error.to_string()))?;
    let set = PermissionSet::new(vec![rules]);
    let time = |team: usize| {
        let path = format!("/teams/team-{team}/services/payments");
        let object = Object::new()
            .environment("production")
            .secret_path(&path)
            .secret_name("DATABASE_URL")
            .secret_tags(&[]);
        let expected = team < RULES;
        if set.allows(Action::Read, Subject::Secrets, &object) != expected {
            return Err(Error::Unfit(format!("the decision about {path} is not {expected}")));
        }
        Ok(micros(|| set.allows(Action::Read, Subject::Secrets, black_box(&object))))
    };
    Ok(Decision {
        rules: RULES,
        first_rule_micros: time(0)?,
        last_rule_micros: time(RULES - 1)?,
        no_rule_micros: time(RULES)?,
    })
}

/// A rule with all that a rule of a large organization asks about.
fn rule(team: usize) -> Value {
    json!({
        "subject": "secrets",
        "action": ["read", "edit"],
        "conditions": {
            "environment": { "$in": ["staging", "production"] },
            "secretPath": { "$glob": format!("/teams/team-{team}/**") },
            "secretName": { "$glob": "*_URL" },
        },
    })
}

/// Microseconds of one call, in the fastest of some rounds.
fn micros(mut decide: impl FnMut() -> bool) -> f64 {
    let round = |_| {
        let (begin, mut count) = (Instant::now(), 0);
        while begin.elapsed() < ROUND {
            for _ in 0..BATCH {
                black_box(decide());
            }
            count += u64::from(BATCH);
        }
        per(begin.elapsed().as_secs_f64() * 1e6, float(count))
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a decision under {} rules: {:.2} µs if the first decides, {:.2} µs if the last does, {:.2} µs if none",
            self.rules, self.first_rule_micros, self.last_rule_micros, self.no_rule_micros,
        )
    }
}
