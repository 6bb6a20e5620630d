//! Refusing imports that would lead back to the folder they are in.

use std::collections::HashSet;

use tacit_core::id::FolderId;
use tacit_store::{Connection, folders, secret_imports};

use super::{IMPORTED_FOLDERS_MAX, ImportSource};
use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
    secrets::source_path,
};

/// Refuses a source that is `folder` itself, or imports it in whatever number of steps
/// (`decisions.md` 26), and one with more folders than [`IMPORTED_FOLDERS_MAX`] behind it.
///
/// A folder that is made later can still close a circle: reading passes over what it has seen.
pub(super) async fn refuse(
    db: &mut Connection,
    access: &ProjectAccess,
    folder: &FolderId,
    source: &ImportSource,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut next = vec![source.clone()];
    while let Some(source) = next.pop() {
        let found = folders::find(db, &access.project.id, &source.environment, &source.path).await?;
        let Some(place) = found else { continue };
        if place.id == *folder {
            return Err(Error::Invalid(
                "A folder cannot import itself, directly or through others".to_owned(),
            ));
        }
        if !seen.insert(place.id.clone()) {
            continue;
        }
        if seen.len() > IMPORTED_FOLDERS_MAX {
            return Err(Error::Invalid(format!(
                "An import cannot bring more than {IMPORTED_FOLDERS_MAX} folders, with all they import"
            )));
        }
        for import in secret_imports::list(db, &place.id).await? {
            let path = source_path(&import)?;
            next.push(ImportSource { environment: import.source_environment_slug, path });
        }
    }
    Ok(())
}
