//! Replacing the data keys of projects and organizations: beginning it.
//!
//! A rotation goes through three states. *Announced*: the new key stands beside the present one in the row of the
//! project or organization, so that every reader has both before anything is under the new one. *Running*: they have
//! changed places; whoever writes uses the new key, and rows are encrypted anew ([`super::reencrypt`]). *Finished*: no
//! row is under the old key any more, and it is destroyed. While rows that do not decrypt are under it, it is
//! *blocked* before that ([`super::damaged`]), and goes on when it is begun again.

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, Subject},
};
use tacit_store::{
    data_key_rotations::{self, ANNOUNCED, BLOCKED, FINISHED, RotationRow},
    data_keys::{self, DataKeysRow, KeyOwner},
};

use crate::app::{
    App,
    access::{ProjectAccess, ProjectName},
    administration,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    keys::{Keys, RootKeyHeld},
    work::UnitOfWork,
};

/// Projects or organizations that are looked at in one transaction.
const PAGE_LENGTH: i64 = 100;

/// A data key of where the caller is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnKey {
    /// That of a project.
    Project(ProjectName),
    /// That of the caller's organization.
    Organization,
}

/// The data key that a caller means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// One of where the caller is, for who may change that.
    Own(OwnKey),
    /// Any, for administrators of the instance.
    Any(KeyOwner),
}

/// Of how many projects and organizations the key is being replaced now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    /// Projects.
    pub projects: usize,
    /// Organizations.
    pub organizations: usize,
}

impl Begun {
    /// One, of this owner.
    pub(super) const fn one(owner: &KeyOwner) -> Self {
        match owner {
            KeyOwner::Project(_) => Self { projects: 1, organizations: 0 },
            KeyOwner::Organization(_) => Self { projects: 0, organizations: 1 },
        }
    }
}

impl KeyName {
    /// Whose key it is, for somebody who may change it.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] for a project or an organization that the caller may not change, [`Error::Refused`] for
    /// somebody who does not manage the instance, [`Error::NotFound`] for a project that is not there.
    pub(super) async fn enter(&self, work: &mut UnitOfWork, caller: &Caller) -> Result<KeyOwner> {
        match self {
            Self::Own(OwnKey::Project(name)) => {
                let now = work.app.now();
                let access = ProjectAccess::enter(&mut work.db, caller, name, now).await?;
                access.require_any(Action::Edit, Subject::Workspace)?;
                Ok(KeyOwner::Project(access.project.id))
            }
            Self::Own(OwnKey::Organization) => {
                let organization = caller.organization()?;
                organization.require(Action::Edit, Subject::Settings)?;
                Ok(KeyOwner::Organization(organization.id.clone()))
            }
            Self::Any(owner) => {
                administration::require_administrator(work, caller).await?;
                Ok(owner.clone())
            }
        }
    }
}

/// Begins to replace a data key, or to go on with replacing it if that is blocked.
///
/// # Errors
///
/// [`Error::Forbidden`] for a project or an organization that the caller may not change, [`Error::Refused`] for
/// somebody who does not manage the instance, [`Error::NotFound`], and [`Error::Invalid`] if it is being replaced.
pub async fn start(app: &App, caller: &Caller, name: KeyName) -> Result<Begun> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let root = work.hold_root_key().await?;
            let owner = name.enter(work, &caller).await?;
            if announce(work, &root, &caller, &owner).await? {
                return Ok(Begun::one(&owner));
            }
            Err(Error::Invalid(format!("The data key of this {} is being replaced already", owner.kind())))
        })
    })
    .await
}

/// As [`start`], of all projects and organizations of the instance. One that is being replaced already is left as
/// it is.
///
/// # Errors
///
/// [`Error::Refused`] for somebody who does not manage the instance.
pub async fn start_all(app: &App, caller: &Caller) -> Result<Begun> {
    let project = |row: DataKeysRow| KeyOwner::Project(ProjectId::new(row.id));
    let organization = |row: DataKeysRow| KeyOwner::Organization(OrganizationId::new(row.id));
    let (mut begun, mut after) = (Begun::default(), String::new());
    loop {
        let mut db = app.database.read().await?;
        let rows = data_keys::list_projects(&mut db, &after, PAGE_LENGTH).await?;
        drop(db);
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.id);
        begun.projects += start_page(app, caller, rows.into_iter().map(project).collect()).await?;
    }
    after.clear();
    loop {
        let mut db = app.database.read().await?;
        let rows = data_keys::list_organizations(&mut db, &after, PAGE_LENGTH).await?;
        drop(db);
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.id);
        begun.organizations += start_page(app, caller, rows.into_iter().map(organization).collect()).await?;
    }
    Ok(begun)
}

async fn start_page(app: &App, caller: &Caller, owners: Vec<KeyOwner>) -> Result<usize> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { start_some(work, &caller, &owners).await })).await
}

async fn start_some(work: &mut UnitOfWork, caller: &Caller, owners: &[KeyOwner]) -> Result<usize> {
    let root = work.hold_root_key().await?;
    administration::require_administrator(work, caller).await?;
    let mut count = 0;
    for owner in owners {
        match announce(work, &root, caller, owner).await {
            Ok(begun) => count += usize::from(begun),
            // Deleted meanwhile.
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Puts a new key beside the present one, unless there is one already; then `false`, or what is blocked goes on.
async fn announce(
    work: &mut UnitOfWork,
    root: &RootKeyHeld,
    caller: &Caller,
    owner: &KeyOwner,
) -> Result<bool> {
    let keys = data_keys::lock(&mut work.db, owner).await?.ok_or_else(|| not_found(owner))?;
    let last = data_key_rotations::find(&mut work.db, owner).await?;
    let now = work.app.now();
    let number = match last.as_ref().map(|last| last.state.as_str()) {
        None | Some(FINISHED) => {
            let number = number_after(owner, &keys)?;
            let new_key = Keys::new_data_key(root, owner, number, &work.app.random);
            let row = RotationRow {
                owner: owner.clone(),
                state: ANNOUNCED.to_owned(),
                key_number: i64::from(number),
                rows_done: 0,
                // Counted when it is used: that takes a while, and nobody who writes should wait for it.
                rows_total: 0,
                started_at: now,
                changed_at: now,
                finished_at: None,
            };
            data_key_rotations::announce(&mut work.db, &row, &new_key).await?;
            number
        }
        Some(BLOCKED) => {
            data_key_rotations::resume(&mut work.db, owner, now).await?;
            number_of(owner, &keys)?
        }
        Some(_) => return Ok(false),
    };
    let kind = format!("rotate-{}-key", owner.kind());
    let event = about(Event::new(&work.app, caller, &kind), owner, &keys);
    work.record(event.with("keyNumber", number));
    Ok(true)
}

/// What is said of a project or an organization that is not there.
pub(super) fn not_found(owner: &KeyOwner) -> Error {
    match owner {
        KeyOwner::Project(id) => Error::NotFound(format!("Project with ID '{id}' not found")),
        KeyOwner::Organization(id) => Error::not_found("Organization", id),
    }
}

/// The number of the key that encrypts.
pub(super) fn number_of(owner: &KeyOwner, keys: &DataKeysRow) -> Result<u32> {
    keys.data_key_ciphertext.key_number().ok_or_else(|| no_number(owner))
}

fn number_after(owner: &KeyOwner, keys: &DataKeysRow) -> Result<u32> {
    number_of(owner, keys)?.checked_add(1).ok_or_else(|| no_number(owner))
}

fn no_number(owner: &KeyOwner) -> Error {
    Error::Internal(format!("the data key of {} {} has no number", owner.kind(), owner.id()))
}

/// The event, in the log that is about the owner of a key.
pub(super) fn about(event: Event, owner: &KeyOwner, keys: &DataKeysRow) -> Event {
    let event = event.organization(&keys.organization_id);
    match owner {
        KeyOwner::Project(id) => event.project(id),
        KeyOwner::Organization(_) => event,
    }
}
