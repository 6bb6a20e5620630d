//! Looking at the audit log (wire-contract 13.1).
//!
//! Events of a project name its secrets. So they are for those who may read the log in that project,
//! and for those who may enter all projects anyway; the right to read the organization's log is not
//! enough.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};
use tacit_core::{
    audit_chain::BLOCK_LENGTH,
    id::{OrganizationId, ProjectId},
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    audit_events::{self, AuditEventRow},
    projects,
};

use super::{
    App, Caller,
    access::{self, ProjectAccess, ProjectName, find_project},
    audit::{
        Event, terms,
        walk::{Walk, Wanted},
    },
    boundary::ByProject,
    bounds::Bounds,
    caller::OrganizationAccess,
    error::{Error, Result},
    rights,
};

/// Events in one answer at most.
pub const LOGS_MAX: i64 = 1_000;
/// Actors in one answer at most.
pub const ACTORS_MAX: i64 = 1_000;
/// How far an answer may begin behind the newest event that fits.
pub const OFFSET_MAX: i64 = 100_000;
/// Kinds of events, and facts, in one filter at most.
pub const FILTER_LENGTH_MAX: usize = 100;
/// Events looked at for one answer at most. What lies behind is found by a narrower time.
const SCANNED_MAX: usize = 200_000;
/// Stretches of the log that are looked at for the actors of a project at most.
const STRETCHES_MAX: usize = 200;
/// How far back an answer reaches if the request does not say: 30 days, in milliseconds.
const WINDOW_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Which events. What is absent does not narrow it.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// The id of the project they are about.
    pub project: Option<String>,
    /// The kinds of events; empty for all.
    pub kinds: Vec<String>,
    /// Facts that the event has, such as `environment`.
    pub facts: Vec<(String, String)>,
    /// The class of the client.
    pub user_agent_type: Option<String>,
    /// The id of the actor.
    pub actor: Option<String>,
    /// `user`, `identity` or `platform`.
    pub actor_type: Option<String>,
    /// `allowed` or `denied`.
    pub result: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// From this time on; 30 days before the end if absent.
    pub from: Option<Timestamp>,
    /// Before this time; now if absent.
    pub to: Option<Timestamp>,
    /// Only events older than the one with this id, so that new ones do not move what follows.
    pub before: Option<String>,
    /// Events to leave out at the beginning, 0 to [`OFFSET_MAX`].
    pub offset: i64,
    /// Events in the answer, 1 to [`LOGS_MAX`].
    pub limit: i64,
}

/// An event, with the name its project has now.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// The event.
    pub row: AuditEventRow,
    /// Its own facts.
    pub facts: Map<String, Value>,
    /// The name of the project, if there still is one.
    pub project_name: Option<String>,
}

/// The events that fit, from the newest on.
///
/// # Errors
///
/// [`Error::Form`] beyond the bounds, [`Error::Forbidden`] without the right to read the log of the
/// project or, if none is named, of the organization; [`Error::NotFound`] for an unknown project or
/// `before`.
pub async fn list(app: &App, caller: &Caller, query: &LogQuery) -> Result<Vec<LoggedEvent>> {
    query.check()?;
    // What this caller has just read is in the log then.
    app.audit.flush().await?;
    let mut db = app.database.read().await?;
    let scope = Scope::of(app, &mut db, caller, query).await?;
    let rows = fitting(app, &mut db, caller, query, &scope).await?;
    let events = named(&mut db, &caller.organization()?.id, &mut HashMap::new(), rows).await?;
    drop(db);
    let mut event = Event::new(app, caller, "get-audit-logs").with("numberOfEvents", events.len());
    if let Some(project) = &scope.project {
        event = event.project(project);
    }
    app.audit.record(event)?;
    Ok(events)
}

/// The ids of those who did something in a project within 30 days, as far as [`ACTORS_MAX`] goes.
///
/// # Errors
///
/// As [`list`] for a project.
pub async fn actors(app: &App, caller: &Caller, project: String) -> Result<Vec<String>> {
    app.audit.flush().await?;
    let mut db = app.database.read().await?;
    let query = LogQuery { project: Some(project), ..LogQuery::default() };
    let scope = Scope::of(app, &mut db, caller, &query).await?;
    let project = scope.project.ok_or_else(|| Error::Internal("a project was asked for".to_owned()))?;
    let wanted = query.wanted(app.now(), &caller.organization()?.id, Some(&project));
    let mut walk = Walk::begin(&mut db, wanted).await?;
    let mut found = BTreeSet::new();
    while walk.stretches() < STRETCHES_MAX {
        let Some(stretch) = walk.next(&mut db).await? else { break };
        let rows = audit_events::actors(&mut db, stretch, ACTORS_MAX).await?;
        found.extend(rows.into_iter().map(|row| row.actor_id));
    }
    app.audit.record(Event::new(app, caller, "get-audit-log-actors").project(&project))?;
    Ok(found.into_iter().take(usize::try_from(ACTORS_MAX).unwrap_or(usize::MAX)).collect())
}

impl LogQuery {
    pub(super) fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.number("limit", Some(self.limit), &(1..=LOGS_MAX));
        bounds.number("offset", Some(self.offset), &(0..=OFFSET_MAX));
        bounds.list("eventType", Some(&self.kinds), FILTER_LENGTH_MAX);
        bounds.list("eventMetadata", Some(&self.facts), FILTER_LENGTH_MAX);
        bounds.finish()
    }

    fn fits(&self, row: &AuditEventRow, facts: &Map<String, Value>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        (self.kinds.is_empty() || self.kinds.contains(&row.event_type))
            && is(&self.user_agent_type, row.user_agent_type.as_deref())
            && is(&self.actor, row.actor_id.as_deref())
            && is(&self.actor_type, Some(&row.actor_type))
            && is(&self.result, Some(&row.result))
            && is(&self.ip, row.ip.as_deref())
            && self.facts.iter().all(|(name, wanted)| terms::fact_texts(facts, name).contains(wanted))
    }

    /// What the blocks of the log are searched for.
    pub(super) fn wanted(
        &self,
        now: Timestamp,
        organization: &OrganizationId,
        project: Option<&ProjectId>,
    ) -> Wanted {
        // The end is outside, and what happens in this millisecond is inside.
        let to = self.to.unwrap_or(Timestamp::from_millis(now.millis().saturating_add(1)));
        let from = self.from.unwrap_or(Timestamp::from_millis(to.millis().saturating_sub(WINDOW_MILLIS)));
        let wanted = Wanted::new(organization.clone(), from, to)
            .of_project(project)
            .with("type", self.kinds.iter().map(String::as_str))
            .with("actor", self.actor.as_deref())
            .with("actorType", self.actor_type.as_deref())
            .with("result", self.result.as_deref())
            .with("ip", self.ip.as_deref())
            .with("userAgentType", self.user_agent_type.as_deref());
        self.facts.iter().fold(wanted, |wanted, (name, value)| wanted.with(name, [value.as_str()]))
    }
}

/// Of which projects the caller may see events.
pub(super) struct Scope {
    /// Only of this one.
    pub(super) project: Option<ProjectId>,
    /// Of these, and those of no project; `None` for all.
    projects: Option<HashSet<String>>,
}

impl Scope {
    /// What the caller may see of what was asked for.
    pub(super) async fn of(
        app: &App,
        db: &mut Connection,
        caller: &Caller,
        query: &LogQuery,
    ) -> Result<Self> {
        let organization = caller.organization()?;
        let sees_all = allows(organization, Action::Read, Subject::AuditLogs)
            && allows(organization, Action::AccessAllProjects, Subject::OrganizationAdminConsole);
        if let Some(id) = &query.project {
            let name = ProjectName::Id(id.clone());
            let project = if sees_all {
                find_project(db, &organization.id, &name).await?.id
            } else {
                let access = ProjectAccess::enter(db, caller, &name, app.now()).await?;
                access.require_any(Action::Read, Subject::AuditLogs)?;
                access.project.id
            };
            return Ok(Self { project: Some(project), projects: None });
        }
        organization.require(Action::Read, Subject::AuditLogs)?;
        let projects = if sees_all { None } else { Some(own_projects(app, db, caller).await?) };
        Ok(Self { project: None, projects })
    }

    /// Whether an event is among it.
    pub(super) fn includes(&self, row: &AuditEventRow) -> bool {
        match (&self.projects, &row.project_id) {
            (None, _) | (_, None) => true,
            (Some(projects), Some(project)) => projects.contains(project.as_str()),
        }
    }
}

fn allows(organization: &OrganizationAccess, action: Action, subject: Subject) -> bool {
    organization.permissions.allows(action, subject, &Object::default())
}

/// The projects in which the caller may read the log.
async fn own_projects(app: &App, db: &mut Connection, caller: &Caller) -> Result<HashSet<String>> {
    let member = access::member(caller)?;
    let own = ByProject::of_member(db, &caller.organization()?.id, member).await?;
    let now = app.now();
    let mut projects = HashSet::new();
    for (project, grants) in own.iter() {
        let rights = rights::permissions_of(grants, now)?;
        if rights.allows(Action::Read, Subject::AuditLogs, &Object::default()) {
            projects.insert(project.to_string());
        }
    }
    Ok(projects)
}

/// The part of the log that was asked for.
async fn fitting(
    app: &App,
    db: &mut Connection,
    caller: &Caller,
    query: &LogQuery,
    scope: &Scope,
) -> Result<Vec<(AuditEventRow, Map<String, Value>)>> {
    let organization = &caller.organization()?.id;
    let mut wanted = query.wanted(app.now(), organization, scope.project.as_ref());
    if let Some(id) = &query.before {
        wanted.before = audit_events::sequence_of(db, organization, id)
            .await?
            .ok_or_else(|| Error::not_found("Event", id))?;
    }
    let mut walk = Walk::begin(db, wanted).await?;
    let (mut skipped, mut scanned, mut found) = (0, 0, Vec::new());
    while scanned < SCANNED_MAX {
        let Some(stretch) = walk.next(db).await? else { break };
        let rows = audit_events::list_newest(db, stretch, BLOCK_LENGTH).await?;
        scanned += rows.len();
        for (row, facts) in rows.into_iter().filter_map(|row| fitting_row(row, query, scope)) {
            if skipped < query.offset {
                skipped += 1;
                continue;
            }
            found.push((row, facts));
            if i64::try_from(found.len()).unwrap_or(i64::MAX) >= query.limit {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// An event with its facts, if it was asked for and may be seen.
pub(super) fn fitting_row(
    row: AuditEventRow,
    query: &LogQuery,
    scope: &Scope,
) -> Option<(AuditEventRow, Map<String, Value>)> {
    let facts: Map<String, Value> = serde_json::from_str(&row.metadata).unwrap_or_default();
    (scope.includes(&row) && query.fits(&row, &facts)).then_some((row, facts))
}

/// Names of projects by id; `None` for those that are gone.
pub(super) type ProjectNames = HashMap<ProjectId, Option<String>>;

/// The events with the names of their projects, which are added to `names`.
pub(super) async fn named(
    db: &mut Connection,
    organization: &OrganizationId,
    names: &mut ProjectNames,
    rows: Vec<(AuditEventRow, Map<String, Value>)>,
) -> Result<Vec<LoggedEvent>> {
    for id in rows.iter().filter_map(|(row, _)| row.project_id.as_ref()) {
        if !names.contains_key(id) {
            let project = projects::find(db, organization, id).await?;
            names.insert(id.clone(), project.map(|project| project.name));
        }
    }
    let event = |(row, facts): (AuditEventRow, _)| {
        let project_name = row.project_id.as_ref().and_then(|id| names.get(id).cloned().flatten());
        LoggedEvent { row, facts, project_name }
    };
    Ok(rows.into_iter().map(event).collect())
}
