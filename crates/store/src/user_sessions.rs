//! Signed-in sessions of people.

use tacit_core::{
    id::{OrganizationId, SessionId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// What a user's access token is checked against.
    pub struct SessionUserRow {
        /// The session.
        pub session_id: SessionId,
        /// The person.
        pub user_id: UserId,
        /// Their e-mail.
        pub email: String,
        /// Whether they may manage the instance.
        pub is_instance_admin: bool,
        /// Tokens with another number have ended.
        pub access_version: i64,
        /// When the session ends.
        pub expires_at: Timestamp,
        /// The role in the organization asked for; `None` if not an active member there.
        pub role: Option<String>,
    }
}

/// The session and its user, with the role in `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_with_user(
    db: &mut Connection,
    session: &SessionId,
    organization: Option<&OrganizationId>,
) -> Result<Option<SessionUserRow>> {
    db.fetch_optional(
        "SELECT s.id AS session_id, s.access_version, s.expires_at,
                u.id AS user_id, u.email, u.is_instance_admin, m.role
           FROM user_sessions s
           JOIN users u ON u.id = s.user_id
           LEFT JOIN organization_memberships m
                  ON m.user_id = u.id AND m.organization_id = $2 AND m.is_active
          WHERE s.id = $1",
        params![session, organization],
    )
    .await
}
