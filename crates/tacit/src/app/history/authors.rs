//! Whether those who made commits are still there.

use std::collections::HashMap;

use tacit_core::id::{IdentityId, UserId};
use tacit_store::{Connection, commits::CommitRow, identities, users};

use crate::app::error::Result;

/// The authors of the commits of one answer, each looked up once.
#[derive(Debug, Default)]
pub(super) struct Authors(HashMap<String, bool>);

impl Authors {
    /// Whether the author of a commit was deleted.
    pub(super) async fn is_gone(&mut self, db: &mut Connection, commit: &CommitRow) -> Result<bool> {
        let id = &commit.actor_id;
        if let Some(known) = self.0.get(id) {
            return Ok(*known);
        }
        let is_gone = match commit.actor_type.as_str() {
            "user" => users::find(db, &UserId::new(id)).await?.is_none(),
            "identity" => identities::find_anywhere(db, &IdentityId::new(id)).await?.is_none(),
            _ => false,
        };
        self.0.insert(id.clone(), is_gone);
        Ok(is_gone)
    }
}
