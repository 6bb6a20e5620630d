//! Changing what an import includes, and its place among the others.

use tacit_core::{id::SecretImportId, name::SecretPath, permission::Action};
use tacit_store::{secret_imports, secret_imports::SecretImportRow};

use super::{
    ImportSource, arrange, cycle, duplicate, event, keep, require, require_source, source_environment,
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    commit::Commit,
    error::{Error, Result},
    secrets::{Location, find_folder, source_path},
};

/// What to change of an import. `None` keeps what is there.
#[derive(Clone, Debug)]
pub struct ImportChange {
    /// The folder that includes.
    pub at: Location,
    /// The import.
    pub id: SecretImportId,
    /// The slug of the source's environment.
    pub environment: Option<String>,
    /// The path of the source.
    pub path: Option<SecretPath>,
    /// Its place among the imports of the folder, 1 for the first.
    pub position: Option<i64>,
}

/// Changes an import. The others of its folder make room.
///
/// # Errors
///
/// As [`create`](super::create()), with the right to edit, and [`Error::NotFound`] if the folder has no
/// such import.
pub async fn update(app: &App, caller: &Caller, change: ImportChange) -> Result<SecretImportRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { run(work, &caller, change).await })).await
}

async fn run(work: &mut UnitOfWork, caller: &Caller, change: ImportChange) -> Result<SecretImportRow> {
    let at = change.at.clone();
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    require(&access, Action::Edit, &at.environment, at.path.as_str())?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let folder = find_folder(&mut work.db, &access, &at.environment, &at.path).await?;
    let all = secret_imports::list(&mut work.db, &folder.id).await?;
    let before = all
        .iter()
        .find(|row| row.id == change.id)
        .cloned()
        .ok_or_else(|| Error::not_found("Secret import", &change.id))?;
    let mut after = before.clone();
    change_source(work, &access, &change, &mut after).await?;
    if let Some(position) = change.position {
        let last = i64::try_from(all.len()).unwrap_or(i64::MAX);
        after.position = position.clamp(1, last);
    }
    if after != before {
        after.version += 1;
        after.updated_at = now;
        let taken = duplicate(&format!("{}:{}", after.source_environment_slug, after.source_path));
        secret_imports::update(&mut work.db, &after).await.map_err(Error::duplicate(taken))?;
        keep(work, &mut commit, &after, Some(before.version)).await?;
        arrange(work, &mut commit, all, &after, Some(after.position)).await?;
    }
    commit.write(work, caller, None).await?;
    let event =
        event(work, caller, &access, "update-secret-import", (&at.environment, at.path.as_str()), &after);
    work.record(event);
    Ok(after)
}

async fn change_source(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    change: &ImportChange,
    row: &mut SecretImportRow,
) -> Result<()> {
    let source = ImportSource {
        environment: change.environment.clone().unwrap_or_else(|| row.source_environment_slug.clone()),
        path: match &change.path {
            Some(path) => path.clone(),
            None => source_path(row)?,
        },
    };
    if source.environment == row.source_environment_slug && source.path.as_str() == row.source_path {
        return Ok(());
    }
    require_source(access, &source)?;
    let environment = source_environment(work, access, &source).await?;
    cycle::refuse(&mut work.db, access, &row.folder_id, &source).await?;
    row.source_environment_id = environment.id;
    row.source_environment_slug = environment.slug;
    row.source_environment_name = environment.name;
    row.source_path = source.path.into_string();
    Ok(())
}
