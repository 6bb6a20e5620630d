//! Secrets as they are stored, encrypted, and folders of them as memory keeps them.

use std::sync::{Arc, atomic::AtomicBool};

use tacit_core::id::ProjectId;
use tacit_store::{
    Connection, secret_imports, secret_tags, secret_tags::SecretTagRow, secrets, secrets::SecretRow,
};

use super::{
    location::Place,
    state::{Tag, by_secret},
};
use crate::app::error::Result;

/// What one secret takes in memory besides its texts and ciphertexts, in bytes, about.
const BYTES_EACH: usize = 720;

/// A secret as it is stored. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct StoredSecret {
    pub(super) row: Arc<SecretRow>,
    /// In the order of their slugs.
    pub(super) tags: Arc<[Tag]>,
}

impl StoredSecret {
    /// A row with its tags, in the order of their slugs.
    pub(super) fn new(row: SecretRow, tags: Vec<Tag>) -> Self {
        Self { row: Arc::new(row), tags: tags.into() }
    }
}

/// Rows with their tags.
pub(super) fn with_tags(rows: Vec<SecretRow>, tags: Vec<SecretTagRow>) -> Vec<StoredSecret> {
    let mut tags = by_secret(tags);
    let none: Arc<[Tag]> = Arc::new([]);
    let secret = |row: SecretRow| {
        let tags = tags.remove(&row.id).map_or_else(|| Arc::clone(&none), Arc::from);
        StoredSecret { row: Arc::new(row), tags }
    };
    rows.into_iter().map(secret).collect()
}

/// The shared secrets of a folder at one revision of its project. It holds no value in the clear.
#[derive(Debug)]
pub struct StoredFolder {
    pub(super) place: Arc<Place>,
    /// By the bytes of their names.
    pub(super) secrets: Vec<StoredSecret>,
    /// Whether it imports anything.
    pub(super) has_imports: bool,
    /// Whether a value in it was seen to refer to other secrets.
    pub(super) has_references: AtomicBool,
}

impl StoredFolder {
    /// Reads all of a folder.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub(super) async fn read(db: &mut Connection, place: &Arc<Place>) -> Result<Self> {
        let rows = secrets::list(db, &place.folder_id).await?;
        let mut secrets = with_tags(rows, secret_tags::of_folder(db, &place.folder_id).await?);
        secrets.sort_unstable_by(|one, other| one.row.name.cmp(&other.row.name));
        let has_imports = !secret_imports::list(db, &place.folder_id).await?.is_empty();
        let has_references = AtomicBool::new(false);
        Ok(Self { place: Arc::clone(place), secrets, has_imports, has_references })
    }

    /// The secret called `name`, if the folder has one.
    pub(super) fn find(&self, name: &str) -> Option<&StoredSecret> {
        let found = self.secrets.binary_search_by(|secret| secret.row.name.as_str().cmp(name)).ok()?;
        self.secrets.get(found)
    }

    /// The project, the environment's slug and the path, by which it is found.
    pub(in crate::app) fn address(&self) -> (&ProjectId, &str, &str) {
        (&self.place.project_id, &self.place.environment, &self.place.path)
    }

    /// About what it takes in memory, in bytes.
    pub(in crate::app) fn bytes(&self) -> usize {
        self.secrets.iter().map(StoredSecret::bytes).sum()
    }
}

impl StoredSecret {
    fn bytes(&self) -> usize {
        let row = &*self.row;
        let ciphertexts = [&row.value_ciphertext, &row.comment_ciphertext, &row.metadata_ciphertext];
        let tags = self.tags.iter().map(|tag| 2 * tag.slug.len() + size_of::<Tag>());
        BYTES_EACH
            + ciphertexts.map(|one| one.0.len()).iter().sum::<usize>()
            + row.name.len()
            + row.actor_name.len()
            + row.reminder_note.as_ref().map_or(0, String::len)
            + tags.sum::<usize>()
    }
}
