//! What each role and privilege of somebody says about a question.

use std::collections::{BTreeMap, BTreeSet};

use tacit_core::{
    id::{GroupId, MembershipId},
    permission::{Action, Object, PartDecision, PermissionSet, ProjectRole, Rule, Subject, Verdict},
    time::Timestamp,
};
use tacit_store::{Connection, groups, project_grants::GrantRow, project_memberships};

use super::question::Thing;
use crate::app::{access::ProjectAccess, error::Result, rights};

/// A decision with what led to it.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// Whether it is allowed: all parts are.
    pub is_allowed: bool,
    /// The decisions on the parts of the action.
    pub parts: Vec<Part>,
    /// The roles and privileges that count now.
    pub sources: Vec<Source>,
    /// Built-in roles that would allow what nothing allows; none if all parts are allowed by something.
    pub roles_that_allow: Vec<ProjectRole>,
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
    /// The role or privilege, as it was given.
    pub grant: GrantRow,
    /// What it is.
    pub kind: Kind,
    /// By what its holder has it.
    pub given_by: GivenBy,
    /// What it says about each part of the action.
    pub verdicts: Vec<(Action, Verdict)>,
    /// Its rules, which verdicts name by index.
    pub rules: Vec<Rule>,
}

/// What gives rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A built-in role.
    Role,
    /// A role of the project.
    CustomRole,
    /// Rules beside the roles.
    Privilege,
}

/// By what somebody has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// By their own membership.
    Own,
    /// By that of a group, which may be the one asked about. It is named to those who may see it.
    Group(Option<(GroupId, String)>),
}

/// The groups of a project, by their memberships.
pub(super) struct Groups {
    named: BTreeMap<MembershipId, (GroupId, String, bool)>,
}

impl Groups {
    /// All groups of a project; those that the caller may not see are not named, but to members.
    pub(super) async fn load(db: &mut Connection, access: &ProjectAccess, names_all: bool) -> Result<Self> {
        let all = groups::list(db, &access.project.organization_id).await?;
        let mut names: BTreeMap<GroupId, String> = all.into_iter().map(|row| (row.id, row.name)).collect();
        let mut by_membership = BTreeMap::new();
        for row in project_memberships::list_groups(db, &access.project.id).await? {
            let Some(id) = row.group_id else { continue };
            let Some(name) = names.remove(&id) else { continue };
            let object = Object::new().group_name(&name);
            let shows = names_all || access.permissions.allows(Action::Read, Subject::Groups, &object);
            by_membership.insert(row.id, (id, name, shows));
        }
        Ok(Self { named: by_membership })
    }

    pub(super) fn name_of(&self, group: &GroupId) -> Option<&str> {
        self.named.values().find(|(id, ..)| id == group).map(|(_, name, _)| name.as_str())
    }

    /// The groups that the caller may see: membership, id and name.
    pub(super) fn visible(&self) -> impl Iterator<Item = (&MembershipId, &GroupId, &str)> {
        self.named
            .iter()
            .filter(|(_, (.., shows))| *shows)
            .map(|(row, (id, name, _))| (row, id, name.as_str()))
    }

    fn given_by(&self, grant: &GrantRow) -> GivenBy {
        match self.named.get(&grant.membership_id) {
            None => GivenBy::Own,
            Some((id, name, shows)) => GivenBy::Group(shows.then(|| (id.clone(), name.clone()))),
        }
    }
}

impl Reasons {
    /// Asks the roles and privileges that count at a time.
    pub(super) fn at(
        grants: &[GrantRow],
        groups: &Groups,
        thing: &Thing<'_>,
        time: Timestamp,
    ) -> Result<Self> {
        let counted = counted(grants, time);
        let permissions = permissions(&counted)?;
        let explanation = thing.explain(&permissions);
        let source = |(index, grant): (usize, &&GrantRow)| Source {
            grant: (*grant).clone(),
            kind: Kind::of(grant),
            given_by: groups.given_by(grant),
            verdicts: explanation.parts.iter().map(|part| (part.action, part.verdicts[index])).collect(),
            rules: permissions.sources()[index].clone(),
        };
        let missing: Vec<Action> = explanation
            .parts
            .iter()
            .filter(|part| !part.verdicts.iter().any(|verdict| verdict.is_allowing()))
            .map(|part| part.action)
            .collect();
        Ok(Self {
            is_allowed: explanation.is_allowed(),
            sources: counted.iter().enumerate().map(source).collect(),
            roles_that_allow: roles_that_allow(&missing, thing),
            parts: explanation.parts.iter().map(Part::from).collect(),
        })
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
}

impl Kind {
    fn of(grant: &GrantRow) -> Self {
        match (grant.is_privilege, &grant.permissions) {
            (true, _) => Self::Privilege,
            (false, Some(_)) => Self::CustomRole,
            (false, None) => Self::Role,
        }
    }
}

impl From<&PartDecision> for Part {
    fn from(part: &PartDecision) -> Self {
        Self { action: part.action, is_allowed: part.is_allowed(), decided_by: part.deciding_source() }
    }
}

/// When a role or privilege next begins or ends so that the decision becomes another.
pub(super) fn changes_at(
    grants: &[GrantRow],
    thing: &Thing<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let times =
        grants.iter().filter(|grant| grant.is_temporary).flat_map(|grant| [grant.starts_at, grant.ends_at]);
    let later: BTreeSet<Timestamp> = times.flatten().filter(|time| *time > now).collect();
    let is_allowed =
        |time| -> Result<bool> { Ok(thing.explain(&permissions(&counted(grants, time))?).is_allowed()) };
    let today = is_allowed(now)?;
    for time in later {
        if is_allowed(time)? != today {
            return Ok(Some(time));
        }
    }
    Ok(None)
}

/// Those that count at a time, in an order of their own: databases return them in any.
fn counted(grants: &[GrantRow], time: Timestamp) -> Vec<&GrantRow> {
    let mut counted: Vec<&GrantRow> = grants.iter().filter(|grant| rights::counts(grant, time)).collect();
    counted.sort_by_key(|grant| (grant.is_privilege, &grant.membership_id, &grant.role, &grant.id));
    counted
}

fn permissions(grants: &[&GrantRow]) -> Result<PermissionSet> {
    Ok(PermissionSet::new(grants.iter().map(|grant| rights::rules_of(grant)).collect::<Result<_>>()?))
}

fn roles_that_allow(missing: &[Action], thing: &Thing<'_>) -> Vec<ProjectRole> {
    if missing.is_empty() {
        return Vec::new();
    }
    let allows = |role: &ProjectRole| {
        let rules = PermissionSet::new(vec![role.rules()]);
        missing.iter().all(|action| rules.allows(*action, thing.subject(), &thing.object()))
    };
    ProjectRole::ALL.iter().copied().filter(allows).collect()
}
