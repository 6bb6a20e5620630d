//! The roles and privileges that somebody has, with by what they have them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tacit_core::{
    id::{GroupId, MembershipId, OrganizationId},
    permission::{Action, Object, OrganizationRole, PermissionSet, Rule, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection, groups, organization_grants::OrganizationRoleRow, project_grants::GrantRow,
    project_memberships,
};

use crate::app::{access::ProjectAccess, error::Result, rights};

/// A role or privilege that somebody has.
#[derive(Clone, Debug)]
pub struct Given {
    /// The id of the role or privilege as it was given; in an organization, that of the group or empty.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The slug of the role; `custom` for a privilege.
    pub role: String,
    /// The slug of a privilege.
    pub privilege: Option<String>,
    /// The membership in the project that it belongs to; empty in an organization.
    pub membership_id: MembershipId,
    /// By what its holder has it.
    pub given_by: GivenBy,
    /// Whether it ends by itself.
    pub is_temporary: bool,
    /// From when a temporary one counts.
    pub starts_at: Option<Timestamp>,
    /// Until when a temporary one counts.
    pub ends_at: Option<Timestamp>,
    /// Its rules.
    pub rules: Arc<Vec<Rule>>,
}

/// What gives rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A built-in role.
    Role,
    /// A custom role.
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

impl Given {
    /// Whether it counts at a time.
    pub(super) fn counts(&self, time: Timestamp) -> bool {
        !self.is_temporary || rights::is_within(self.starts_at, self.ends_at, time)
    }

    /// A role in an organization. Groups are named if `names_groups`.
    pub(super) fn in_organization(row: OrganizationRoleRow, names_groups: bool) -> Result<Self> {
        let rules = match &row.permissions {
            Some(stored) => rights::stored_rules(stored, Scope::Organization)?,
            None => OrganizationRole::from_slug(&row.role).map(OrganizationRole::rules).unwrap_or_default(),
        };
        let group = row.group_id.zip(row.group_name);
        Ok(Self {
            id: group.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default(),
            kind: if row.permissions.is_some() { Kind::CustomRole } else { Kind::Role },
            role: row.custom_role_slug.unwrap_or(row.role),
            privilege: None,
            membership_id: MembershipId::new(""),
            given_by: match group {
                None => GivenBy::Own,
                Some(group) => GivenBy::Group(names_groups.then_some(group)),
            },
            is_temporary: false,
            starts_at: None,
            ends_at: None,
            rules: Arc::new(rules),
        })
    }
}

/// What all of them together allow.
pub(super) fn permissions(given: &[&Given]) -> PermissionSet {
    PermissionSet::new(given.iter().map(|given| given.rules.as_ref().clone()).collect())
}

/// Reads what is given in a project; the rules of a role that many have are read once.
pub(super) struct Reader<'a> {
    groups: &'a Groups,
    rules: HashMap<String, Arc<Vec<Rule>>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(groups: &'a Groups) -> Self {
        Self { groups, rules: HashMap::new() }
    }

    pub(super) fn read_all(&mut self, grants: Vec<GrantRow>) -> Result<Vec<Given>> {
        grants.into_iter().map(|grant| self.read(grant)).collect()
    }

    pub(super) fn read(&mut self, grant: GrantRow) -> Result<Given> {
        let text = grant.permissions.as_deref().unwrap_or(&grant.role);
        let rules = if let Some(rules) = self.rules.get(text) {
            Arc::clone(rules)
        } else {
            let rules = Arc::new(rights::rules_of(&grant)?);
            self.rules.insert(text.to_owned(), Arc::clone(&rules));
            rules
        };
        Ok(Given {
            kind: match (grant.is_privilege, &grant.permissions) {
                (true, _) => Kind::Privilege,
                (false, Some(_)) => Kind::CustomRole,
                (false, None) => Kind::Role,
            },
            given_by: self.groups.given_by(&grant.membership_id),
            id: grant.id,
            role: grant.custom_role_slug.unwrap_or(grant.role),
            privilege: grant.privilege_slug,
            membership_id: grant.membership_id,
            is_temporary: grant.is_temporary,
            starts_at: grant.starts_at,
            ends_at: grant.ends_at,
            rules,
        })
    }
}

/// The groups of a project, by their memberships.
pub(super) struct Groups {
    named: BTreeMap<MembershipId, (GroupId, String, bool)>,
}

impl Groups {
    /// All groups of a project; those that the caller may not see are not named, but to members.
    pub(super) async fn load(db: &mut Connection, access: &ProjectAccess, names_all: bool) -> Result<Self> {
        let mut all = names(db, &access.project.organization_id).await?;
        let mut named = BTreeMap::new();
        for row in project_memberships::list_groups(db, &access.project.id).await? {
            let Some(id) = row.group_id else { continue };
            let Some(name) = all.remove(&id) else { continue };
            let object = Object::new().group_name(&name);
            let shows = names_all || access.permissions.allows(Action::Read, Subject::Groups, &object);
            named.insert(row.id, (id, name, shows));
        }
        Ok(Self { named })
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

    fn given_by(&self, membership: &MembershipId) -> GivenBy {
        match self.named.get(membership) {
            None => GivenBy::Own,
            Some((id, name, shows)) => GivenBy::Group(shows.then(|| (id.clone(), name.clone()))),
        }
    }
}

async fn names(db: &mut Connection, organization: &OrganizationId) -> Result<BTreeMap<GroupId, String>> {
    Ok(groups::list(db, organization).await?.into_iter().map(|row| (row.id, row.name)).collect())
}
