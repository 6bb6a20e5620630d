//! Environments on the wire (wire-contract 6.3).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{EnvironmentId, ProjectId},
    time::Timestamp,
};
use tacit_store::environments::EnvironmentRow;

/// An environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Its id.
    id: EnvironmentId,
    /// For people.
    name: String,
    /// Unique in the project.
    slug: String,
    /// Its place; 1 is the first.
    position: i64,
    /// The project it belongs to.
    project_id: ProjectId,
    /// When it was made.
    created_at: Timestamp,
    /// When its name, slug or position was last changed.
    updated_at: Timestamp,
}

impl From<EnvironmentRow> for Environment {
    fn from(row: EnvironmentRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            position: row.position,
            project_id: row.project_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// What changing an environment answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentChanged {
    /// What was done, for people.
    message: &'static str,
    /// The id of the project, under its older name.
    workspace: ProjectId,
    /// The id of the project.
    project_id: ProjectId,
    /// The environment, or what it was.
    environment: Environment,
}

impl EnvironmentChanged {
    /// Puts the answer together.
    #[must_use]
    pub fn new(message: &'static str, row: EnvironmentRow) -> Self {
        Self {
            message,
            workspace: row.project_id.clone(),
            project_id: row.project_id.clone(),
            environment: row.into(),
        }
    }
}
