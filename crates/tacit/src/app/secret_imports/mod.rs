//! Secret imports: folders included in other folders (wire-contract 9).
//!
//! An import names its source by environment and path. The folder need not be there: from the moment it
//! is, what is in it is included. A right on imports is asked at the folder that includes; what a reader
//! gets of an import is decided by its own rights at the source, so making one gives nobody more than
//! they have.

mod change;
mod create;
mod cycle;
mod delete;
mod overview;
mod read;
mod restore;

use tacit_core::{
    name::SecretPath,
    permission::{Action, Object, Subject},
};
use tacit_store::{
    environments, environments::EnvironmentRow, secret_imports, secret_imports::SecretImportRow,
};

pub use change::{ImportChange, update};
pub use create::{NewImport, create};
pub use delete::delete;
pub use overview::{FolderImports, overview};
pub use read::{LocatedImport, get, imported_secrets, list, resync};
pub(in crate::app) use restore::restore;

use super::{
    UnitOfWork,
    access::ProjectAccess,
    audit::Event,
    caller::Caller,
    commit::{Change, Commit, Resource},
    error::{Error, Result},
};

/// Imports of one folder at most.
pub const IMPORTS_MAX: usize = 100;

/// Folders that one import may bring at most, with all that they import in turn.
pub const IMPORTED_FOLDERS_MAX: usize = 1_000;

/// What an import includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSource {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: SecretPath,
}

/// Asks for a right on the imports of the folder at `path`.
fn require(access: &ProjectAccess, action: Action, environment: &str, path: &str) -> Result<()> {
    let object = Object::new().environment(environment).secret_path(path);
    access.require(action, Subject::SecretImports, &object)
}

/// Asks whether the caller could see and read something of a source (`decisions.md` 26).
fn require_source(access: &ProjectAccess, source: &ImportSource) -> Result<()> {
    let object = Object::new().environment(&source.environment).secret_path(source.path.as_str());
    for action in [Action::DescribeSecret, Action::ReadValue] {
        access.require_possible_at(action, Subject::Secrets, &object)?;
    }
    Ok(())
}

/// The environment of a source.
async fn source_environment(
    work: &mut UnitOfWork,
    access: &ProjectAccess,
    source: &ImportSource,
) -> Result<EnvironmentRow> {
    environments::find_by_slug(&mut work.db, &access.project.id, &source.environment)
        .await?
        .ok_or_else(|| Error::not_found("Environment", &source.environment))
}

/// Keeps the version of a changed or new import and adds the change to the commit.
async fn keep(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    row: &SecretImportRow,
    before: Option<i64>,
) -> Result<()> {
    secret_imports::keep(&mut work.db, &row.id, commit.revision()).await?;
    commit.add(change(row, before, Some(row.version)));
    Ok(())
}

/// Ends an import in a commit. Deleting its row is the caller's.
pub(in crate::app) async fn end(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    row: &SecretImportRow,
) -> Result<()> {
    secret_imports::end(&mut work.db, &row.id, commit.revision()).await?;
    commit.add(change(row, Some(row.version), None));
    Ok(())
}

/// Deletes an import in a commit. Those after it move one place to the front.
pub(in crate::app) async fn take_out(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    row: &SecretImportRow,
) -> Result<()> {
    let all = secret_imports::list(&mut work.db, &row.folder_id).await?;
    end(work, commit, row).await?;
    secret_imports::delete(&mut work.db, &row.id).await?;
    arrange(work, commit, all, row, None).await
}

fn change(row: &SecretImportRow, before: Option<i64>, after: Option<i64>) -> Change {
    Change {
        resource: Resource::Import,
        resource_id: row.id.as_str().to_owned(),
        folder_id: Some(row.folder_id.clone()),
        name: format!("{}:{}", row.source_environment_slug, row.source_path),
        version_before: before,
        version_after: after,
        owner_user_id: String::new(),
    }
}

/// Gives an import a place among those of its folder and closes the gap it leaves; `None` takes it out.
async fn arrange(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    all: Vec<SecretImportRow>,
    moved: &SecretImportRow,
    position: Option<i64>,
) -> Result<()> {
    let mut next = 1;
    for mut row in all.into_iter().filter(|row| row.id != moved.id) {
        if position == Some(next) {
            next += 1;
        }
        if row.position != next {
            let before = row.version;
            row.position = next;
            row.version += 1;
            row.updated_at = work.app.now();
            secret_imports::update(&mut work.db, &row).await?;
            keep(work, commit, &row, Some(before)).await?;
        }
        next += 1;
    }
    Ok(())
}

fn event(
    work: &UnitOfWork,
    caller: &Caller,
    access: &ProjectAccess,
    kind: &str,
    at: (&str, &str),
    row: &SecretImportRow,
) -> Event {
    Event::new(&work.app, caller, kind)
        .project(&access.project.id)
        .with("environment", at.0)
        .with("secretPath", at.1)
        .with("secretImportId", row.id.as_str())
        .with("importEnvironment", row.source_environment_slug.as_str())
        .with("importPath", row.source_path.as_str())
        .with("position", row.position)
}

fn duplicate(source: &str) -> String {
    format!("The folder imports '{source}' already")
}
