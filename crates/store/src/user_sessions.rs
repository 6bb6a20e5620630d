//! Signed-in sessions of people.

use tacit_core::{
    id::{OrganizationId, SessionId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    organization_grants::group_roles,
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
        /// The role in the organization asked for; `None` if not an active member there, or if it asks for
        /// a second factor that was not given in the session. A recovery code stands for any.
        pub role: Option<String>,
        /// What that role allows, if it is a custom one.
        pub role_permissions: Option<String>,
        /// The roles of the user's groups there, as [`crate::organization_grants`] says.
        pub group_roles: Option<String>,
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
        concat!(
            "SELECT s.id AS session_id, s.access_version, s.expires_at,
                    u.id AS user_id, u.email, u.is_instance_admin,
                    CASE WHEN NOT o.requires_second_factor THEN m.role
                         WHEN s.second_factor_at IS NULL THEN NULL
                         WHEN o.second_factor_method IS NULL
                           OR s.second_factor_method IN (o.second_factor_method, 'recovery-code') THEN m.role
                         ELSE NULL END AS role,
                    c.permissions AS role_permissions, ",
            group_roles!("gm.user_id = u.id AND g.organization_id = $2"),
            " AS group_roles
               FROM user_sessions s
               JOIN users u ON u.id = s.user_id
               LEFT JOIN organization_memberships m
                      ON m.user_id = u.id AND m.organization_id = $2
                     AND m.is_active AND m.accepted_at IS NOT NULL
               LEFT JOIN organizations o ON o.id = m.organization_id
               LEFT JOIN roles c ON c.id = m.custom_role_id
              WHERE s.id = $1"
        ),
        params![session, organization],
    )
    .await
}
row! {
    /// A session.
    pub struct UserSessionRow {
        /// Its id.
        pub id: SessionId,
        /// Whose it is.
        pub user_id: UserId,
        /// The organization selected in it last.
        pub organization_id: Option<OrganizationId>,
        /// Keyed hash of the refresh token that is in force.
        pub refresh_token_hash: Vec<u8>,
        /// Keyed hash of the one before.
        pub previous_refresh_token_hash: Option<Vec<u8>>,
        /// How many refresh tokens there were.
        pub refresh_version: i64,
        /// Access tokens with another number have ended.
        pub access_version: i64,
        /// From where it was opened.
        pub ip: String,
        /// With what it was opened.
        pub user_agent: String,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When it was opened.
        pub created_at: Timestamp,
        /// When its refresh token was last replaced.
        pub last_used_at: Timestamp,
    }
}

/// The sessions of a user that have not ended, last used first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    user: &UserId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<UserSessionRow>> {
    db.fetch_all(
        "SELECT * FROM user_sessions WHERE user_id = $1 AND expires_at > $2
          ORDER BY last_used_at DESC LIMIT $3",
        params![user, now, limit],
    )
    .await
}

/// Adds a session.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, session: &UserSessionRow) -> Result<()> {
    db.execute(
        "INSERT INTO user_sessions
            (id, user_id, organization_id, refresh_token_hash, previous_refresh_token_hash,
             refresh_version, access_version, ip, user_agent, expires_at, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &session.id,
            &session.user_id,
            session.organization_id.as_ref(),
            &session.refresh_token_hash,
            session.previous_refresh_token_hash.as_ref(),
            session.refresh_version,
            session.access_version,
            &session.ip,
            &session.user_agent,
            session.expires_at,
            session.created_at,
            session.last_used_at,
        ],
    )
    .await?;
    Ok(())
}

/// The session called `id`, locked until the transaction ends: changes that come together are made
/// one after the other.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, id: &SessionId) -> Result<Option<UserSessionRow>> {
    db.fetch_optional(
        "UPDATE user_sessions SET refresh_version = refresh_version WHERE id = $1 RETURNING *",
        params![id],
    )
    .await
}

/// Writes what changes in a session's life: organization, refresh tokens and last use.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, session: &UserSessionRow) -> Result<()> {
    db.execute(
        "UPDATE user_sessions
            SET organization_id = $2, refresh_token_hash = $3, previous_refresh_token_hash = $4,
                refresh_version = $5, last_used_at = $6, access_version = $7
          WHERE id = $1",
        params![
            &session.id,
            session.organization_id.as_ref(),
            &session.refresh_token_hash,
            session.previous_refresh_token_hash.as_ref(),
            session.refresh_version,
            session.last_used_at,
            session.access_version,
        ],
    )
    .await?;
    Ok(())
}

/// Ends a session of this user. Says whether there was one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, user: &UserId, id: &SessionId) -> Result<bool> {
    let changed =
        db.execute("DELETE FROM user_sessions WHERE id = $1 AND user_id = $2", params![id, user]).await?;
    Ok(changed > 0)
}

/// Ends all sessions of a user, but not `kept`. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_of_user(db: &mut Connection, user: &UserId, kept: Option<&SessionId>) -> Result<u64> {
    let kept = kept.map_or("", SessionId::as_str);
    db.execute("DELETE FROM user_sessions WHERE user_id = $1 AND id <> $2", params![user, kept]).await
}

/// Removes sessions that ended by themselves before `now`. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_expired(db: &mut Connection, now: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM user_sessions WHERE expires_at <= $1", params![now]).await
}
