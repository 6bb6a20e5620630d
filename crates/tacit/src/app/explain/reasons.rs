//! What each role and privilege of somebody says about a question.

use std::collections::BTreeSet;

use tacit_core::{
    permission::{Action, OrganizationRole, PartDecision, PermissionSet, ProjectRole, Scope, Verdict},
    time::Timestamp,
};

use super::{
    given::{Given, permissions},
    question::Thing,
};

/// A decision with what led to it.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// Whether it is allowed: all parts are.
    pub is_allowed: bool,
    /// The decisions on the parts of the action.
    pub parts: Vec<Part>,
    /// The roles and privileges that count now.
    pub sources: Vec<Source>,
}

/// The decision on a part of an action.
#[derive(Clone, Debug)]
pub struct Part {
    /// The action.
    pub action: Action,
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// The index of the role or privilege that decided. `None` if none says anything.
    pub decided_by: Option<usize>,
}

/// A role or privilege with what it says.
#[derive(Clone, Debug)]
pub struct Source {
    /// The role or privilege.
    pub given: Given,
    /// What it says about each part of the action.
    pub verdicts: Vec<(Action, Verdict)>,
}

impl Reasons {
    /// Asks the roles and privileges that count at a time.
    pub(super) fn at(given: &[Given], thing: &Thing<'_>, time: Timestamp) -> Self {
        let counted = counted(given, time);
        let explanation = thing.explain(&permissions(&counted));
        let source = |(index, given): (usize, &&Given)| Source {
            given: (*given).clone(),
            verdicts: explanation.parts.iter().map(|part| (part.action, part.verdicts[index])).collect(),
        };
        Self {
            is_allowed: explanation.is_allowed(),
            sources: counted.iter().enumerate().map(source).collect(),
            parts: explanation.parts.iter().map(Part::from).collect(),
        }
    }

    /// The roles and privileges that decided, each once.
    pub fn deciding(&self) -> impl Iterator<Item = &Source> {
        let decided = |index: usize| self.parts.iter().any(|part| part.decided_by == Some(index));
        self.sources.iter().enumerate().filter(move |(index, _)| decided(*index)).map(|(_, source)| source)
    }

    /// The indexes of those that deny: as long as one is there, it is not allowed.
    #[must_use]
    pub fn denying(&self) -> Vec<usize> {
        let denies = |source: &Source| source.verdicts.iter().any(|(_, verdict)| verdict.is_denying());
        (0..self.sources.len()).filter(|index| denies(&self.sources[*index])).collect()
    }

    /// The slugs of the built-in roles that would allow what nothing allows; none if all parts are
    /// allowed by something.
    pub(super) fn roles_that_allow(&self, scope: Scope, thing: &Thing<'_>) -> Vec<&'static str> {
        let is_allowed_by_one =
            |part: usize| self.sources.iter().any(|source| source.verdicts[part].1.is_allowing());
        let missing: Vec<usize> = (0..self.parts.len()).filter(|part| !is_allowed_by_one(*part)).collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let allows = |rules| {
            let explanation = thing.explain(&PermissionSet::new(vec![rules]));
            missing.iter().all(|part| explanation.parts[*part].is_allowed())
        };
        match scope {
            Scope::Project => {
                let roles = ProjectRole::ALL.iter().filter(|role| allows(role.rules()));
                roles.map(|role| role.slug()).collect()
            }
            Scope::Organization => {
                let roles = OrganizationRole::ALL.iter().filter(|role| allows(role.rules()));
                roles.map(|role| role.slug()).collect()
            }
        }
    }
}

impl From<&PartDecision> for Part {
    fn from(part: &PartDecision) -> Self {
        Self { action: part.action, is_allowed: part.is_allowed(), decided_by: part.deciding_source() }
    }
}

/// When a role or privilege next begins or ends so that the decision becomes another.
pub(super) fn changes_at(given: &[Given], thing: &Thing<'_>, now: Timestamp) -> Option<Timestamp> {
    let times = given.iter().filter(|one| one.is_temporary).flat_map(|one| [one.starts_at, one.ends_at]);
    let later: BTreeSet<Timestamp> = times.flatten().filter(|time| *time > now).collect();
    let is_allowed = |time| thing.explain(&permissions(&counted(given, time))).is_allowed();
    let today = is_allowed(now);
    later.into_iter().find(|time| is_allowed(*time) != today)
}

/// Those that count at a time, in an order of their own: databases return them in any.
pub(super) fn counted(given: &[Given], time: Timestamp) -> Vec<&Given> {
    let mut counted: Vec<&Given> = given.iter().filter(|one| one.counts(time)).collect();
    counted.sort_by_key(|one| (one.kind == super::Kind::Privilege, &one.membership_id, &one.role, &one.id));
    counted
}
