//! Secrets: reading, listing, writing and moving them.
//!
//! A read is: permission as far as the request tells, find the folder, find the secret, permission
//! on the whole secret, decrypt, audit. Permission comes before existence, so that "not found" tells
//! nothing to someone without rights (`decisions.md` 1).
//!
//! A write is one transaction and one commit however many secrets it changes. It locks the project
//! before it reads what it changes, so two writers never build on the same version.

mod access_list;
mod commit_changes;
mod content;
mod create;
pub(in crate::app) mod damaged;
mod decide;
mod delete;
pub(in crate::app) mod editor;
mod expand;
#[cfg(test)]
pub(in crate::app) mod fixtures;
mod imports;
mod list;
pub(in crate::app) mod list_past;
mod listing;
mod location;
mod matrix;
mod move_secrets;
mod overrides;
mod own_value;
pub(in crate::app) mod past;
mod plain;
mod read;
mod reference_index;
mod reference_tree;
mod rename;
mod resident;
mod reveal;
mod search;
mod source;
mod state;
mod stored;
mod update;
mod used_by;
mod versions;

pub use access_list::{SecretMember, SecretMembers, access_list};
pub use commit_changes::{
    COMMIT_MESSAGE_LENGTH_MAX, ChangeItem, Changes, Committed, Conflict, ConflictReason, Edit, Present,
    commit_changes,
};
pub use content::{METADATA_ENTRIES_MAX, MetadataEntry, Plaintext, TooLong, VALUE_BYTES_MAX};
pub use create::{NewSecret, create, create_many};
pub(in crate::app) use decide::slugs;
pub use delete::{delete, delete_many};
pub use editor::Restored;
pub use expand::REFERENCES_PER_VALUE_MAX;
pub use imports::ImportGroup;
pub(in crate::app) use imports::brought;
pub use list::{ListSecrets, MetadataPair, SecretList, list};
pub(in crate::app) use location::find_folder;
pub use location::{Location, Place};
pub use matrix::{Can, Cell, CellChange, Column, Flag, MATRIX_KEYS_MAX, Matrix, matrix};
pub use move_secrets::{MoveSecrets, move_secrets};
pub use overrides::{OVERRIDES_MAX, Overrides};
pub use own_value::{remove_own_value, set_own_value};
pub use plain::PlainSecret;
pub use read::{GetSecret, get, get_by_id};
pub(in crate::app) use reference_index::index_references_of;
pub use reference_tree::reference_tree;
pub use reveal::{REVEAL_LENGTH_MAX, Revealed, Wanted, reveal};
pub use search::{SEARCH_END_MAX, SEARCH_LENGTH_MAX, SearchSecrets, SecretMatch, SecretMatches, search};
pub(in crate::app) use source::source_path;
pub use state::Tag;
pub(in crate::app) use state::by_secret;
pub use stored::StoredFolder;
pub use update::{Missing, SecretChange, TagChange, update, update_many};
pub use used_by::{
    FOLDERS_MAX, SecretUse, USED_BY_LENGTH_MAX, USES_MAX, Uses, index_references, used_by, used_by_names,
};
pub use versions::{
    ListVersions, VERSIONS_LISTED_MAX, VersionId, get_version, list_versions, restore_version, reveal_version,
};

use super::error::{Error, Result};

/// Secrets in one folder at most; one more is refused (`decisions.md` 3).
pub const SECRETS_PER_FOLDER_MAX: i64 = 100_000;
/// Secrets in one batch at most (`decisions.md` 3).
pub const BATCH_LENGTH_MAX: usize = 1_000;
/// Tags on one secret at most.
pub const TAGS_MAX: usize = 100;

/// Whose secret is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Everybody's.
    #[default]
    Shared,
    /// A user's own value in place of the shared one.
    Personal,
}

/// Checks the number of items in a batch.
fn check_batch_length(field: &str, length: usize) -> Result<()> {
    match length {
        0 => Err(Error::form(field, "must have at least one item")),
        1..=BATCH_LENGTH_MAX => Ok(()),
        _ => Err(Error::form(field, format!("must not have more than {BATCH_LENGTH_MAX} items"))),
    }
}

/// The secrets called `names` are not there.
fn not_found(names: &[&str]) -> Error {
    match names {
        [name] => Error::NotFound(format!("Secret with name '{name}' was not found")),
        _ => Error::NotFound(format!("Secrets were not found: {}", names.join(", "))),
    }
}

/// Secrets called `names` are there already.
fn already_exist(names: &[&str]) -> Error {
    match names {
        [name] => Error::Invalid(format!("A secret with name '{name}' already exists in this folder")),
        _ => Error::Invalid(format!("Secrets already exist in this folder: {}", names.join(", "))),
    }
}
