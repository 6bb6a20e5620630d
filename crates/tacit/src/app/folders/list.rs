//! Listing folders.

use tacit_core::{
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::{folders, folders::FolderRow};

use super::{Folder, allows};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    audit::Event,
    error::Result,
    secrets::{Location, find_folder},
};

/// Which folders to list.
#[derive(Clone, Debug)]
pub struct ListFolders {
    /// The folder they are in.
    pub at: Location,
    /// Whether those further below belong to it.
    pub is_recursive: bool,
    /// Only folders with a secret that was made, changed or deleted at this time or later.
    pub secrets_changed_since: Option<Timestamp>,
}

/// Lists the folders in a folder by the bytes of their paths. Those are seen that lie where the
/// caller may read folders, and those in which it may.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) if the caller may see none there,
/// [`Error::NotFound`](crate::app::Error::NotFound) if there is no such environment or folder.
pub async fn list(app: &App, caller: &Caller, request: &ListFolders) -> Result<Vec<Folder>> {
    let at = &request.at;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    let is_allowed = allows(&access, Action::Read, &at.environment, at.path.as_str());
    let object = Object::new().environment(&at.environment).secret_path(at.path.as_str());
    let forbidden = || access.impossible(Action::Read, Subject::SecretFolders, &object);
    let base = match find_folder(&mut db, &access, &at.environment, &at.path).await {
        Err(_) if !is_allowed => return Err(forbidden()),
        folder => folder?,
    };
    let mut rows = if request.is_recursive {
        folders::below(&mut db, &base.environment_id, &at.path).await?
    } else {
        folders::children(&mut db, &base.id).await?
    };
    rows.retain(|row| is_visible(&access, at, row));
    if rows.is_empty() && !is_allowed {
        return Err(forbidden());
    }
    rows.retain(|row| is_recent(row, request.secrets_changed_since));
    rows.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    record(app, caller, request, &access, rows.len())?;
    Ok(rows.into_iter().map(|row| listed(row, request)).collect())
}

fn is_visible(access: &ProjectAccess, at: &Location, row: &FolderRow) -> bool {
    is_visible_in(access, &at.environment, row)
}

/// Whether the caller may see a folder of an environment.
pub(in crate::app) fn is_visible_in(access: &ProjectAccess, environment: &str, row: &FolderRow) -> bool {
    let parent =
        row.path.rsplit_once('/').map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent });
    allows(access, Action::Read, environment, parent) || allows(access, Action::Read, environment, &row.path)
}

fn is_recent(row: &FolderRow, since: Option<Timestamp>) -> bool {
    since.is_none_or(|since| row.secrets_changed_at.is_some_and(|changed| changed >= since))
}

fn listed(row: FolderRow, request: &ListFolders) -> Folder {
    let base = request.at.path.as_str().trim_end_matches('/').len();
    let relative_path = request.is_recursive.then(|| row.path.get(base..).unwrap_or("/").to_owned());
    Folder { row, relative_path }
}

fn record(
    app: &App,
    caller: &Caller,
    request: &ListFolders,
    access: &ProjectAccess,
    count: usize,
) -> Result<()> {
    let event = Event::new(app, caller, "get-folders")
        .project(&access.project.id)
        .with("environment", request.at.environment.as_str())
        .with("folderPath", request.at.path.as_str())
        .with("numberOfFolders", count);
    app.audit.record(event)
}
