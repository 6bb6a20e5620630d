//! The keys at a glance, for administrators of the instance.

use std::collections::HashMap;

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    data_key_rotations::{self, BLOCKED, FINISHED, RotationRow},
    data_keys::{self, DataKeysRow, KeyOwner},
    instance, instance_keys,
};

use super::{
    DamagedRows, damaged,
    rotation::{OwnKey, about, not_found},
};
use crate::app::{
    App,
    access::ProjectAccess,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// Projects that are shown at most, and organizations.
const OWNERS_MAX: i64 = 10_000;
/// Rotations of which damaged rows are looked for at once.
const BLOCKED_MAX: usize = 50;

/// The recovery key as far as the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryState {
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last showed that they have it.
    pub verified_at: Option<Timestamp>,
}

/// The data key of a project or of an organization.
#[derive(Clone, Debug)]
pub struct DataKeyState {
    /// Whose it is.
    pub owner: KeyOwner,
    /// The name of that.
    pub name: String,
    /// Its organization; of an organization itself.
    pub organization_id: OrganizationId,
    /// The name of its organization.
    pub organization_name: String,
    /// The slug of the project or of the organization.
    pub slug: String,
    /// The number of the key that encrypts.
    pub key_number: u32,
    /// When that was last replaced, or the replacing that is under way.
    pub rotation: Option<RotationRow>,
    /// If that is blocked, by what. Of the first 50 that are listed.
    pub damaged: Option<DamagedRows>,
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
    pub projects: Vec<DataKeyState>,
    /// The data key of each organization, in the same order.
    pub organizations: Vec<DataKeyState>,
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
    let projects = data_keys::list_projects(&mut db, "", OWNERS_MAX).await?;
    let organizations = data_keys::list_organizations(&mut db, "", OWNERS_MAX).await?;
    let rotations = data_key_rotations::list(&mut db).await?;
    let mut rotations: Rotations = rotations.into_iter().map(|row| (row.owner.clone(), row)).collect();
    let of_project = |id| KeyOwner::Project(ProjectId::new(id));
    let projects = states(&mut db, projects, of_project, &mut rotations).await?;
    let of_organization = |id| KeyOwner::Organization(OrganizationId::new(id));
    let organizations = states(&mut db, organizations, of_organization, &mut rotations).await?;
    app.audit.record_look(Event::new(app, caller, "get-instance-encryption"))?;
    Ok(Encryption {
        root_key_mode: app.settings.root_key_mode,
        root_key_id: app.keys.root().id(),
        root_key_rotated_at: row.root_key_rotated_at,
        recovery: recovery
            .map(|row| RecoveryState { created_at: row.created_at, verified_at: row.verified_at }),
        projects,
        organizations,
    })
}

type Rotations = HashMap<KeyOwner, RotationRow>;

async fn states(
    db: &mut Connection,
    rows: Vec<DataKeysRow>,
    owner_of: fn(String) -> KeyOwner,
    rotations: &mut Rotations,
) -> Result<Vec<DataKeyState>> {
    let (mut states, mut blocked) = (Vec::with_capacity(rows.len()), 0);
    for row in rows {
        let owner = owner_of(row.id.clone());
        let rotation = rotations.remove(&owner);
        let is_blocked = rotation.as_ref().is_some_and(|rotation| rotation.state == BLOCKED);
        blocked += usize::from(is_blocked);
        let is_looked_at = is_blocked && blocked <= BLOCKED_MAX;
        let damaged = if is_looked_at { Some(damaged::find(db, &owner, &row).await?) } else { None };
        states.push(state(owner, row, rotation, damaged));
    }
    states.sort_by_key(|key| key.rotation.as_ref().is_none_or(|rotation| rotation.state == FINISHED));
    Ok(states)
}

fn state(
    owner: KeyOwner,
    row: DataKeysRow,
    rotation: Option<RotationRow>,
    damaged: Option<DamagedRows>,
) -> DataKeyState {
    DataKeyState {
        owner,
        name: row.name,
        organization_id: row.organization_id,
        organization_name: row.organization_name,
        slug: row.slug,
        key_number: row.data_key_ciphertext.key_number().unwrap_or_default(),
        rotation,
        damaged,
    }
}

/// Shows a data key to somebody who may read the settings of the project, or of the organization.
///
/// # Errors
///
/// As [`ProjectAccess::enter`], and [`Error::Forbidden`] for who may not read the settings.
pub async fn data_key(app: &App, caller: &Caller, key: &OwnKey) -> Result<DataKeyState> {
    let mut db = app.database.read().await?;
    let owner = readable(app, &mut db, caller, key).await?;
    let row = data_keys::find(&mut db, &owner).await?.ok_or_else(|| not_found(&owner))?;
    let rotation = data_key_rotations::find(&mut db, &owner).await?;
    let is_blocked = rotation.as_ref().is_some_and(|rotation| rotation.state == BLOCKED);
    let damaged = if is_blocked { Some(damaged::find(&mut db, &owner, &row).await?) } else { None };
    let event = Event::new(app, caller, &format!("get-{}-key", owner.kind()));
    app.audit.record(about(event, &owner, &row))?;
    Ok(state(owner, row, rotation, damaged))
}

async fn readable(app: &App, db: &mut Connection, caller: &Caller, key: &OwnKey) -> Result<KeyOwner> {
    match key {
        OwnKey::Project(name) => {
            let access = ProjectAccess::enter(db, caller, name, app.now()).await?;
            access.require_any(Action::Read, Subject::Settings)?;
            Ok(KeyOwner::Project(access.project.id))
        }
        OwnKey::Organization => {
            let organization = caller.organization()?;
            organization.require(Action::Read, Subject::Settings)?;
            Ok(KeyOwner::Organization(organization.id.clone()))
        }
    }
}
