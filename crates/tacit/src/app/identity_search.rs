//! Lists of identities, and the projects of one.

use std::{cmp::Reverse, collections::HashMap};

use tacit_core::{
    id::{IdentityId, RoleId},
    permission::{Action, Object, Subject},
};
use tacit_store::{
    auth_methods,
    identities::{self, IdentityRow},
    project_memberships::{self, Member, MemberProjectRow, MembershipRoleRow},
    projects,
    roles::{self, RoleRow},
};

use super::{
    App, Caller, access,
    audit::Event,
    bounds::Bounds,
    error::Result,
    identities::{IDENTITIES_MAX, Identity},
    projects::LISTED_MAX,
};

/// What to look for, in which order, and which part of it.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What an identity must meet.
    pub filter: Filter,
    /// What to sort by; equal ones are sorted newest first.
    pub order: Order,
    /// Whether the order is turned round.
    pub is_descending: bool,
    /// How many to leave out at the beginning.
    pub offset: i64,
    /// How many to return at most; `None` is all.
    pub limit: Option<i64>,
}

/// What identities are sorted by: as people read it, `b` after `A`, and byte by byte where that is equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The name.
    #[default]
    Name,
    /// The slug of the role.
    Role,
}

/// How many alternatives one part of a search may have.
const ALTERNATIVES_MAX: usize = 100;

/// What an identity must meet: each part that is there.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About its name.
    pub name: TextFilter,
    /// About the slug of its role.
    pub role: TextFilter,
    /// It must meet one of these, unless there are none.
    pub any: Vec<Filter>,
}

/// What a text must meet: each part that is there.
#[derive(Clone, Debug, Default)]
pub struct TextFilter {
    /// It is this.
    pub equals: Option<String>,
    /// It has this in it, in any case.
    pub contains: Option<String>,
    /// It is one of these.
    pub one_of: Option<Vec<String>>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The part.
    pub identities: Vec<Identity>,
    /// How many there are in all.
    pub total_count: usize,
}

impl Filter {
    fn is_met(&self, identity: &Identity) -> bool {
        self.name.is_met(&identity.row.name)
            && self.role.is_met(identity.role_slug())
            && (self.any.is_empty() || self.any.iter().any(|filter| filter.is_met(identity)))
    }
}

impl TextFilter {
    fn is_met(&self, text: &str) -> bool {
        self.equals.as_deref().is_none_or(|wanted| text == wanted)
            && self.contains.as_deref().is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
            && self.one_of.as_deref().is_none_or(|all| all.iter().any(|wanted| text == wanted))
    }
}

impl Search {
    fn check(&self, limit_max: i64) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.number("limit", self.limit, &(1..=limit_max));
        bounds.number("offset", Some(self.offset), &(0..=IDENTITIES_MAX));
        bounds.list("search", Some(&self.filter.any), ALTERNATIVES_MAX);
        for filter in self.filter.any.iter().chain([&self.filter]) {
            bounds.list("search", filter.name.one_of.as_deref(), ALTERNATIVES_MAX);
            bounds.list("search", filter.role.one_of.as_deref(), ALTERNATIVES_MAX);
        }
        bounds.finish()
    }

    fn sort(&self, identities: &mut [Identity]) {
        let age = |identity: &Identity| Reverse((identity.row.created_at, identity.row.id.clone()));
        identities.sort_by_cached_key(age);
        if self.is_descending {
            identities.sort_by_cached_key(|identity| Reverse(self.key(identity)));
        } else {
            identities.sort_by_cached_key(|identity| self.key(identity));
        }
    }

    fn key(&self, identity: &Identity) -> (String, String) {
        let text = match self.order {
            Order::Name => &identity.row.name,
            Order::Role => identity.role_slug(),
        };
        (text.to_lowercase(), text.to_owned())
    }

    /// The part of `identities` that was asked for, and how many there are in all.
    fn page(&self, mut identities: Vec<Identity>) -> (Vec<Identity>, usize) {
        identities.retain(|identity| self.filter.is_met(identity));
        self.sort(&mut identities);
        let total = identities.len();
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        (identities.into_iter().skip(offset).take(limit).collect(), total)
    }
}

/// The identities of the caller's organization that meet the search. `event` names it in the audit
/// log; `limit_max` is the longest part that may be asked for.
///
/// # Errors
///
/// [`Form`](super::Error::Form) for bounds, [`Forbidden`](super::Error::Forbidden).
pub async fn search(
    app: &App,
    caller: &Caller,
    search: &Search,
    limit_max: i64,
    event: &'static str,
) -> Result<Page> {
    search.check(limit_max)?;
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let rows = identities::list(&mut db, &organization.id, IDENTITIES_MAX).await?;
    let roles = roles::list(&mut db, &organization.id, None).await?;
    let roles: HashMap<RoleId, RoleRow> = roles.into_iter().map(|role| (role.id.clone(), role)).collect();
    let identity = |row: IdentityRow| Identity {
        custom_role: row.custom_role_id.as_ref().and_then(|id| roles.get(id)).cloned(),
        auth_methods: Vec::new(),
        row,
    };
    let (mut identities, total_count) = search.page(rows.into_iter().map(identity).collect());
    let mut methods: HashMap<IdentityId, Vec<String>> = HashMap::new();
    for row in auth_methods::list_of_organization(&mut db, &organization.id).await? {
        methods.entry(row.identity_id).or_default().push(row.method);
    }
    for identity in &mut identities {
        identity.auth_methods = methods.remove(&identity.row.id).unwrap_or_default();
    }
    app.audit.record(Event::new(app, caller, event).with("count", identities.len()))?;
    Ok(Page { identities, total_count })
}

/// A project an identity is in, and its roles there.
#[derive(Clone, Debug)]
pub struct IdentityProject {
    /// The membership and the project.
    pub row: MemberProjectRow,
    /// The roles, ended ones included.
    pub roles: Vec<MembershipRoleRow>,
}

/// The projects of an identity that the caller may know of: those it is in itself, or all with
/// access to the organization's console. Sorted by name.
///
/// # Errors
///
/// [`Forbidden`](super::Error::Forbidden), [`NotFound`](super::Error::NotFound).
pub async fn projects(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
) -> Result<(Identity, Vec<IdentityProject>)> {
    let identity = super::identities::get(app, caller, id).await?;

    let mut db = app.database.read().await?;
    let mut projects = project_memberships::projects_of(&mut db, Member::Identity(id)).await?;
    if !may_see_all(caller)? {
        let (organization, member) = (&caller.organization()?.id, access::member(caller)?);
        let own = projects::list_of_member(&mut db, organization, member, LISTED_MAX).await?;
        projects.retain(|project| own.iter().any(|row| row.id == project.project_id));
    }
    projects.sort_by(|one, other| (&one.project_name, &one.id).cmp(&(&other.project_name, &other.id)));
    let roles =
        project_memberships::all_roles_of(&mut db, &caller.organization()?.id, Member::Identity(id)).await?;
    let with_roles = |row: MemberProjectRow| IdentityProject {
        roles: roles.iter().filter(|role| role.membership_id == row.id).cloned().collect(),
        row,
    };
    Ok((identity, projects.into_iter().map(with_roles).collect()))
}

fn may_see_all(caller: &Caller) -> Result<bool> {
    Ok(caller.organization()?.permissions.allows(
        Action::AccessAllProjects,
        Subject::OrganizationAdminConsole,
        &Object::default(),
    ))
}
