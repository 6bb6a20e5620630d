//! Replacing the data keys of projects: beginning it.
//!
//! A rotation goes through three states. *Announced*: the new key stands beside the present one in the project's
//! row, so that every reader has both before anything is under the new one. *Running*: they have changed places;
//! whoever writes uses the new key, and rows are encrypted anew ([`super::reencrypt`]). *Finished*: no row is under
//! the old key any more, and it is destroyed.

use tacit_core::{
    id::ProjectId,
    permission::{Action, Subject},
};
use tacit_store::data_key_rotations::{self, ANNOUNCED, FINISHED, ProjectKeysRow, RotationRow};

use crate::app::{
    App,
    access::{ProjectAccess, ProjectName},
    administration,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    keys::{Keys, RootKeyHeld},
    work::UnitOfWork,
};

/// Projects that are looked at in one transaction.
const PAGE_LENGTH: i64 = 100;

/// Which projects are to have another data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projects {
    /// One, named by who may change it.
    One(ProjectName),
    /// One, named by its id by an administrator of the instance.
    Any(ProjectId),
    /// All of the instance, for its administrators.
    All,
}

/// Begins to replace data keys, and says of how many projects. One that is being replaced already is left as it
/// is.
///
/// # Errors
///
/// [`Error::Forbidden`] for a project that the caller may not change, [`Error::Refused`] for somebody who does not
/// manage the instance, [`Error::NotFound`], and [`Error::Invalid`] if the key of the one project is being replaced.
pub async fn start(app: &App, caller: &Caller, projects: Projects) -> Result<usize> {
    match projects {
        Projects::One(name) => start_own(app, caller, name).await,
        Projects::Any(id) => start_any(app, caller, id).await,
        Projects::All => start_all(app, caller).await,
    }
}

async fn start_own(app: &App, caller: &Caller, name: ProjectName) -> Result<usize> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let root = work.hold_root_key().await?;
            let now = work.app.now();
            let access = ProjectAccess::enter(&mut work.db, &caller, &name, now).await?;
            access.require_any(Action::Edit, Subject::Workspace)?;
            let begun = announce(work, &root, &caller, &access.project.id).await?;
            if begun { Ok(1) } else { Err(running()) }
        })
    })
    .await
}

async fn start_any(app: &App, caller: &Caller, id: ProjectId) -> Result<usize> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let root = work.hold_root_key().await?;
            administration::require_administrator(work, &caller).await?;
            let begun = announce(work, &root, &caller, &id).await?;
            if begun { Ok(1) } else { Err(running()) }
        })
    })
    .await
}

async fn start_all(app: &App, caller: &Caller) -> Result<usize> {
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let rows =
            data_key_rotations::list_projects(&mut app.database.read().await?, &after, PAGE_LENGTH).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        last.id.as_str().clone_into(&mut after);
        let (caller, ids) = (caller.clone(), rows.into_iter().map(|row| row.id).collect::<Vec<_>>());
        count +=
            app.write(move |work| Box::pin(async move { start_some(work, &caller, &ids).await })).await?;
    }
}

async fn start_some(work: &mut UnitOfWork, caller: &Caller, ids: &[ProjectId]) -> Result<usize> {
    let root = work.hold_root_key().await?;
    administration::require_administrator(work, caller).await?;
    let mut count = 0;
    for id in ids {
        match announce(work, &root, caller, id).await {
            Ok(begun) => count += usize::from(begun),
            // Deleted meanwhile.
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

fn running() -> Error {
    Error::Invalid("The encryption key of this project is being replaced already".to_owned())
}

/// Puts a new key beside the present one, unless there is one already; then `false`.
async fn announce(
    work: &mut UnitOfWork,
    root: &RootKeyHeld,
    caller: &Caller,
    id: &ProjectId,
) -> Result<bool> {
    let project = data_key_rotations::lock_project(&mut work.db, id).await?;
    let project = project.ok_or_else(|| Error::NotFound(format!("Project with ID '{id}' not found")))?;
    let last = data_key_rotations::find(&mut work.db, id).await?;
    if last.is_some_and(|last| last.state != FINISHED) {
        return Ok(false);
    }
    let number = number_after(&project)?;
    let now = work.app.now();
    let row = RotationRow {
        project_id: id.clone(),
        state: ANNOUNCED.to_owned(),
        key_number: i64::from(number),
        rows_done: 0,
        // Counted when it is used: that takes a while, and nobody who writes should wait for it.
        rows_total: 0,
        started_at: now,
        changed_at: now,
        finished_at: None,
    };
    let new_key = Keys::new_project_key(root, id, number, &work.app.random);
    data_key_rotations::announce(&mut work.db, &row, &new_key).await?;
    let event = Event::new(&work.app, caller, "rotate-project-key")
        .organization(&project.organization_id)
        .project(id)
        .with("keyNumber", number);
    work.record(event);
    Ok(true)
}

fn number_after(project: &ProjectKeysRow) -> Result<u32> {
    let present = project.data_key_ciphertext.key_number();
    present
        .and_then(|number| number.checked_add(1))
        .ok_or_else(|| Error::Internal(format!("the data key of project {} has no number", project.id)))
}
