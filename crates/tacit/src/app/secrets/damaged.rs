//! What is said of a secret whose row was changed or destroyed in the database.

use tacit_core::cipher::DecryptError;
use tacit_store::secrets::SecretRow;

/// A part of a stored secret does not decrypt: somebody wrote to the database, or its disk failed. A read
/// that needs it fails with this name rather than go on without the secret; all others go on. The secret
/// can still be deleted, be given a new value, or be put back from its history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored {part} of the secret '{name}' is damaged and does not decrypt. Give the secret a new value, \
     go back to an older version, or restore a backup"
)]
pub struct Damaged {
    name: String,
    part: &'static str,
}

impl Damaged {
    /// A part of this row: value, comment or metadata.
    pub(super) fn part(row: &SecretRow, part: &'static str) -> impl FnOnce(DecryptError) -> Self {
        move |_| Self { name: row.name.clone(), part }
    }
}
