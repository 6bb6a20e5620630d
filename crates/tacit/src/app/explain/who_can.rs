//! Who may do something with the secrets at a place.

use tacit_core::{
    id::ServiceTokenId,
    permission::{Action, Scope, Subject},
    time::Timestamp,
};
use tacit_store::Connection;

use super::{
    Question, Who, event,
    everyone::{everyone, require_members},
    question::Thing,
    reasons::{Reasons, Source},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    error::Result,
    rights, service_tokens,
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

/// A service token that may.
#[derive(Clone, Debug)]
pub struct AbleToken {
    /// Its id.
    pub id: ServiceTokenId,
    /// What people call it.
    pub name: String,
    /// When it ends; `None` is never.
    pub expires_at: Option<Timestamp>,
}

/// All who may.
#[derive(Clone, Debug)]
pub struct WhoCan {
    /// People, identities and groups, each by name.
    pub members: Vec<Able>,
    /// Service tokens, the oldest first.
    pub tokens: Vec<AbleToken>,
}

/// Who may do something now with a secret or, without a name, with all secrets of a folder: people,
/// identities, groups and service tokens. Identities, groups and tokens that the caller may not see are left out;
/// who is in the project by a group alone is named by it.
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
) -> Result<WhoCan> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    question.require_known(Scope::Project)?;
    require_members(&access)?;
    let thing = Thing::find(&mut db, &access.project.id, question, Some(&access.permissions)).await?;
    require_visible(&access, question, &thing)?;
    let mut members = Vec::new();
    for member in everyone(&mut db, &access).await? {
        let reasons = Reasons::at(&member.given, &thing, app.now());
        if reasons.is_allowed {
            let sources = reasons.deciding().cloned().collect();
            members.push(Able { who: member.who, name: member.name, sources });
        }
    }
    let tokens = tokens(&mut db, &access, &thing, app.now()).await?;
    app.audit.record(event(app, caller, question).project(&access.project.id))?;
    Ok(WhoCan { members, tokens })
}

/// The service tokens that may, as far as the caller may see any.
async fn tokens(
    db: &mut Connection,
    access: &ProjectAccess,
    thing: &Thing<'_>,
    now: Timestamp,
) -> Result<Vec<AbleToken>> {
    if access.require_any(Action::Read, Subject::ServiceTokens).is_err() {
        return Ok(Vec::new());
    }
    let (organization, project) = (&access.project.organization_id, &access.project.id);
    let mut able = Vec::new();
    for (row, grant) in service_tokens::grants(db, organization, project, now).await? {
        let permissions = rights::permissions_of(&[grant], now)?;
        if thing.explain(&permissions).is_allowed() {
            able.push(AbleToken { id: row.id, name: row.name, expires_at: row.expires_at });
        }
    }
    Ok(able)
}

/// Who does not see what is there is not told who does.
fn require_visible(access: &ProjectAccess, question: &Question, thing: &Thing<'_>) -> Result<()> {
    let (action, subject) = (Action::DescribeSecret, Subject::Secrets);
    match question.secret_name() {
        Some(_) if thing.takes_tags() => Ok(()),
        Some(_) => access.require(action, subject, &thing.object()),
        None => access.require_possible_at(action, subject, &thing.object()),
    }
}
