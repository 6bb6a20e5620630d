//! The keys at a glance, for administrators of the instance.

use std::collections::HashMap;

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, Subject},
    time::Timestamp,
};
use tacit_store::{
    data_key_rotations::{self, FINISHED, ProjectKeysRow, RotationRow},
    instance, instance_keys,
};

use crate::app::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// Projects that are shown at most.
const PROJECTS_MAX: i64 = 10_000;

/// The recovery key as far as the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryState {
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last showed that they have it.
    pub verified_at: Option<Timestamp>,
}

/// The data key of a project.
#[derive(Clone, Debug)]
pub struct ProjectKey {
    /// The project.
    pub project_id: ProjectId,
    /// Its name.
    pub project_name: String,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The name of its organization.
    pub organization_name: String,
    /// The number of the key that encrypts.
    pub key_number: u32,
    /// When that was last replaced, or the replacing that is under way.
    pub rotation: Option<RotationRow>,
}

/// The keys of the instance.
#[derive(Clone, Debug)]
pub struct Encryption {
    /// How the root key is kept: `file`, `variable`, `passphrase`, `aws-kms`, `transit` or `pkcs11`.
    pub root_key_mode: &'static str,
    /// The fingerprint of the root key.
    pub root_key_id: String,
    /// When the root key was last replaced.
    pub root_key_rotated_at: Option<Timestamp>,
    /// The recovery key, if there is one.
    pub recovery: Option<RecoveryState>,
    /// The data key of each project, those first whose key is being replaced.
    pub projects: Vec<ProjectKey>,
}

/// Shows the keys.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn overview(app: &App, caller: &Caller) -> Result<Encryption> {
    let mut db = app.database.read().await?;
    let row = instance::find(&mut db).await?;
    let row = row.ok_or_else(|| Error::Internal("the instance was not prepared".to_owned()))?;
    let recovery = instance_keys::find_recovery(&mut db).await?;
    let rotations = data_key_rotations::list(&mut db).await?;
    let projects = data_key_rotations::list_projects(&mut db, "", PROJECTS_MAX).await?;
    app.audit.record_look(Event::new(app, caller, "get-instance-encryption"))?;
    Ok(Encryption {
        root_key_mode: app.settings.root_key_mode,
        root_key_id: app.keys.root().id(),
        root_key_rotated_at: row.root_key_rotated_at,
        recovery: recovery
            .map(|row| RecoveryState { created_at: row.created_at, verified_at: row.verified_at }),
        projects: project_keys(projects, rotations),
    })
}

fn project_keys(projects: Vec<ProjectKeysRow>, rotations: Vec<RotationRow>) -> Vec<ProjectKey> {
    let mut rotations: HashMap<ProjectId, RotationRow> =
        rotations.into_iter().map(|row| (row.project_id.clone(), row)).collect();
    let key = |row: ProjectKeysRow| ProjectKey {
        key_number: row.data_key_ciphertext.key_number().unwrap_or_default(),
        rotation: rotations.remove(&row.id),
        project_id: row.id,
        project_name: row.name,
        organization_id: row.organization_id,
        organization_name: row.organization_name,
    };
    let mut keys: Vec<ProjectKey> = projects.into_iter().map(key).collect();
    keys.sort_by_key(|key| key.rotation.as_ref().is_none_or(|rotation| rotation.state == FINISHED));
    keys
}

/// Shows the data key of a project to somebody who is in it.
///
/// # Errors
///
/// As [`ProjectAccess::enter`], and [`Error::Forbidden`] for who may not read the project's settings.
pub async fn project_key(app: &App, caller: &Caller, name: &ProjectName) -> Result<ProjectKey> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, name, app.now()).await?;
    access.require_any(Action::Read, Subject::Settings)?;
    let id = &access.project.id;
    let row = data_key_rotations::find_project(&mut db, id).await?;
    let row = row.ok_or_else(|| Error::not_found("Project", id))?;
    let rotation = data_key_rotations::find(&mut db, id).await?;
    app.audit.record(Event::new(app, caller, "get-project-key").project(id))?;
    Ok(ProjectKey {
        key_number: row.data_key_ciphertext.key_number().unwrap_or_default(),
        rotation,
        project_id: row.id,
        project_name: row.name,
        organization_id: row.organization_id,
        organization_name: row.organization_name,
    })
}
