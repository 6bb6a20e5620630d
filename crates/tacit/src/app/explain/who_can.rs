//! Who may do something with the secrets at a place.

use tacit_core::{
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    project_grants::{self, GrantRow},
    project_memberships::{self, Member},
};

use super::{
    Question, Who, event,
    question::Thing,
    reasons::{Groups, Reasons, Source},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    caller,
    error::Result,
};

/// Somebody who may.
#[derive(Clone, Debug)]
pub struct Able {
    /// Who.
    pub who: Who,
    /// The name of an identity or group, the e-mail of a person.
    pub name: String,
    /// The roles and privileges that decided, with their rules.
    pub sources: Vec<Source>,
}

/// All who may, each list by name.
#[derive(Clone, Debug)]
pub struct AbleMembers {
    /// People.
    pub users: Vec<Able>,
    /// Machine identities.
    pub identities: Vec<Able>,
    /// Groups. Who is in the project by a group alone is named by it.
    pub groups: Vec<Able>,
}

/// Who may do something now with a secret or, without a name, with all secrets of a folder. Identities
/// and groups that the caller may not see are left out.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without the right to see the place, the people,
/// the identities and the roles of the project; [`Error::Form`](crate::app::Error::Form) for an action
/// that secrets do not have.
pub async fn who_can(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    question: &Question,
) -> Result<AbleMembers> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    question.require_known()?;
    access.require_any(Action::Read, Subject::Member)?;
    access.require_any(Action::Read, Subject::Role)?;
    access.require_possible(Action::Read, Subject::Identity)?;
    let thing = Thing::find(&mut db, &access, question, false).await?;
    require_visible(&access, question, &thing)?;
    let asked = Asked { groups: Groups::load(&mut db, &access, false).await?, thing, now: app.now() };
    let members = AbleMembers {
        users: users(&mut db, &access, &asked).await?,
        identities: identities(&mut db, &access, &asked).await?,
        groups: groups(&mut db, &asked).await?,
    };
    app.audit.record(event(app, caller, &access, question))?;
    Ok(members)
}

/// Who does not see what is there is not told who does.
fn require_visible(access: &ProjectAccess, question: &Question, thing: &Thing<'_>) -> Result<()> {
    let is_visible = match question.secret_name {
        Some(_) => thing.takes_tags(),
        None => access.permissions.could_allow(Action::DescribeSecret, Subject::Secrets, &thing.object()),
    };
    if is_visible {
        return Ok(());
    }
    Err(caller::forbidden(&access.permissions, Action::DescribeSecret, Subject::Secrets))
}

/// What each member is asked.
struct Asked<'a> {
    groups: Groups,
    thing: Thing<'a>,
    now: Timestamp,
}

impl Asked<'_> {
    /// Somebody with these roles and privileges, if they may.
    fn able(&self, who: Who, name: String, grants: &[GrantRow]) -> Result<Option<Able>> {
        let reasons = Reasons::at(grants, &self.groups, &self.thing, self.now)?;
        let sources = || reasons.deciding().cloned().collect();
        Ok(reasons.is_allowed.then(|| Able { who, name, sources: sources() }))
    }
}

async fn users(db: &mut Connection, access: &ProjectAccess, asked: &Asked<'_>) -> Result<Vec<Able>> {
    let project = &access.project.id;
    let mut able = Vec::new();
    for row in project_memberships::list_users_that_count(db, project).await? {
        let grants = project_grants::of_member(db, project, Member::User(&row.user_id)).await?;
        able.extend(asked.able(Who::User(row.user_id), row.email, &grants)?);
    }
    Ok(by_name(able))
}

async fn identities(db: &mut Connection, access: &ProjectAccess, asked: &Asked<'_>) -> Result<Vec<Able>> {
    let project = &access.project.id;
    let mut able = Vec::new();
    for row in project_memberships::list_identities(db, project).await? {
        let object = Object::new().identity_id(row.identity_id.as_str());
        if !access.permissions.allows(Action::Read, Subject::Identity, &object) {
            continue;
        }
        let grants = project_grants::of_member(db, project, Member::Identity(&row.identity_id)).await?;
        able.extend(asked.able(Who::Identity(row.identity_id), row.name, &grants)?);
    }
    Ok(by_name(able))
}

async fn groups(db: &mut Connection, asked: &Asked<'_>) -> Result<Vec<Able>> {
    let mut able = Vec::new();
    for (membership, id, name) in asked.groups.visible() {
        let grants = project_grants::of_membership(db, membership).await?;
        able.extend(asked.able(Who::Group(id.clone()), name.to_owned(), &grants)?);
    }
    Ok(by_name(able))
}

/// By the bytes of their names.
fn by_name(mut members: Vec<Able>) -> Vec<Able> {
    members.sort_by(|one, other| (&one.name, one.who.id()).cmp(&(&other.name, other.who.id())));
    members
}
