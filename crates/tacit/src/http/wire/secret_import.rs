//! How answers show imports (wire-contract 9).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{EnvironmentId, FolderId, ProjectId, SecretImportId},
    time::Timestamp,
};
use tacit_store::secret_imports::SecretImportRow;

use crate::app::{secret_imports::LocatedImport, secrets::ImportGroup};

use super::secret::SecretRaw;

/// An environment, as imports name it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ImportEnvironment {
    id: EnvironmentId,
    name: String,
    slug: String,
}

/// An import.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretImport {
    /// Its id.
    id: SecretImportId,
    /// 1 for a new import, raised by every change.
    version: i64,
    /// The path of what it includes.
    import_path: String,
    /// The environment of what it includes.
    import_env: ImportEnvironment,
    /// Its place among the imports of the folder, 1 for the first. A later one comes first.
    position: i64,
    /// The folder that includes.
    folder_id: FolderId,
    /// Whether the client asked for a replication. An import is up to date either way.
    is_replication: bool,
    /// True of a replication, null otherwise.
    is_replication_success: Option<bool>,
    /// Always null: nothing can go wrong with it.
    replication_status: Option<String>,
    /// Of a replication, when the import last changed.
    last_replicated: Option<Timestamp>,
    /// Whether the server made it for itself; never.
    is_reserved: bool,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<SecretImportRow> for SecretImport {
    fn from(row: SecretImportRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            import_path: row.source_path,
            import_env: ImportEnvironment {
                id: row.source_environment_id,
                name: row.source_environment_name,
                slug: row.source_environment_slug,
            },
            position: row.position,
            folder_id: row.folder_id,
            is_replication: row.is_replication,
            is_replication_success: row.is_replication.then_some(true),
            replication_status: None,
            last_replicated: row.is_replication.then_some(row.updated_at),
            is_reserved: false,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// An import that was made, changed or deleted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretImportResponse {
    /// What happened.
    message: &'static str,
    /// The import.
    secret_import: SecretImport,
}

impl SecretImportResponse {
    pub(crate) fn new(message: &'static str, row: SecretImportRow) -> Self {
        Self { message, secret_import: row.into() }
    }
}

/// The imports of a folder.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretImportsResponse {
    /// What happened.
    message: &'static str,
    /// The imports, the first first.
    secret_imports: Vec<SecretImport>,
}

impl From<Vec<SecretImportRow>> for SecretImportsResponse {
    fn from(rows: Vec<SecretImportRow>) -> Self {
        Self {
            message: "The imports of the folder",
            secret_imports: rows.into_iter().map(SecretImport::from).collect(),
        }
    }
}

/// An import with where it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocatedSecretImport {
    #[serde(flatten)]
    import: SecretImport,
    /// The environment of the folder that includes.
    environment: ImportEnvironment,
    /// The project.
    project_id: ProjectId,
    /// The path of the folder that includes.
    secret_path: String,
}

/// An import with where it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocatedSecretImportResponse {
    /// The import.
    secret_import: LocatedSecretImport,
}

impl From<LocatedImport> for LocatedSecretImportResponse {
    fn from(found: LocatedImport) -> Self {
        let place = found.place;
        let environment = ImportEnvironment {
            id: place.environment_id,
            name: place.environment_name,
            slug: place.environment_slug,
        };
        let secret_import = LocatedSecretImport {
            import: found.row.into(),
            environment,
            project_id: place.project_id,
            secret_path: place.path,
        };
        Self { secret_import }
    }
}

/// The secrets that one import brings.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportedSecrets<'a> {
    /// The path of the imported folder.
    secret_path: &'a str,
    /// The slug of its environment.
    environment: &'a str,
    /// Its environment.
    environment_info: EnvironmentInfo<'a>,
    /// The imported folder.
    folder_id: &'a FolderId,
    /// Its secrets and those it imports itself, by name.
    secrets: Vec<SecretRaw<'a>>,
}

/// The environment of an imported folder.
#[derive(Serialize, JsonSchema)]
struct EnvironmentInfo<'a> {
    id: &'a EnvironmentId,
    name: &'a str,
    slug: &'a str,
}

impl<'a> From<&'a ImportGroup> for ImportedSecrets<'a> {
    fn from(group: &'a ImportGroup) -> Self {
        let place = &group.place;
        Self {
            secret_path: &place.path,
            environment: &place.environment,
            environment_info: EnvironmentInfo {
                id: &place.environment_id,
                name: &group.environment_name,
                slug: &place.environment,
            },
            folder_id: &place.folder_id,
            secrets: group.secrets.iter().map(SecretRaw::from).collect(),
        }
    }
}

/// The secrets that the imports of a folder bring.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ImportedSecretsResponse<'a> {
    /// In the order of the imports.
    secrets: Vec<ImportedSecrets<'a>>,
}

impl<'a> From<&'a [ImportGroup]> for ImportedSecretsResponse<'a> {
    fn from(groups: &'a [ImportGroup]) -> Self {
        Self { secrets: groups.iter().map(ImportedSecrets::from).collect() }
    }
}
