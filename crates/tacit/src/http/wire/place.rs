//! How requests say where: project, environment, path, in all their spellings (wire-contract 7.3).

use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::name::SecretPath;

use super::text::Trimmed;
use crate::app::{Caller, Error, access::ProjectName, error::Result, secrets::Location};

/// The project of a request. An empty text is as if it were not there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ProjectFields {
    /// The id of the project.
    pub(crate) project_id: Option<Trimmed>,
    /// The id of the project, the older name.
    pub(crate) workspace_id: Option<Trimmed>,
    /// The slug of the project.
    pub(crate) project_slug: Option<Trimmed>,
    /// The slug of the project, the older name.
    pub(crate) workspace_slug: Option<Trimmed>,
}

/// The folder of a request about secrets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SecretPlace {
    /// The project.
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    pub(crate) project: ProjectFields,
    /// The slug of the environment.
    pub(crate) environment: Option<Trimmed>,
    /// The path of the folder, `/` if it is left out.
    pub(crate) secret_path: Option<Trimmed>,
}

/// The folder of a request about folders.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FolderPlace {
    /// The project.
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// The slug of the environment.
    environment: Option<Trimmed>,
    /// The path of the folder that the folder is in, `/` if it is left out.
    path: Option<Trimmed>,
    /// `path`, the older name.
    directory: Option<Trimmed>,
}

impl ProjectFields {
    /// The project, by id if an id is there.
    pub(crate) fn name(self) -> Option<ProjectName> {
        let filled = |field: Option<Trimmed>| field.and_then(Trimmed::filled);
        let id = filled(self.project_id).or_else(|| filled(self.workspace_id));
        let slug = || filled(self.project_slug).or_else(|| filled(self.workspace_slug));
        id.map(ProjectName::Id).or_else(|| slug().map(ProjectName::Slug))
    }
}

impl SecretPlace {
    /// The folder. Project and environment have to be there (`decisions.md` 2).
    pub(crate) fn location(self) -> Result<Location> {
        let path = self.secret_path.unwrap_or_default();
        Ok(Location {
            project: project(self.project)?,
            environment: environment(self.environment)?,
            path: secret_path(&path)?,
        })
    }
}

/// The folder that a read of secrets is about. A service token of one folder reads that one, whatever the
/// request names: clients of such tokens name places that they do not know (wire-contract 7.3).
pub(crate) fn read_location(place: SecretPlace, caller: &Caller) -> Result<Location> {
    match caller.only_place() {
        Some(only) => Ok(only.clone()),
        None => place.location(),
    }
}

impl FolderPlace {
    /// The folder. Project and environment have to be there.
    pub(crate) fn location(self) -> Result<Location> {
        let required = |field| Error::form(field, "Required");
        let environment = self.environment.and_then(Trimmed::filled);
        let path = self.path.or(self.directory).unwrap_or_default();
        Ok(Location {
            project: self.project.name().ok_or_else(|| required("projectId"))?,
            environment: environment.ok_or_else(|| required("environment"))?,
            path: secret_path(&path)?,
        })
    }
}

/// The project of a request about secrets.
pub(crate) fn project(fields: ProjectFields) -> Result<ProjectName> {
    let missing =
        || Error::Invalid("Name the project: projectId, workspaceId, projectSlug or workspaceSlug".into());
    fields.name().ok_or_else(missing)
}

/// The environment of a request about secrets.
pub(crate) fn environment(slug: Option<Trimmed>) -> Result<String> {
    let missing = || Error::Invalid("Name the environment by its slug".to_owned());
    slug.and_then(Trimmed::filled).ok_or_else(missing)
}

/// A path. What cannot be one is refused instead of guessed at (`decisions.md` 15).
pub(crate) fn secret_path(text: &Trimmed) -> Result<SecretPath> {
    SecretPath::parse(text.as_str()).map_err(|error| Error::Invalid(format!("Not a path: {error}")))
}
