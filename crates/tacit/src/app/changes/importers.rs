//! Folders that import what changed: for who follows them, their imports changed.

use std::collections::{BTreeMap, HashSet};

use tacit_core::id::{FolderId, ProjectId};
use tacit_store::{Connection, commits::CommitChangeRow, environments, folders, secret_imports};

use crate::app::error::Result;

/// Importing folders that one read of the log tells of at most. Whoever has more of them hears of
/// enough to read everything again.
const FOLDERS_MAX: usize = 1_000;

/// A change of the imports of each folder that imports a folder with changed secrets, itself or through
/// others. They are made up: the log has no such changes.
pub(super) async fn of(
    db: &mut Connection,
    project: &ProjectId,
    rows: &[CommitChangeRow],
) -> Result<Vec<CommitChangeRow>> {
    let mut seen = HashSet::new();
    let mut told = Vec::new();
    let mut next: Vec<_> = sources(rows).into_iter().collect();
    while let Some(((environment, path), row)) = next.pop() {
        for folder in importers(db, project, &environment, &path).await? {
            if seen.len() >= FOLDERS_MAX || !seen.insert(folder.clone()) {
                continue;
            }
            let Some(place) = folders::find_place(db, &folder).await? else { continue };
            told.push(changed_imports(row, folder, &place.environment_slug, &place.path));
            next.push(((place.environment_slug, place.path), row));
        }
    }
    Ok(told)
}

/// The places with changes of shared secrets, each with the last of them.
fn sources(rows: &[CommitChangeRow]) -> BTreeMap<(String, String), &CommitChangeRow> {
    let is_shared_secret =
        |row: &&CommitChangeRow| row.resource_type == "secret" && row.owner_user_id.is_empty();
    let place = |row: &CommitChangeRow| Some((row.environment_slug.clone()?, row.folder_path.clone()?));
    rows.iter().filter(is_shared_secret).filter_map(|row| Some((place(row)?, row))).collect()
}

async fn importers(
    db: &mut Connection,
    project: &ProjectId,
    environment: &str,
    path: &str,
) -> Result<Vec<FolderId>> {
    let Some(environment) = environments::find_by_slug(db, project, environment).await? else {
        return Ok(Vec::new());
    };
    Ok(secret_imports::importers(db, &environment.id, path).await?)
}

fn changed_imports(
    source: &CommitChangeRow,
    folder: FolderId,
    environment: &str,
    path: &str,
) -> CommitChangeRow {
    CommitChangeRow {
        commit_id: source.commit_id.clone(),
        position: source.position,
        revision: source.revision,
        resource_type: "import".to_owned(),
        resource_id: String::new(),
        folder_id: Some(folder),
        name: String::new(),
        version_before: Some(1),
        version_after: Some(1),
        environment_slug: Some(environment.to_owned()),
        folder_path: Some(path.to_owned()),
        owner_user_id: String::new(),
    }
}
