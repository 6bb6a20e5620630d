//! Renaming and moving an environment.

use tacit_core::{
    id::EnvironmentId,
    name::Slug,
    permission::{Action, Field},
};
use tacit_store::environments::{self, EnvironmentRow};

use super::{
    super::{
        App,
        access::ProjectName,
        caller::Caller,
        commit::Commit,
        error::{Error, Result},
        named_by_rules::{hold, require_indifferent},
        work::UnitOfWork,
    },
    VERSION, change, enter, find, record, taken,
};

/// What is to be changed of an environment; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentChanges {
    /// For people.
    pub name: Option<String>,
    /// Unique in the project.
    pub slug: Option<Slug>,
    /// Its place, 1 being the first; a place beyond the end is the last.
    pub position: Option<i64>,
}

/// Changes an environment; the others make room for it.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, [`Error::Invalid`] if the slug is taken or rules
/// have conditions on it.
pub async fn update(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    id: EnvironmentId,
    changes: EnvironmentChanges,
) -> Result<EnvironmentRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { apply(work, &caller, &project, &id, &changes).await })).await
}

async fn apply(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    id: &EnvironmentId,
    changes: &EnvironmentChanges,
) -> Result<EnvironmentRow> {
    let access = enter(work, caller, project, Action::Edit).await?;
    let count = environments::count(&mut work.db, &access.project.id).await?;
    let current = find(&mut work.db, &access.project.id, id).await?;
    if changes.apply_to(&current, count) == current {
        // A request that changes nothing is no commit (`decisions.md` 19).
        record(work, caller, "update-environment", &current);
        return Ok(current);
    }
    hold(work, &access).await?;
    let current = find(&mut work.db, &access.project.id, id).await?;
    let renamed = changes.apply_to(&current, count);
    require_indifferent(work, &access, Field::Environment, &[(&current.slug, &renamed.slug)]).await?;
    let commit = Commit::open(work, caller, &access).await?;
    let row = write(work, commit, id, changes, caller).await?;
    record(work, caller, "update-environment", &row);
    Ok(row)
}

/// Writes the changes. Everything is read again, since the commit that was just opened keeps it
/// from changing.
async fn write(
    work: &mut UnitOfWork,
    mut commit: Commit,
    id: &EnvironmentId,
    changes: &EnvironmentChanges,
    caller: &Caller,
) -> Result<EnvironmentRow> {
    let project = commit.project().clone();
    let count = environments::count(&mut work.db, &project).await?;
    let current = find(&mut work.db, &project, id).await?;
    let mut row = changes.apply_to(&current, count);
    row.updated_at = work.app.now();
    if row.position != current.position {
        environments::shift(&mut work.db, &project, current.position + 1, -1).await?;
        environments::shift(&mut work.db, &project, row.position, 1).await?;
    }
    environments::update(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
    commit.add(change(&row, Some(VERSION), Some(VERSION)));
    commit.write(work, caller, None).await?;
    Ok(row)
}

impl EnvironmentChanges {
    fn apply_to(&self, row: &EnvironmentRow, count: i64) -> EnvironmentRow {
        EnvironmentRow {
            name: self.name.clone().unwrap_or_else(|| row.name.clone()),
            slug: self.slug.as_ref().map_or_else(|| row.slug.clone(), |slug| slug.as_str().to_owned()),
            position: self.position.map_or(row.position, |position| position.clamp(1, count.max(1))),
            ..row.clone()
        }
    }
}
