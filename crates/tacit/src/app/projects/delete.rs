//! Deleting a project with everything in it.

use tacit_core::permission::{Action, Subject};
use tacit_store::{
    organizations,
    projects::{self, ProjectRow},
};

use super::super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    work::UnitOfWork,
};

/// Deletes a project: nothing in it can be read from the moment this returns, and its data key is
/// gone for good.
///
/// # Errors
///
/// [`Error::Invalid`] while it is protected, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn delete(app: &App, caller: &Caller, name: ProjectName) -> Result<ProjectRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &name).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, name: &ProjectName) -> Result<ProjectRow> {
    organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
    let access = ProjectAccess::enter(&mut work.db, caller, name, work.app.now()).await?;
    access.require_any(Action::Delete, Subject::Workspace)?;
    let project = access.project;
    if !projects::delete(&mut work.db, &project.id).await? {
        return Err(Error::Invalid(
            "This project is protected from deletion. Turn the protection off first.".to_owned(),
        ));
    }
    let event = Event::new(&work.app, caller, "delete-project").project(&project.id);
    work.record(event.with("name", project.name.as_str()).with("slug", project.slug.as_str()));
    let id = project.id.clone();
    work.after_commit(move |app| app.keys.forget_project(&id));
    Ok(project)
}
