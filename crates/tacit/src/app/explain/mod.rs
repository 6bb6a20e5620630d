//! Why somebody may do something in a project, or not.

mod question;
mod reasons;
mod who_can;

use tacit_core::{
    id::{GroupId, IdentityId, UserId},
    name::SecretPath,
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    organization_memberships::{self, OrganizationMembershipRow},
    project_grants::{self, GrantRow},
    project_memberships::{self, Member},
};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::{Actor, Caller},
    error::{Error, Result},
};

pub use question::Question;
use question::Thing;
pub use reasons::{GivenBy, Kind, Part, Reasons, Source};
pub use who_can::{Able, AbleMembers, who_can};

use reasons::Groups;

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
    /// When a role or privilege begins or ends so that the answer becomes another.
    pub changes_at: Option<Timestamp>,
}

/// Why somebody may do something, or not. Without `who` it is about the caller.
///
/// # Errors
///
/// [`Error::Forbidden`] for others without the right to see them and the roles of the project,
/// [`Error::NotFound`] for somebody who is not in the project, [`Error::Invalid`] for an action that
/// the subject does not have.
pub async fn explain(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    who: Option<Who>,
    question: &Question,
) -> Result<Answer> {
    let now = app.now();
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, now).await?;
    question.require_known()?;
    let who = who.unwrap_or_else(|| myself(caller));
    let is_own = who == myself(caller);
    let groups = Groups::load(&mut db, &access, is_own).await?;
    if !is_own {
        require_visible(&access, &who, &groups)?;
    }
    let grants = grants_of(&mut db, &access, &who).await?;
    let thing = Thing::find(&mut db, &access, question, is_own).await?;
    let answer = Answer {
        reasons: Reasons::at(&grants, &groups, &thing, now)?,
        takes_tags: thing.takes_tags(),
        changes_at: reasons::changes_at(&grants, &thing, now)?,
        who,
    };
    app.audit.record(event(app, caller, &access, question).with("actorId", answer.who.id()))?;
    Ok(answer)
}

impl Who {
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
}

fn myself(caller: &Caller) -> Who {
    match &*caller.actor {
        Actor::User { id, .. } => Who::User(id.clone()),
        Actor::Identity { id, .. } => Who::Identity(id.clone()),
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
            let name = groups.name_of(id).ok_or_else(|| not_in_project(who))?;
            access.require(Action::Read, Subject::Groups, &Object::new().group_name(name))
        }
    }
}

async fn grants_of(db: &mut Connection, access: &ProjectAccess, who: &Who) -> Result<Vec<GrantRow>> {
    let project = &access.project.id;
    let grants = match who {
        Who::User(id) => {
            let organization = &access.project.organization_id;
            let membership = organization_memberships::find(db, organization, id).await?;
            membership.filter(OrganizationMembershipRow::counts).ok_or_else(|| not_in_project(who))?;
            project_grants::of_member(db, project, Member::User(id)).await?
        }
        Who::Identity(id) => project_grants::of_member(db, project, Member::Identity(id)).await?,
        Who::Group(id) => match project_memberships::find_group(db, project, id).await? {
            Some(membership) => project_grants::of_membership(db, &membership.id).await?,
            None => Vec::new(),
        },
    };
    if grants.is_empty() { Err(not_in_project(who)) } else { Ok(grants) }
}

fn not_in_project(who: &Who) -> Error {
    Error::NotFound(format!("The {} '{}' is not in this project", who.kind(), who.id()))
}

fn event(app: &App, caller: &Caller, access: &ProjectAccess, question: &Question) -> Event {
    Event::new(app, caller, "explain-access")
        .project(&access.project.id)
        .with("action", question.action.as_str())
        .with("subject", question.subject.as_str())
        .with("environment", question.environment.as_deref())
        .with("secretPath", question.path.as_ref().map(SecretPath::as_str))
        .with("secretKey", question.secret_name.as_deref())
}
