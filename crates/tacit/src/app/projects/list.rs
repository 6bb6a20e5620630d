//! Which projects there are, for somebody.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, PermissionSet, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    environments::{self, EnvironmentRow},
    project_memberships::Member,
    projects::{self, ProjectRow},
};

use super::{
    super::{App, access, audit::Event, boundary::ByProject, caller::Caller, error::Result, rights, roles},
    LISTED_MAX, ProjectView, concerns,
};

/// The filter that lets all kinds of projects through.
const ALL_TYPES: &str = "all";

/// The projects the caller is in, by name; only those of type `kind` if it is given. With their roles,
/// if they are asked for.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    app: &App,
    caller: &Caller,
    kind: Option<&str>,
    includes_roles: bool,
) -> Result<Vec<ProjectView>> {
    let organization = &caller.organization()?.id;
    let member = access::member(caller)?;
    let mut db = app.database.read().await?;
    let mut projects = projects::list_of_member(&mut db, organization, member, LISTED_MAX).await?;
    projects.retain(|project| fits(project, kind));
    sort(&mut projects);
    let permissions = permissions_by_project(&mut db, organization, member, app.now()).await?;
    let mut environments = HashMap::<ProjectId, Vec<EnvironmentRow>>::new();
    for environment in environments::list_of_member(&mut db, organization, member).await? {
        if permissions.get(&environment.project_id).is_some_and(|own| concerns(own, &environment)) {
            environments.entry(environment.project_id.clone()).or_default().push(environment);
        }
    }
    app.audit.record(Event::new(app, caller, "get-projects"))?;
    let mut views = Vec::new();
    for project in projects {
        let roles = match permissions.get(&project.id) {
            Some(own) if includes_roles => roles::of_project(&mut db, &project, own).await?,
            _ => Vec::new(),
        };
        let environments = environments.remove(&project.id).unwrap_or_default();
        views.push(ProjectView { project, environments, roles });
    }
    Ok(views)
}

/// What a search looks for.
#[derive(Clone, Debug)]
pub struct SearchFilter {
    /// Only projects of this type.
    pub kind: Option<String>,
    /// Only projects with this in their name, in any case.
    pub name: Option<String>,
    /// Whether names run from z to a.
    pub is_descending: bool,
    /// How many to skip.
    pub offset: usize,
    /// How many to return at most.
    pub limit: usize,
}

/// A project that a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The project.
    pub project: ProjectRow,
    /// Whether the caller is in it.
    pub is_member: bool,
}

/// The projects of the organization that fit, one page of them, and how many fit in all.
///
/// # Errors
///
/// [`super::super::Error::Forbidden`] if the caller may not see the projects of its organization.
pub async fn search(app: &App, caller: &Caller, filter: &SearchFilter) -> Result<(Vec<Found>, usize)> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::Workspace)?;
    let mut db = app.database.read().await?;
    let mut projects = projects::list(&mut db, &organization.id, LISTED_MAX).await?;
    let own: HashSet<ProjectId> =
        projects::list_of_member(&mut db, &organization.id, access::member(caller)?, LISTED_MAX)
            .await?
            .into_iter()
            .map(|project| project.id)
            .collect();
    let wanted = filter.name.as_deref().unwrap_or("").to_lowercase();
    projects.retain(|project| {
        fits(project, filter.kind.as_deref()) && project.name.to_lowercase().contains(&wanted)
    });
    sort(&mut projects);
    if filter.is_descending {
        projects.reverse();
    }
    app.audit.record(Event::new(app, caller, "search-projects"))?;
    let total = projects.len();
    let found = |project: ProjectRow| Found { is_member: own.contains(&project.id), project };
    Ok((projects.into_iter().skip(filter.offset).take(filter.limit).map(found).collect(), total))
}

fn fits(project: &ProjectRow, kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| kind == ALL_TYPES || kind == project.r#type)
}

fn sort(projects: &mut [ProjectRow]) {
    projects.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
}

async fn permissions_by_project(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
    now: Timestamp,
) -> Result<HashMap<ProjectId, Arc<PermissionSet>>> {
    let own = ByProject::of_member(db, organization, member).await?;
    own.iter().map(|(project, grants)| Ok((project.clone(), rights::permissions_of(grants, now)?))).collect()
}
