//! Bringing the imports of a folder back to what they were.

use tacit_core::permission::Action;
use tacit_store::{secret_imports, secret_imports::SecretImportRow};

use super::{ImportSource, cycle, duplicate, end, keep, require, require_source};
use crate::app::{
    UnitOfWork,
    access::ProjectAccess,
    commit::Commit,
    error::{Error, Result},
    secrets::{Place, source_path},
};

/// Gives a folder the imports it had, in an open commit, and returns how many changed. Each change
/// needs the rights that it would need by hand.
///
/// # Errors
///
/// [`Error::Forbidden`] without these rights, [`Error::Invalid`] if an import would close a circle.
pub(in crate::app) async fn restore(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    access: &ProjectAccess,
    place: &Place,
    past: Vec<SecretImportRow>,
) -> Result<usize> {
    let now = secret_imports::list(&mut work.db, &place.folder_id).await?;
    let mut count = make_room(work, commit, (access, place), &now, &past).await?;
    for then in past {
        let before = now.iter().find(|row| row.id == then.id);
        if before.is_some_and(|before| is_same(before, &then)) {
            continue;
        }
        if before.is_none() {
            require(access, Action::Create, &place.environment, &place.path)?;
        }
        let source =
            ImportSource { environment: then.source_environment_slug.clone(), path: source_path(&then)? };
        require_source(access, &source)?;
        cycle::refuse(&mut work.db, access, &place.folder_id, &source).await?;
        let version = secret_imports::newest_version(&mut work.db, &then.id).await? + 1;
        let row = SecretImportRow { version, updated_at: work.app.now(), ..then };
        let taken = duplicate(&format!("{}:{}", row.source_environment_slug, row.source_path));
        secret_imports::insert(&mut work.db, &row).await.map_err(Error::duplicate(taken))?;
        keep(work, commit, &row, before.map(|before| before.version)).await?;
        count += 1;
    }
    Ok(count)
}

/// Deletes the rows of imports that were not there or were otherwise, since a folder has a source only
/// once. Returns how many were not there.
async fn make_room(
    work: &mut UnitOfWork,
    commit: &mut Commit,
    (access, place): (&ProjectAccess, &Place),
    now: &[SecretImportRow],
    past: &[SecretImportRow],
) -> Result<usize> {
    let mut count = 0;
    for row in now {
        let then = past.iter().find(|then| then.id == row.id);
        if then.is_some_and(|then| is_same(then, row)) {
            continue;
        }
        let action = if then.is_some() { Action::Edit } else { Action::Delete };
        require(access, action, &place.environment, &place.path)?;
        if then.is_none() {
            end(work, commit, row).await?;
            count += 1;
        }
        secret_imports::delete(&mut work.db, &row.id).await?;
    }
    Ok(count)
}

fn is_same(one: &SecretImportRow, other: &SecretImportRow) -> bool {
    one.source_environment_id == other.source_environment_id
        && one.source_path == other.source_path
        && one.position == other.position
        && one.is_replication == other.is_replication
}
