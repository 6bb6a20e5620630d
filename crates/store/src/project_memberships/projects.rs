//! The projects that an actor is in.

use tacit_core::{
    id::{MembershipId, ProjectId},
    time::Timestamp,
};

use super::Member;
use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A project that an actor is in.
    pub struct MemberProjectRow {
        /// The membership.
        pub id: MembershipId,
        /// The project.
        pub project_id: ProjectId,
        /// Its name.
        pub project_name: String,
        /// Its type, such as `secret-manager`.
        pub project_type: String,
        /// When the actor was added.
        pub created_at: Timestamp,
        /// When the membership last changed.
        pub updated_at: Timestamp,
    }
}

/// The projects a member is in, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn projects_of(db: &mut Connection, member: Member<'_>) -> Result<Vec<MemberProjectRow>> {
    let (user, identity) = match member {
        Member::User(id) => (Some(id), None),
        Member::Identity(id) => (None, Some(id)),
    };
    db.fetch_all(
        "SELECT m.id, m.project_id, p.name AS project_name, p.type AS project_type,
                m.created_at, m.updated_at
           FROM project_memberships m
           JOIN projects p ON p.id = m.project_id
          WHERE m.user_id = $1 OR m.identity_id = $2",
        params![user, identity],
    )
    .await
}
