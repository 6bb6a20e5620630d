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

/// The projects a member is in, in no particular order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn projects_of(db: &mut Connection, member: Member<'_>) -> Result<Vec<MemberProjectRow>> {
    let (column, id) = member.column();
    let sql = format!(
        "SELECT m.id, m.project_id, p.name AS project_name, p.type AS project_type,
                m.created_at, m.updated_at
           FROM project_memberships m
           JOIN projects p ON p.id = m.project_id
          WHERE m.{column} = $1"
    );
    db.fetch_all(&sql, params![id]).await
}

/// The roles of a member in all its projects, ended ones included.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles_everywhere(db: &mut Connection, member: Member<'_>) -> Result<Vec<MembershipRoleRow>> {
    let (column, id) = member.column();
    let sql = format!(
        "SELECT r.* FROM membership_roles r
           JOIN project_memberships m ON m.id = r.membership_id
          WHERE m.{column} = $1"
    );
    db.fetch_all(&sql, params![id]).await
}

impl Member<'_> {
    fn column(&self) -> (&'static str, &str) {
        match self {
            Self::User(id) => ("user_id", id.as_str()),
            Self::Identity(id) => ("identity_id", id.as_str()),
        }
    }
}
