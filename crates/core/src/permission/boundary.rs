//! The privilege boundary: nobody gives what they do not hold (decisions 29, wire-contract 12.5).

use serde::Serialize;

use super::action::ActionSet;
use super::implication::{all_imply, are_apart};
use super::{Action, Conditions, PermissionSet, Rule, Subject};

/// A right that somebody would give without holding it: an item of `missingPermissions` in the
/// wire's `PermissionBoundaryError`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What it lets one do.
    pub action: Action,
    /// To what kind of thing.
    pub subject: Subject,
    /// To which of them, as the rule that would be given says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
}

impl PermissionSet {
    /// The rights of `wanted` that this set does not hold.
    ///
    /// Never empty if `wanted` allows anything that this set does not. It may name rights that are
    /// held, if that takes more than comparing rule with rule to prove.
    #[must_use]
    pub fn missing_from(&self, wanted: &Self) -> Vec<Missing> {
        let mut missing = Vec::new();
        for rule in wanted.sources().iter().flatten().filter(|rule| !rule.is_inverted()) {
            for action in rule.basic_actions().iter() {
                let right =
                    Missing { action, subject: rule.subject(), conditions: rule.conditions().cloned() };
                if !Comparison::new(self, wanted, &right).is_held(rule) && !missing.contains(&right) {
                    missing.push(right);
                }
            }
        }
        missing
    }
}

/// The rules of one role or privilege about one action on one subject.
type Source<'a> = Vec<&'a Rule>;

/// Two sets of permissions, looked at for one action on one subject.
struct Comparison<'a> {
    holder: Vec<Source<'a>>,
    wanted: Vec<Source<'a>>,
}

impl<'a> Comparison<'a> {
    fn new(holder: &'a PermissionSet, wanted: &'a PermissionSet, right: &Missing) -> Self {
        let actions = ActionSet::EMPTY.with(right.action);
        let sources = |set: &'a PermissionSet| {
            let relevant = |rules: &'a Vec<Rule>| -> Source<'a> {
                rules.iter().filter(|rule| rule.concerns(actions, right.subject)).collect()
            };
            set.sources().iter().map(relevant).filter(|source| !source.is_empty()).collect()
        };
        Self { holder: sources(holder), wanted: sources(wanted) }
    }

    /// Whether the holder may do all that `rule`, an allowing one of the wanted set, gives.
    fn is_held(&self, rule: &Rule) -> bool {
        self.wanted_denies(&[rule]) || self.holder_allows(rule) && !self.holder_denies(rule)
    }

    fn holder_allows(&self, rule: &Rule) -> bool {
        self.holder.iter().flatten().any(|own| !own.is_inverted() && all_imply(&[rule], own))
    }

    /// Whether the holder might be denied something of `rule` that the wanted set allows.
    fn holder_denies(&self, rule: &Rule) -> bool {
        self.holder
            .iter()
            .filter(|source| !self.wanted.iter().any(|wanted| decide_alike(source, wanted)))
            .any(|source| self.source_denies(source, rule))
    }

    fn source_denies(&self, source: &[&Rule], rule: &Rule) -> bool {
        source.iter().enumerate().filter(|(_, denial)| denial.is_inverted()).any(|(index, denial)| {
            let is_overruled =
                source[index..].iter().any(|later| !later.is_inverted() && all_imply(&[rule], later));
            !is_overruled && !are_apart(rule, denial) && !self.wanted_denies(&[rule, denial])
        })
    }

    /// Whether the wanted set denies all that meets each of `rules`.
    fn wanted_denies(&self, rules: &[&Rule]) -> bool {
        self.wanted.iter().any(|source| {
            source.iter().enumerate().any(|(index, denial)| {
                denial.is_inverted()
                    && all_imply(rules, denial)
                    && source[index..]
                        .iter()
                        .all(|later| later.is_inverted() || rules.iter().any(|rule| are_apart(rule, later)))
            })
        })
    }
}

/// Whether two roles have the same rules in the same order, so that they never differ.
fn decide_alike(one: &[&Rule], other: &[&Rule]) -> bool {
    let is_same = |(one, other): (&&Rule, &&Rule)| {
        one.is_inverted() == other.is_inverted() && one.conditions() == other.conditions()
    };
    one.len() == other.len() && one.iter().zip(other).all(is_same)
}
