//! Who is in a project, and with which roles.

use tacit_core::{
    id::{IdentityId, MembershipId, ProjectId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One role of one membership.
    pub struct MembershipRoleRow {
        /// The id of this grant.
        pub id: String,
        /// The membership it belongs to.
        pub membership_id: MembershipId,
        /// The slug of the role.
        pub role: String,
        /// Whether it ends by itself.
        pub is_temporary: bool,
        /// How long it lasts, as the client wrote it.
        pub temporary_range: Option<String>,
        /// When a temporary role begins to count.
        pub starts_at: Option<Timestamp>,
        /// When a temporary role stops counting.
        pub ends_at: Option<Timestamp>,
        /// When it was granted.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// An actor as memberships name it.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// A person.
    User(&'a UserId),
    /// A machine identity.
    Identity(&'a IdentityId),
}

/// The roles of a member in a project, ended ones included; empty if it is no member.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles_of(
    db: &mut Connection,
    project: &ProjectId,
    member: Member<'_>,
) -> Result<Vec<MembershipRoleRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                "SELECT r.* FROM membership_roles r
                   JOIN project_memberships m ON m.id = r.membership_id
                  WHERE m.project_id = $1 AND m.user_id = $2",
                params![project, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                "SELECT r.* FROM membership_roles r
                   JOIN project_memberships m ON m.id = r.membership_id
                  WHERE m.project_id = $1 AND m.identity_id = $2",
                params![project, id],
            )
            .await
        }
    }
}
