//! Folders: making, listing, renaming and deleting them.
//!
//! A right on folders is asked at the folder they are in: making `/app/web` needs `create` at
//! `/app`. What happens to everything inside is asked too, because renaming or deleting a folder
//! must not do to a secret what its caller may not do to it directly.

mod create;
mod delete;
mod find;
mod inside;
mod list;
mod update;

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    name::SecretPath,
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::folders::FolderRow;

pub(in crate::app) use create::insert_row;
pub use create::{NewFolder, create};
pub use delete::delete;
pub(in crate::app) use delete::delete_row;
pub use find::{find_by_path, get};
pub(in crate::app) use list::is_visible_in;
pub use list::{ListFolders, list};
pub(in crate::app) use update::change_one;
pub use update::{FolderChange, update, update_many};

use super::{
    access::ProjectAccess,
    commit::{Change, Resource},
    error::{Error, Result},
};

/// Folders in one batch at most.
pub const BATCH_LENGTH_MAX: usize = 1_000;

/// A folder and the environment it is in.
#[derive(Clone, Debug)]
pub struct Folder {
    /// What is stored of it.
    pub row: FolderRow,
    /// Its path below the folder that was listed, from `/` on; only in a recursive list.
    pub relative_path: Option<String>,
}

/// A folder that was asked for by id or path.
#[derive(Clone, Debug)]
pub struct LocatedFolder {
    /// What is stored of it.
    pub row: FolderRow,
    /// Its project.
    pub project_id: ProjectId,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// The slug of its environment.
    pub environment_slug: String,
    /// The name of its environment.
    pub environment_name: String,
}

impl Folder {
    fn new(row: FolderRow) -> Self {
        Self { row, relative_path: None }
    }
}

/// Whether the caller has a right on the folders in `path`.
pub(in crate::app) fn allows(access: &ProjectAccess, action: Action, environment: &str, path: &str) -> bool {
    access.permissions.allows(action, Subject::SecretFolders, &place(environment, path))
}

/// Asks for a right on the folders in `path`.
pub(in crate::app) fn require(
    access: &ProjectAccess,
    action: Action,
    environment: &str,
    path: &str,
) -> Result<()> {
    access.require(action, Subject::SecretFolders, &place(environment, path))
}

fn place<'a>(environment: &'a str, path: &'a str) -> Object<'a> {
    Object::new().environment(environment).secret_path(path)
}

/// A path that a row holds.
fn stored_path(path: &str) -> Result<SecretPath> {
    SecretPath::parse(path).map_err(|error| Error::Internal(format!("a stored path: {error}")))
}

fn change(row: &FolderRow, before: Option<i64>, after: Option<i64>) -> Change {
    Change {
        resource: Resource::Folder,
        resource_id: row.id.as_str().to_owned(),
        folder_id: row.parent_id.clone(),
        name: row.name.clone(),
        version_before: before,
        version_after: after,
        owner_user_id: String::new(),
    }
}

/// A new folder called `name` in `parent`.
pub(in crate::app) fn new_row(
    id: FolderId,
    parent: &FolderRow,
    name: &str,
    path: &SecretPath,
    now: Timestamp,
) -> FolderRow {
    FolderRow {
        id,
        project_id: parent.project_id.clone(),
        environment_id: parent.environment_id.clone(),
        parent_id: Some(parent.id.clone()),
        name: name.to_owned(),
        path: path.as_str().to_owned(),
        description: None,
        version: 1,
        secret_count: 0,
        secrets_changed_at: None,
        created_at: now,
        updated_at: now,
    }
}
