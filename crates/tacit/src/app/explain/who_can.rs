//! Who may do something with the secrets at a place.

use tacit_core::permission::{Action, Scope, Subject};

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

/// Who may do something now with a secret or, without a name, with all secrets of a folder: people,
/// identities and groups, each by name. Identities and groups that the caller may not see are left out;
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
) -> Result<Vec<Able>> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    question.require_known(Scope::Project)?;
    require_members(&access)?;
    let thing = Thing::find(&mut db, &access.project.id, question, Some(&access.permissions)).await?;
    require_visible(&access, question, &thing)?;
    let mut able = Vec::new();
    for member in everyone(&mut db, &access).await? {
        let reasons = Reasons::at(&member.given, &thing, app.now());
        if reasons.is_allowed {
            let sources = reasons.deciding().cloned().collect();
            able.push(Able { who: member.who, name: member.name, sources });
        }
    }
    app.audit.record(event(app, caller, question).project(&access.project.id))?;
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
