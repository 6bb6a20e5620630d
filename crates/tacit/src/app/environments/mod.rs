//! Environments of a project, such as development and production. Changing them is a commit.

mod update;

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    name::{SecretPath, Slug},
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    environments::{self, EnvironmentRow},
    folder_versions,
    folders::{self, FolderRow},
    secret_imports as imports, secret_versions,
};

pub use update::{EnvironmentChanges, update};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    commit::{Change, Commit, Resource},
    error::{Error, Result},
    secret_imports,
    work::UnitOfWork,
};

/// The most environments a project may have.
pub const ENVIRONMENTS_MAX: i64 = 100;

/// The version that commits give environments while they exist: the rows have none.
const VERSION: i64 = 1;

/// An environment to be made.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    /// For people.
    pub name: String,
    /// Unique in the project.
    pub slug: Slug,
    /// Its place, 1 being the first; `None` or a place beyond the end is the last.
    pub position: Option<i64>,
}

/// Makes an environment. Those at its position and after it move one place to the back.
///
/// # Errors
///
/// [`Error::Invalid`] if the slug is taken or there are [`ENVIRONMENTS_MAX`] already, else as
/// [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn create(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    new: NewEnvironment,
) -> Result<EnvironmentRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, &project, new).await })).await
}

async fn make(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    new: NewEnvironment,
) -> Result<EnvironmentRow> {
    let access = enter(work, caller, project, Action::Create).await?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let project = access.project.id;
    let count = environments::count(&mut work.db, &project).await?;
    if count >= ENVIRONMENTS_MAX {
        return Err(Error::Invalid(format!(
            "A project cannot have more than {ENVIRONMENTS_MAX} environments"
        )));
    }
    let now = work.app.now();
    let row = EnvironmentRow {
        id: work.app.new_id(),
        project_id: project,
        name: new.name,
        slug: new.slug.into_string(),
        position: new.position.unwrap_or(i64::MAX).clamp(1, count + 1),
        created_at: now,
        updated_at: now,
    };
    environments::shift(&mut work.db, &row.project_id, row.position, 1).await?;
    insert(work, &mut commit, &row).await?;
    commit.write(work, caller, None).await?;
    record(work, caller, "create-environment", &row);
    Ok(row)
}

/// Adds an environment with its root folder to an open commit.
pub(super) async fn insert(work: &mut UnitOfWork, commit: &mut Commit, row: &EnvironmentRow) -> Result<()> {
    environments::insert(&mut work.db, row).await.map_err(Error::duplicate(taken(&row.slug)))?;
    let root = root_folder(work.app.new_id(), row);
    folders::insert(&mut work.db, &root).await?;
    folder_versions::keep(&mut work.db, &root.id, commit.revision()).await?;
    commit.add(change(row, None, Some(VERSION)));
    Ok(())
}

fn root_folder(id: FolderId, environment: &EnvironmentRow) -> FolderRow {
    FolderRow {
        id,
        project_id: environment.project_id.clone(),
        environment_id: environment.id.clone(),
        parent_id: None,
        name: "root".to_owned(),
        path: "/".to_owned(),
        description: None,
        version: 1,
        secret_count: 0,
        secrets_changed_at: None,
        created_at: environment.created_at,
        updated_at: environment.created_at,
    }
}

/// Deletes an environment with everything in it. Those after it move one place to the front.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn delete(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    id: EnvironmentId,
) -> Result<EnvironmentRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &project, &id).await })).await
}

async fn remove(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    id: &EnvironmentId,
) -> Result<EnvironmentRow> {
    let access = enter(work, caller, project, Action::Delete).await?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let row = find(&mut work.db, &access.project.id, id).await?;
    secret_versions::end_below(&mut work.db, id, &SecretPath::root(), commit.revision()).await?;
    folder_versions::end_below(&mut work.db, id, &SecretPath::root(), commit.revision()).await?;
    for import in imports::list_of_source(&mut work.db, id).await? {
        secret_imports::take_out(work, &mut commit, &import).await?;
    }
    for import in imports::list_below(&mut work.db, id, &SecretPath::root()).await? {
        secret_imports::end(work, &mut commit, &import).await?;
    }
    environments::delete(&mut work.db, id).await?;
    environments::shift(&mut work.db, &row.project_id, row.position, -1).await?;
    commit.add(change(&row, Some(VERSION), None));
    commit.write(work, caller, None).await?;
    record(work, caller, "delete-environment", &row);
    Ok(row)
}

/// One environment by id.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn get(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    id: &EnvironmentId,
) -> Result<EnvironmentRow> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::Environments)?;
    let row = find(&mut db, &access.project.id, id).await?;
    record_read(app, caller, row)
}

/// One environment by slug.
///
/// # Errors
///
/// As [`get`].
pub async fn get_by_slug(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    slug: &str,
) -> Result<EnvironmentRow> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_any(Action::Read, Subject::Environments)?;
    let row = environments::find_by_slug(&mut db, &access.project.id, slug).await?;
    record_read(app, caller, row.ok_or_else(|| Error::not_found("Environment", slug))?)
}

/// One environment by id alone.
///
/// # Errors
///
/// As [`get`]; an environment of another organization is as unknown as one that never was.
pub async fn get_anywhere(app: &App, caller: &Caller, id: &EnvironmentId) -> Result<EnvironmentRow> {
    let mut db = app.database.read().await?;
    let row = environments::find_in_organization(&mut db, &caller.organization()?.id, id)
        .await?
        .ok_or_else(|| Error::not_found("Environment", id))?;
    let project = ProjectName::Id(row.project_id.to_string());
    let access = ProjectAccess::enter(&mut db, caller, &project, app.now()).await?;
    access.require_any(Action::Read, Subject::Environments)?;
    record_read(app, caller, row)
}

fn record_read(app: &App, caller: &Caller, row: EnvironmentRow) -> Result<EnvironmentRow> {
    let event = Event::new(app, caller, "get-environment").project(&row.project_id);
    app.audit.record(event.with("environment", row.slug.as_str()))?;
    Ok(row)
}

async fn enter(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    action: Action,
) -> Result<ProjectAccess> {
    let access = ProjectAccess::enter(&mut work.db, caller, project, work.app.now()).await?;
    access.require_any(action, Subject::Environments)?;
    Ok(access)
}

async fn find(db: &mut Connection, project: &ProjectId, id: &EnvironmentId) -> Result<EnvironmentRow> {
    environments::find(db, project, id).await?.ok_or_else(|| Error::not_found("Environment", id))
}

fn change(row: &EnvironmentRow, version_before: Option<i64>, version_after: Option<i64>) -> Change {
    Change {
        resource: Resource::Environment,
        resource_id: row.id.to_string(),
        folder_id: None,
        name: row.slug.clone(),
        version_before,
        version_after,
        owner_user_id: String::new(),
    }
}

fn record(work: &mut UnitOfWork, caller: &Caller, event: &str, row: &EnvironmentRow) {
    let event = Event::new(&work.app, caller, event).project(&row.project_id);
    work.record(event.with("environment", row.slug.as_str()).with("environmentId", row.id.as_str()));
}

fn taken(slug: &str) -> String {
    format!("Environment with slug '{slug}' already exists in this project")
}
