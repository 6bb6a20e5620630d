//! The history of a project: its state at any revision, and going back.
//!
//! Reading states of the past needs `read` on `secret-rollback`, reading the commit log `read` on
//! `commits`, beside the rights on each secret as it was and as it is. Going back is a new commit that
//! needs the rights of the changes it makes.

mod authors;
mod changes;
mod commits;
mod compare;
mod log;
mod point;
mod revert;
mod rollback;
mod snapshots;

pub use changes::{CHANGES_SHOWN_MAX, ChangeView, CommitChanges, GetChanges, changes};
pub use commits::{
    CHANGES_LISTED_MAX, COMMITS_LISTED_MAX, CommitView, FolderCommits, ListCommits, count, list,
};
pub use compare::{Compare, Comparison, FolderDifference, ImportDifference, SecretDifference, compare};
pub use log::{Log, ReadLog, log};
pub use point::Point;
pub(in crate::app) use point::{refuse_before, require_kept, require_structure_kept};
pub use revert::{Revert, revert};
pub use rollback::{FolderName, Outcome, Rollback, Scope, rollback};
pub use snapshots::{
    ListSnapshots, Snapshot, SnapshotId, SnapshotView, count_snapshots, get_snapshot, list_snapshots,
    rollback_snapshot,
};

use tacit_core::permission::{Action, Subject};

use super::{access::ProjectAccess, error::Result};

/// Asks for the right to read states of the past.
pub(in crate::app) fn require_read(access: &ProjectAccess) -> Result<()> {
    access.require_any(Action::Read, Subject::SecretRollback)
}
