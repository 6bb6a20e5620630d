//! A role or privilege in explanations.

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    permission::{Action, Rule, Verdict},
    time::Timestamp,
};

use crate::app::explain::{Given, GivenBy, Kind, Source};

/// A role or privilege and what it says.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ExplainedSource<'a> {
    #[serde(flatten)]
    given: GivenShape<'a>,
    /// What it says about each part of the action.
    verdicts: Vec<ExplainedVerdict<'a>>,
}

/// A role or privilege that somebody has.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GivenShape<'a> {
    /// The id of the role or privilege as it was given.
    id: &'a str,
    /// `role`, `custom-role` or `privilege`.
    kind: &'static str,
    /// The slug of the role; null for a privilege.
    role: Option<&'a str>,
    /// The slug of the privilege; null for a role.
    privilege: Option<&'a str>,
    /// The membership that it belongs to.
    membership_id: &'a str,
    /// `own`, or `group` if it is what a group has in the project.
    given_by: &'static str,
    /// That group, if the caller may see it.
    group: Option<GroupRef<'a>>,
    is_temporary: bool,
    starts_at: Option<Timestamp>,
    /// Until when a temporary one counts.
    ends_at: Option<Timestamp>,
}

/// A group.
#[derive(Serialize, JsonSchema)]
struct GroupRef<'a> {
    id: &'a str,
    name: &'a str,
}

/// What a role or privilege says about a part of the action.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ExplainedVerdict<'a> {
    action: Action,
    /// `allows`, `denies` or `silent`.
    verdict: &'static str,
    /// The index of the rule that decided, the last one that fits.
    rule_index: Option<usize>,
    /// That rule.
    rule: Option<&'a Rule>,
}

impl<'a> From<&'a Source> for ExplainedSource<'a> {
    fn from(source: &'a Source) -> Self {
        let verdicts = source.verdicts.iter();
        Self {
            given: GivenShape::from(&source.given),
            verdicts: verdicts.map(|(action, verdict)| shown(&source.given, *action, *verdict)).collect(),
        }
    }
}

impl<'a> From<&'a Given> for GivenShape<'a> {
    fn from(given: &'a Given) -> Self {
        let group = match &given.given_by {
            GivenBy::Group(Some((id, name))) => Some(GroupRef { id: id.as_str(), name }),
            GivenBy::Group(None) | GivenBy::Own => None,
        };
        Self {
            id: &given.id,
            kind: kind(given.kind),
            role: (given.kind != Kind::Privilege).then_some(&given.role),
            privilege: given.privilege.as_deref(),
            membership_id: given.membership_id.as_str(),
            given_by: if given.given_by == GivenBy::Own { "own" } else { "group" },
            group,
            is_temporary: given.is_temporary,
            starts_at: given.starts_at,
            ends_at: given.ends_at,
        }
    }
}

fn shown(given: &Given, action: Action, verdict: Verdict) -> ExplainedVerdict<'_> {
    let name = match verdict {
        Verdict::Allows(_) => "allows",
        Verdict::Denies(_) => "denies",
        Verdict::Silent => "silent",
    };
    let rule = verdict.rule().and_then(|index| given.rules.get(index));
    ExplainedVerdict { action, verdict: name, rule_index: verdict.rule(), rule }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "role",
        Kind::CustomRole => "custom-role",
        Kind::Privilege => "privilege",
    }
}
