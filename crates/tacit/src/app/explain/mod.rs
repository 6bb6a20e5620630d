//! Why somebody may do something, or not; who may; and what a change of a role would change.

mod everyone;
mod extent;
mod given;
mod members;
mod organization_holders;
mod places;
mod preview;
mod question;
mod reasons;
mod tree;
mod who_can;

use tacit_core::{
    id::{GroupId, IdentityId, UserId},
    permission::{Action, Field, Object, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection, organization_grants,
    organization_memberships::{self, OrganizationMembershipRow},
    project_grants,
    project_memberships::{self, Member},
};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::{Actor, Caller, OrganizationAccess},
    error::{Error, Result},
    service_tokens,
};

pub use extent::{Extent, Right};
pub use given::{Given, GivenBy, Kind};
pub use members::{MemberAccess, MembersAt, MembersQuery, members_at};
pub use preview::{
    ChangedPlace, ChangedRight, EnvironmentSummary, Holder, PREVIEW_PLACES_MAX, Preview, RoleDraft, preview,
};
pub use question::Question;
pub use reasons::{Part, Reasons, Source};
pub use tree::{Tree, TreePlace, TreeQuery, tree};
pub use who_can::{Able, AbleToken, WhoCan, who_can};

/// Places or members in one answer at most.
pub const PAGE_MAX: i64 = 500;

use given::{Groups, Reader};
use question::Thing;

/// Whom a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person.
    User(UserId),
    /// A machine identity.
    Identity(IdentityId),
    /// A group, which stands for what its members have by it.
    Group(GroupId),
}

/// An answer with its reasons.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whom it is about.
    pub who: Who,
    /// What the roles and privileges say.
    pub reasons: Reasons,
    /// Whether the tags of the secret are known. Unknown ones meet no rule that allows and every rule
    /// that denies.
    pub takes_tags: bool,
    /// The slugs of the built-in roles that would allow what no role or privilege allows.
    pub roles_that_allow: Vec<&'static str>,
    /// When a role or privilege begins or ends so that the answer becomes another.
    pub changes_at: Option<Timestamp>,
}

/// Why somebody may do something in a project, or without a project in the organization, or not. Without
/// `who` it is about the caller.
///
/// # Errors
///
/// [`Error::Forbidden`] for others without the right to see them and the roles there, [`Error::NotFound`]
/// for somebody who is not there, [`Error::Form`] for an action that the subject does not have.
pub async fn explain(
    app: &App,
    caller: &Caller,
    project: Option<&ProjectName>,
    who: Option<Who>,
    question: &Question,
) -> Result<Answer> {
    let mut db = app.database.read().await?;
    let who = who.or_else(|| Who::of(caller)).ok_or_else(service_tokens::no_member)?;
    let mut event = event(app, caller, question).with("actorId", who.id());
    let answer = match project {
        Some(name) => {
            let access = ProjectAccess::enter(&mut db, caller, name, app.now()).await?;
            event = event.project(&access.project.id);
            in_project(&mut db, caller, &access, who, question, app.now()).await?
        }
        None => in_organization(&mut db, caller, who, question, app.now()).await?,
    };
    app.audit.record(event)?;
    Ok(answer)
}

/// [`explain`] in a project that the caller has entered.
pub(super) async fn in_project(
    db: &mut Connection,
    caller: &Caller,
    access: &ProjectAccess,
    who: Who,
    question: &Question,
    now: Timestamp,
) -> Result<Answer> {
    question.require_known(Scope::Project)?;
    let given = given_to(db, caller, access, &who).await?;
    let viewer = (Who::of(caller).as_ref() != Some(&who)).then_some(access.permissions.as_ref());
    let thing = Thing::find(db, &access.project.id, question, viewer).await?;
    Ok(Answer::of(who, &given, &thing, Scope::Project, now))
}

/// All that somebody has in a project, ended ones included.
///
/// # Errors
///
/// [`Error::Forbidden`] for others without the right to see them and the roles, [`Error::NotFound`] for
/// somebody who is not in the project.
async fn given_to(
    db: &mut Connection,
    caller: &Caller,
    access: &ProjectAccess,
    who: &Who,
) -> Result<Vec<Given>> {
    let is_own = Who::of(caller).as_ref() == Some(who);
    let groups = Groups::load(db, access, is_own).await?;
    if !is_own {
        require_visible(access, who, &groups)?;
    }
    let project = &access.project.id;
    let grants = match who {
        Who::User(id) => {
            let organization = &access.project.organization_id;
            let membership = organization_memberships::find(db, organization, id).await?;
            match membership.filter(OrganizationMembershipRow::counts) {
                Some(_) => project_grants::of_member(db, project, Member::User(id)).await?,
                None => Vec::new(),
            }
        }
        Who::Identity(id) => project_grants::of_member(db, project, Member::Identity(id)).await?,
        Who::Group(id) => match project_memberships::find_group(db, project, id).await? {
            Some(membership) => project_grants::of_membership(db, &membership.id).await?,
            None => Vec::new(),
        },
    };
    if grants.is_empty() {
        return Err(not_there(who, Scope::Project));
    }
    Reader::new(&groups).read_all(grants)
}

/// [`explain`] in the caller's organization.
pub(super) async fn in_organization(
    db: &mut Connection,
    caller: &Caller,
    who: Who,
    question: &Question,
    now: Timestamp,
) -> Result<Answer> {
    question.require_known(Scope::Organization)?;
    let organization = caller.organization()?;
    let is_own = Who::of(caller).as_ref() == Some(&who);
    if !is_own {
        organization.require(Action::Read, Subject::Role)?;
        organization.require(Action::Read, who.subject())?;
    }
    let names_groups = is_own || sees_groups(organization);
    let rows = match &who {
        Who::User(id) => {
            let membership = organization_memberships::find(db, &organization.id, id).await?;
            match membership.filter(OrganizationMembershipRow::counts) {
                Some(_) => {
                    organization_grants::roles_of_member(db, &organization.id, Member::User(id)).await?
                }
                None => Vec::new(),
            }
        }
        Who::Identity(id) => {
            organization_grants::roles_of_member(db, &organization.id, Member::Identity(id)).await?
        }
        Who::Group(id) => organization_grants::role_of_group(db, &organization.id, id).await?,
    };
    let given = rows.into_iter().map(|row| Given::in_organization(row, names_groups));
    let given: Vec<Given> = given.collect::<Result<_>>()?;
    if given.is_empty() {
        return Err(not_there(&who, Scope::Organization));
    }
    Ok(Answer::of(who, &given, &Thing::unseen(question), Scope::Organization, now))
}

impl Answer {
    fn of(who: Who, given: &[Given], thing: &Thing<'_>, scope: Scope, now: Timestamp) -> Self {
        let reasons = Reasons::at(given, thing, now);
        Self {
            roles_that_allow: reasons.roles_that_allow(scope, thing),
            changes_at: reasons::changes_at(given, thing, now),
            takes_tags: thing.takes_tags(),
            reasons,
            who,
        }
    }
}

impl Who {
    /// The caller; `None` for a service token, of which nothing can be asked.
    #[must_use]
    pub fn of(caller: &Caller) -> Option<Self> {
        match &*caller.actor {
            Actor::User { id, .. } => Some(Self::User(id.clone())),
            Actor::Identity { id, .. } => Some(Self::Identity(id.clone())),
            Actor::ServiceToken { .. } => None,
        }
    }

    /// Their id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Identity(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }

    /// `user`, `identity` or `group`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Identity(_) => "identity",
            Self::Group(_) => "group",
        }
    }

    const fn subject(&self) -> Subject {
        match self {
            Self::User(_) => Subject::Member,
            Self::Identity(_) => Subject::Identity,
            Self::Group(_) => Subject::Groups,
        }
    }

    /// People first, then machines, then groups.
    const fn order(&self) -> u8 {
        match self {
            Self::User(_) => 0,
            Self::Identity(_) => 1,
            Self::Group(_) => 2,
        }
    }
}

/// Asks for the right to see somebody else, and the rules of the roles that the answer shows.
fn require_visible(access: &ProjectAccess, who: &Who, groups: &Groups) -> Result<()> {
    access.require_any(Action::Read, Subject::Role)?;
    match who {
        Who::User(_) => access.require_any(Action::Read, Subject::Member),
        Who::Identity(id) => {
            access.require(Action::Read, Subject::Identity, &Object::new().identity_id(id.as_str()))
        }
        Who::Group(id) => {
            access.require_possible(Action::Read, Subject::Groups)?;
            let name = groups.name_of(id).ok_or_else(|| not_there(who, Scope::Project))?;
            access.require(Action::Read, Subject::Groups, &Object::new().group_name(name))
        }
    }
}

fn sees_groups(organization: &OrganizationAccess) -> bool {
    organization.permissions.allows(Action::Read, Subject::Groups, &Object::default())
}

fn not_there(who: &Who, scope: Scope) -> Error {
    let place = match scope {
        Scope::Organization => "organization",
        Scope::Project => "project",
    };
    Error::NotFound(format!("The {} '{}' is not in this {place}", who.kind(), who.id()))
}

fn event(app: &App, caller: &Caller, question: &Question) -> Event {
    let event = Event::new(app, caller, "explain-access")
        .with("action", question.action.as_str())
        .with("subject", question.subject.as_str());
    question.attributes.iter().fold(event, |event, (field, text)| {
        let name = if field == Field::SecretName { "secretKey" } else { field.as_str() };
        event.with(name, text)
    })
}
