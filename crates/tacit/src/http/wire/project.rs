//! Projects on the wire (wire-contract 6.2).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{EnvironmentId, OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{environments::EnvironmentRow, projects::ProjectRow};

use super::role::Role;
use crate::app::projects::{Found, ProjectView};

/// The generation of projects that clients take ours for: the one whose server does the encryption.
const VERSION: u8 = 3;

/// A project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Its id.
    id: ProjectId,
    /// For people.
    name: String,
    /// For people.
    description: Option<String>,
    /// `secret-manager` and the like.
    r#type: String,
    /// Unique in the organization.
    slug: String,
    /// Whether user interfaces upper-case names of secrets.
    auto_capitalization: bool,
    /// The organization it belongs to.
    org_id: OrganizationId,
    /// When it was made.
    created_at: Timestamp,
    /// When its own settings last changed.
    updated_at: Timestamp,
    /// Always 3.
    version: u8,
    /// Always null: there is nothing to upgrade.
    upgrade_status: Option<String>,
    /// Versions of a secret that are kept.
    pit_version_limit: i64,
    /// Always null.
    kms_certificate_key_id: Option<String>,
    /// Days audit events are kept; null is the default of the instance.
    audit_logs_retention_days: Option<i64>,
    /// Whether deleting it is refused.
    has_delete_protection: bool,
    /// Whether its secrets may be shared by link.
    secret_sharing: bool,
    /// Whether user interfaces show the old snapshots.
    show_snapshots_legacy: bool,
    /// Whether the API hands out values of its secrets; the dashboard shows them either way.
    plaintext_reads: bool,
    /// Always null.
    secret_detection_ignore_values: Option<Vec<String>>,
    /// Always null.
    default_product: Option<String>,
    /// Always null: metadata are always encrypted.
    enforce_encrypted_secret_manager_secret_metadata: Option<bool>,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            r#type: row.r#type,
            slug: row.slug,
            auto_capitalization: row.auto_capitalization,
            org_id: row.organization_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: VERSION,
            upgrade_status: None,
            pit_version_limit: row.pit_version_limit,
            kms_certificate_key_id: None,
            audit_logs_retention_days: row.audit_logs_retention_days,
            has_delete_protection: row.has_delete_protection,
            secret_sharing: row.secret_sharing,
            show_snapshots_legacy: row.show_snapshots_legacy,
            plaintext_reads: row.plaintext_reads,
            secret_detection_ignore_values: None,
            default_product: None,
            enforce_encrypted_secret_manager_secret_metadata: None,
        }
    }
}

/// A project with its environments.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProjectEnv {
    /// The project.
    #[serde(flatten)]
    project: Project,
    /// Its id once more, under the name that older clients read.
    #[serde(rename = "_id")]
    old_id: ProjectId,
    /// Its environments by position.
    environments: Vec<EnvironmentInProject>,
    /// The roles it has, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<Role>>,
}

impl ProjectEnv {
    /// A project with its environments and the roles it has.
    #[must_use]
    pub fn with_roles(view: ProjectView) -> Self {
        let roles = view.roles.iter().cloned().map(Role::without_permissions).collect();
        Self { roles: Some(roles), ..view.into() }
    }
}

/// An environment as part of a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EnvironmentInProject {
    /// Its id.
    id: EnvironmentId,
    /// For people.
    name: String,
    /// Unique in the project.
    slug: String,
}

impl From<ProjectView> for ProjectEnv {
    fn from(view: ProjectView) -> Self {
        Self {
            old_id: view.project.id.clone(),
            project: view.project.into(),
            environments: view.environments.into_iter().map(Into::into).collect(),
            roles: None,
        }
    }
}

impl From<EnvironmentRow> for EnvironmentInProject {
    fn from(row: EnvironmentRow) -> Self {
        Self { id: row.id, name: row.name, slug: row.slug }
    }
}

/// A project that a search found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundProject {
    /// The project.
    #[serde(flatten)]
    project: Project,
    /// Whether the caller is in it.
    is_member: bool,
}

impl From<Found> for FoundProject {
    fn from(found: Found) -> Self {
        Self { project: found.project.into(), is_member: found.is_member }
    }
}

/// A project in the list of an organization.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OrganizationProject {
    /// Its id.
    id: ProjectId,
    /// For people.
    name: String,
    /// Unique in the organization.
    slug: String,
    /// The organization.
    organization: OrganizationId,
    /// Its environments by position.
    environments: Vec<EnvironmentInOrganization>,
}

/// An environment in the list of an organization.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EnvironmentInOrganization {
    /// For people.
    name: String,
    /// Unique in the project.
    slug: String,
}

impl From<ProjectView> for OrganizationProject {
    fn from(view: ProjectView) -> Self {
        let environment = |row: EnvironmentRow| EnvironmentInOrganization { name: row.name, slug: row.slug };
        Self {
            id: view.project.id,
            name: view.project.name,
            slug: view.project.slug,
            organization: view.project.organization_id,
            environments: view.environments.into_iter().map(environment).collect(),
        }
    }
}
