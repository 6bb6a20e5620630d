//! Why something is allowed or not.

use super::action::ActionSet;
use super::catalog::basic_actions;
use super::conditions::Sight;
use super::{Action, Object, PermissionSet, Rule, Subject};

/// What one role or privilege says about an action, and by which of its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule with this index allows it.
    Allows(usize),
    /// The rule with this index denies it.
    Denies(usize),
    /// No rule is about it.
    Silent,
}

/// The decision on one action that is not made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartDecision {
    /// The action.
    pub action: Action,
    /// What each role or privilege says, in the order of [`PermissionSet::sources`].
    pub verdicts: Vec<Verdict>,
}

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The parts of the action, all of which must be allowed. Reading a secret has two, all else one.
    pub parts: Vec<PartDecision>,
}

impl Verdict {
    /// The index of the rule that decided. `None` if none did.
    #[must_use]
    pub const fn rule(self) -> Option<usize> {
        match self {
            Self::Allows(rule) | Self::Denies(rule) => Some(rule),
            Self::Silent => None,
        }
    }

    /// Whether it allows.
    #[must_use]
    pub const fn is_allowing(self) -> bool {
        matches!(self, Self::Allows(_))
    }

    /// Whether it denies.
    #[must_use]
    pub const fn is_denying(self) -> bool {
        matches!(self, Self::Denies(_))
    }
}

impl PartDecision {
    /// Whether it is allowed: one allows and none denies.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.verdicts.iter().any(|verdict| verdict.is_denying())
            && self.verdicts.iter().any(|verdict| verdict.is_allowing())
    }

    /// The index of the role or privilege that decided: the first that denies, or else the first that
    /// allows. `None` if nothing is said, and it is denied for that.
    #[must_use]
    pub fn deciding_source(&self) -> Option<usize> {
        let first = |is: fn(Verdict) -> bool| self.verdicts.iter().position(|verdict| is(*verdict));
        first(Verdict::is_denying).or_else(|| first(Verdict::is_allowing))
    }
}

impl Explanation {
    /// What [`PermissionSet::allows`] says about the same, or [`PermissionSet::could_allow`].
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.parts.iter().all(PartDecision::is_allowed)
    }
}

impl PermissionSet {
    /// [`allows`](Self::allows) with its reasons. It looks at every role and privilege, also after one
    /// has denied.
    #[must_use]
    pub fn explain(&self, action: Action, subject: Subject, object: &Object<'_>) -> Explanation {
        self.explained(action, subject, object, Sight::Whole)
    }

    /// [`could_allow`](Self::could_allow) with its reasons.
    #[must_use]
    pub fn explain_possible(&self, action: Action, subject: Subject, object: &Object<'_>) -> Explanation {
        self.explained(action, subject, object, Sight::Partial)
    }

    fn explained(&self, action: Action, subject: Subject, object: &Object<'_>, sight: Sight) -> Explanation {
        let verdict = |rules: &Vec<Rule>, action| verdict(rules, action, subject, object, sight);
        let part = |action| PartDecision {
            action,
            verdicts: self.sources().iter().map(|rules| verdict(rules, action)).collect(),
        };
        Explanation { parts: basic_actions(action, subject).iter().map(part).collect() }
    }
}

fn verdict(rules: &[Rule], action: Action, subject: Subject, object: &Object<'_>, sight: Sight) -> Verdict {
    let actions = ActionSet::EMPTY.with(action);
    let is_decisive = |rule: &Rule| rule.concerns(actions, subject) && rule.is_met(object, sight);
    match rules.iter().rposition(is_decisive) {
        Some(index) if rules[index].is_inverted() => Verdict::Denies(index),
        Some(index) => Verdict::Allows(index),
        None => Verdict::Silent,
    }
}
