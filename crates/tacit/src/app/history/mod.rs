//! The history of a project: its state at any revision, and going back.
//!
//! Reading history needs `read` on `secret-rollback`, beside the rights on each secret as it was and
//! as it is.

mod point;

pub use point::Point;
pub(in crate::app) use point::{refuse_before, require_kept, require_structure_kept};

use tacit_core::permission::{Action, Subject};

use super::{access::ProjectAccess, error::Result};

/// Asks for the right to read history.
pub(in crate::app) fn require_read(access: &ProjectAccess) -> Result<()> {
    access.require_any(Action::Read, Subject::SecretRollback)
}
