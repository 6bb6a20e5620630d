//! Refusals, opened by those who look after access.
//!
//! A refusal names what was asked for, which its caller may not see. So it is for those who may read the
//! audit log and the roles where it happened; to everybody else it does not exist.

use serde_json::{Map, Value};
use tacit_core::{
    id::{IdentityId, ProjectId, UserId},
    permission::{Action, Attributes, Object, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    audit_events::{self, AuditEventRow},
    projects,
};

use super::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::OrganizationAccess,
    error::{Error, Result},
    explain::{self, Answer, Question, Who},
    refusal::{FACT, Refusal},
};

/// A refusal as it was, and what the answer is now.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The event of the audit log, whose id is that of the decision.
    pub event: AuditEventRow,
    /// The name that its project has now.
    pub project_name: Option<String>,
    /// What was asked, and why it was refused.
    pub refusal: Refusal,
    /// What roles and privileges say to the same question now. `None` if permissions were not asked,
    /// the actor is not there any more, or the caller may not see it.
    pub now: Option<Answer>,
}

/// A refusal by its id.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none such, or the caller may not see it.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Decision> {
    // What was just refused is in the log then.
    app.audit.flush().await?;
    let organization = caller.organization()?;
    let mut db = app.database.read().await?;
    let row = audit_events::find(&mut db, &organization.id, id).await?;
    let row = row.filter(|row| row.result == "denied").ok_or_else(|| unknown(id))?;
    let place = Place::of(app, &mut db, caller, &row).await?.ok_or_else(|| unknown(id))?;
    let refusal = refusal_of(&row);
    let now = place.answer(app, &mut db, caller, &row, &refusal).await?;
    let project_name = match &row.project_id {
        Some(project) => projects::find(&mut db, &organization.id, project).await?.map(|row| row.name),
        None => None,
    };
    let mut event = Event::new(app, caller, "get-decision").with("decisionId", id);
    if let Some(project) = &row.project_id {
        event = event.project(project);
    }
    app.audit.record(event)?;
    Ok(Decision { event: row, project_name, refusal, now })
}

fn unknown(id: &str) -> Error {
    Error::NotFound(format!("There is no decision '{id}' that you may see"))
}

/// Events that were recorded before refusals had reasons have none.
fn refusal_of(row: &AuditEventRow) -> Refusal {
    let mut facts: Map<String, Value> = serde_json::from_str(&row.metadata).unwrap_or_default();
    let kept = facts.remove(FACT).and_then(|kept| serde_json::from_value(kept).ok());
    kept.unwrap_or_else(|| Refusal::because(""))
}

/// The caller's view of where a refusal happened.
struct Place {
    /// The project, if the caller is in it.
    access: Option<ProjectAccess>,
}

impl Place {
    /// `None` if the caller may not see refusals there.
    async fn of(
        app: &App,
        db: &mut Connection,
        caller: &Caller,
        row: &AuditEventRow,
    ) -> Result<Option<Self>> {
        let organization = caller.organization()?;
        let Some(project) = &row.project_id else {
            let may_see = sees(organization, Action::Read, Subject::AuditLogs)
                && sees(organization, Action::Read, Subject::Role);
            return Ok(may_see.then_some(Self { access: None }));
        };
        let access = enter(app, db, caller, project).await?;
        let may = |access: &ProjectAccess, subject| {
            access.permissions.allows(Action::Read, subject, &Object::default())
        };
        let may_see = access
            .as_ref()
            .is_some_and(|access| may(access, Subject::AuditLogs) && may(access, Subject::Role));
        let may_enter = sees(organization, Action::Read, Subject::AuditLogs)
            && sees(organization, Action::AccessAllProjects, Subject::OrganizationAdminConsole);
        Ok((may_see || may_enter).then_some(Self { access }))
    }

    /// What is said to the same question now.
    async fn answer(
        &self,
        app: &App,
        db: &mut Connection,
        caller: &Caller,
        row: &AuditEventRow,
        refusal: &Refusal,
    ) -> Result<Option<Answer>> {
        let (Some((scope, question)), Some(who)) = (question_of(refusal), actor_of(row)) else {
            return Ok(None);
        };
        let now: Timestamp = app.now();
        let answer = match (scope, &self.access) {
            (Scope::Organization, _) => explain::in_organization(db, caller, who, &question, now).await,
            (Scope::Project, Some(access)) => {
                explain::in_project(db, caller, access, who, &question, now).await
            }
            (Scope::Project, None) => return Ok(None),
        };
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Forbidden(_) | Error::NotFound(_) | Error::Form(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

async fn enter(
    app: &App,
    db: &mut Connection,
    caller: &Caller,
    project: &ProjectId,
) -> Result<Option<ProjectAccess>> {
    let name = ProjectName::Id(project.to_string());
    match ProjectAccess::enter(db, caller, &name, app.now()).await {
        Ok(access) => Ok(Some(access)),
        Err(Error::NotFound(_) | Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn sees(organization: &OrganizationAccess, action: Action, subject: Subject) -> bool {
    organization.permissions.allows(action, subject, &Object::default())
}

/// What permissions were asked, and whose.
fn question_of(refusal: &Refusal) -> Option<(Scope, Question)> {
    let Refusal::Permission { is_of_organization, action, subject, attributes, is_about_any, .. } = refusal
    else {
        return None;
    };
    let attributes =
        attributes.iter().fold(Attributes::default(), |all, (field, text)| all.with(*field, text.as_str()));
    let scope = if *is_of_organization { Scope::Organization } else { Scope::Project };
    let question = Question { action: *action, subject: *subject, attributes, is_about_any: *is_about_any };
    Some((scope, question))
}

fn actor_of(row: &AuditEventRow) -> Option<Who> {
    let id = row.actor_id.as_deref()?;
    match row.actor_type.as_str() {
        "user" => Some(Who::User(UserId::new(id))),
        "identity" => Some(Who::Identity(IdentityId::new(id))),
        _ => None,
    }
}
