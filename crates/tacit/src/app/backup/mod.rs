//! Backups: a whole store in one encrypted file, putting it back, and making sure that it can be put back.
//!
//! Whoever has a backup and the root key has everything, so all of this is the operator's: by the command line,
//! by the schedule (`schedule.rs`), or as an administrator of the instance.

mod check;
mod file;
mod latest;
mod load;
mod ongoing;
mod schedule;
mod trial;
mod write;

pub use check::{Checked, check};
pub use file::{NewFile, file_name, remove_old};
pub use latest::Latest;
pub use load::{Loaded, load};
pub use ongoing::Ongoing;
pub use schedule::{Overview, Schedule, check_now, list, make_due, make_now, open, overview};
pub use trial::TrialFolder;
pub use write::{Written, write};

use std::io;

use tacit_core::backup::BackupError;
use tacit_store::StoreError;

/// Why a backup was not made, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupFailure {
    /// The file cannot be written or read.
    #[error("the file cannot be used: {0}")]
    File(#[from] io::Error),
    /// The file is damaged, or is none.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file can be read, but what it holds is not whole.
    #[error("{0}")]
    Damaged(String),
}

/// What this module returns.
pub type Result<T, E = BackupFailure> = std::result::Result<T, E>;
