//! Folders whose secrets are in memory as they are stored, encrypted: an answer that nobody was given
//! before is then made without the database (architecture 5).
//!
//! A folder is good for one revision of its project, as an answer is, and only while that revision is
//! known for sure. Who asks is somebody whose place in the project is remembered. Memory only lets in:
//! whatever would be a refusal, or is not here, is the database's.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use quick_cache::{Equivalent, Weighter, sync::Cache};
use tacit_core::{cipher::Ciphertext, id::ProjectId};
use tacit_store::projects::ProjectRow;

use super::{
    App, Caller,
    access::ProjectAccess,
    secrets::{Location, StoredFolder},
};

/// Folders of more than this part of the memory are not kept, or a few would push out all others.
const LARGEST_PART: u64 = 4;
/// Folders there is room for from the start.
const EXPECTED: usize = 1_024;
/// Rounds of [`Residents::sweep`] after which a folder that nobody asked for is let go.
const IDLE_ROUNDS_MAX: u32 = 60;
/// What a folder takes besides its secrets, in bytes, about.
const BYTES_EACH: usize = 1_024;

/// The folders that are in memory.
pub struct Residents {
    folders: Cache<Address, Arc<Resident>, Weight>,
    folder_bytes_max: u64,
}

/// Where a folder is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Address {
    project: ProjectId,
    environment: String,
    path: String,
}

/// [`Address`] without owning its parts; both have the same hash.
#[derive(Hash)]
struct AddressQuery<'a> {
    project: &'a ProjectId,
    environment: &'a str,
    path: &'a str,
}

impl Equivalent<Address> for AddressQuery<'_> {
    fn equivalent(&self, address: &Address) -> bool {
        *self.project == address.project
            && self.environment == address.environment
            && self.path == address.path
    }
}

/// Numbers of the data key and of the one beside it: while a key is replaced, a folder is encrypted anew without
/// another revision.
type KeyNumbers = (Option<u32>, Option<u32>);

fn numbers(project: &ProjectRow) -> KeyNumbers {
    let other = project.other_data_key_ciphertext.as_ref();
    (project.data_key_ciphertext.key_number(), other.and_then(Ciphertext::key_number))
}

/// A folder as it was at a revision of its project.
struct Resident {
    revision: i64,
    keys: KeyNumbers,
    folder: Arc<StoredFolder>,
    bytes: u64,
    /// Rounds of the sweep since somebody asked for it.
    idle_rounds: AtomicU32,
}

impl Residents {
    /// Room for folders of `bytes_max` bytes; with 0, none is kept.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        Self {
            folders: Cache::with_weighter(EXPECTED, bytes_max, Weight),
            folder_bytes_max: bytes_max / LARGEST_PART,
        }
    }

    /// Keeps a folder as it is at the revision of its project.
    pub(super) fn keep(&self, project: &ProjectRow, folder: Arc<StoredFolder>) {
        let revision = project.revision;
        let (id, environment, path) = folder.address();
        let address =
            Address { project: id.clone(), environment: environment.to_owned(), path: path.to_owned() };
        let bytes = u64::try_from(BYTES_EACH + folder.bytes()).unwrap_or(u64::MAX);
        if bytes <= self.folder_bytes_max {
            let resident =
                Resident { revision, keys: numbers(project), folder, bytes, idle_rounds: AtomicU32::new(0) };
            self.folders.insert(address, Arc::new(resident));
        } else {
            // An older state of it is of no use to anybody.
            self.folders.remove(&address);
        }
    }

    /// Lets go of folders that nobody has asked for during the last rounds.
    pub fn sweep(&self) {
        self.folders.retain(|_, one| one.idle_rounds.fetch_add(1, Ordering::Relaxed) < IDLE_ROUNDS_MAX);
    }

    fn get(&self, query: &AddressQuery<'_>, project: &ProjectRow) -> Option<Arc<StoredFolder>> {
        let is_present = |resident: &Arc<Resident>| {
            resident.revision == project.revision && resident.keys == numbers(project)
        };
        let resident = self.folders.get(query).filter(is_present)?;
        resident.idle_rounds.store(0, Ordering::Relaxed);
        Some(Arc::clone(&resident.folder))
    }
}

/// The folder at a place and the caller's access to its project, if memory has both as they are now.
/// Reads no database.
pub(super) fn find(app: &App, caller: &Caller, at: &Location) -> Option<(ProjectAccess, Arc<StoredFolder>)> {
    let known = app.recall.place(app, caller, &at.project)?;
    let project = &known.project.id;
    let revision = app.database.revisions().project(project, app.uptime())?;
    let query = AddressQuery { project, environment: &at.environment, path: at.path.as_str() };
    let access = known.access(revision)?;
    let folder = app.residents.get(&query, &access.project)?;
    // Asked again after the revision: nobody reads what is newer than the loss of their rights.
    if !known.counts(app) {
        return None;
    }
    caller.enters(project);
    Some((access, folder))
}

/// Weighs folders by the memory they take.
#[derive(Clone)]
struct Weight;

impl Weighter<Address, Arc<Resident>> for Weight {
    fn weight(&self, _: &Address, resident: &Arc<Resident>) -> u64 {
        resident.bytes
    }
}
