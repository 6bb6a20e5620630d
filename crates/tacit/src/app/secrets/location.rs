//! Where secrets are: as a request says it, and as it was found.

use std::sync::Arc;

use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId},
    name::SecretPath,
    permission::Object,
};
use tacit_store::{
    Connection, environments,
    folders::{self, FolderRow},
    history,
};

use crate::app::{
    access::{ProjectAccess, ProjectName},
    error::{Error, Result},
    history::require_structure_kept,
};

/// The folder a request speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The project.
    pub project: ProjectName,
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: SecretPath,
}

/// A folder that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The project.
    pub project_id: ProjectId,
    /// The environment.
    pub environment_id: EnvironmentId,
    /// The slug of the environment.
    pub environment: String,
    /// The folder.
    pub folder_id: FolderId,
    /// The path of the folder.
    pub path: String,
}

impl Location {
    /// The folder as permissions see it.
    pub(in crate::app) fn object(&self) -> Object<'_> {
        Object::new().environment(&self.environment).secret_path(self.path.as_str())
    }
}

impl Place {
    pub(in crate::app) fn new(folder: FolderRow, environment: &str) -> Self {
        Self {
            project_id: folder.project_id,
            environment_id: folder.environment_id,
            environment: environment.to_owned(),
            folder_id: folder.id,
            path: folder.path,
        }
    }

    /// The folder as permissions see it.
    pub(in crate::app) fn folder(&self) -> Object<'_> {
        Object::new().environment(&self.environment).secret_path(&self.path)
    }

    /// A secret of the folder as permissions see it.
    ///
    /// Metadata is left out: no rule about secrets can ask for it (wire-contract 12.4).
    pub(super) fn object<'a>(&'a self, name: &'a str, tag_slugs: &'a [String]) -> Object<'a> {
        Object::new()
            .environment(&self.environment)
            .secret_path(&self.path)
            .secret_name(name)
            .secret_tags(tag_slugs)
    }
}

/// Finds a folder, once permission has been asked.
///
/// # Errors
///
/// [`Error::NotFound`], the same for an unknown environment and an unknown path.
pub(in crate::app) async fn find_folder(
    db: &mut Connection,
    access: &ProjectAccess,
    environment: &str,
    path: &SecretPath,
) -> Result<FolderRow> {
    folders::find(db, &access.project.id, environment, path).await?.ok_or_else(|| {
        Error::NotFound(format!("Folder with path '{path}' in environment '{environment}' was not found"))
    })
}

/// [`find_folder`], as a [`Place`] that the secrets in it share.
pub(super) async fn find_place(
    db: &mut Connection,
    access: &ProjectAccess,
    at: &Location,
) -> Result<Arc<Place>> {
    let folder = find_folder(db, access, &at.environment, &at.path).await?;
    Ok(Arc::new(Place::new(folder, &at.environment)))
}

/// [`find_place`], as it was at a revision.
///
/// # Errors
///
/// As [`find_folder`], and [`Error::Invalid`] if it is not known any more what folders there were.
pub(super) async fn find_place_at(
    db: &mut Connection,
    access: &ProjectAccess,
    at: &Location,
    revision: i64,
) -> Result<Arc<Place>> {
    if let Some(place) = walk(db, access, &at.environment, &at.path, revision).await? {
        return Ok(Arc::new(place));
    }
    require_structure_kept(db, access, revision).await?;
    Err(Error::NotFound(format!(
        "Folder with path '{}' in environment '{}' was not found at revision {revision}",
        at.path, at.environment
    )))
}

/// The folder at `path` as it was at a revision, if it was there. Walks from the root down, since paths
/// are not kept but follow from the names.
pub(super) async fn walk(
    db: &mut Connection,
    access: &ProjectAccess,
    environment: &str,
    path: &SecretPath,
    revision: i64,
) -> Result<Option<Place>> {
    let Some(environment) = environments::find_by_slug(db, &access.project.id, environment).await? else {
        return Ok(None);
    };
    let Some(mut folder) = history::root(db, &environment.id, revision).await? else { return Ok(None) };
    for name in path.segments() {
        match history::child(db, &folder.folder_id, name, revision).await? {
            Some(child) => folder = child,
            None => return Ok(None),
        }
    }
    Ok(Some(Place {
        project_id: folder.project_id,
        environment_id: environment.id,
        environment: environment.slug,
        folder_id: folder.folder_id,
        path: path.as_str().to_owned(),
    }))
}
