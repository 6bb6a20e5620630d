//! Sign-ins that wait for the second factor, and the sessions that gave it.

use tacit_core::{
    id::{ChallengeId, OrganizationId, SessionId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A sign-in whose password was right.
    pub struct ChallengeRow {
        /// Its id.
        pub id: ChallengeId,
        /// The session.
        pub session_id: SessionId,
        /// The organization to be entered.
        pub organization_id: OrganizationId,
        /// Keyed hash of the token that names it.
        pub token_hash: Vec<u8>,
        /// Codes that may still be tried.
        pub tries_left: i64,
        /// When it ends.
        pub expires_at: Timestamp,
    }
}

/// Adds a challenge in place of those the session has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace(db: &mut Connection, challenge: &ChallengeRow) -> Result<()> {
    db.execute("DELETE FROM second_factor_challenges WHERE session_id = $1", params![&challenge.session_id])
        .await?;
    db.execute(
        "INSERT INTO second_factor_challenges
            (id, session_id, organization_id, token_hash, tries_left, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            &challenge.id,
            &challenge.session_id,
            &challenge.organization_id,
            &challenge.token_hash,
            challenge.tries_left,
            challenge.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The challenge called `id`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &ChallengeId) -> Result<Option<ChallengeRow>> {
    db.fetch_optional("SELECT * FROM second_factor_challenges WHERE id = $1", params![id]).await
}

/// The challenge called `id`, with one try less, locked until the transaction ends.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn take_try(db: &mut Connection, id: &ChallengeId) -> Result<Option<ChallengeRow>> {
    db.fetch_optional(
        "UPDATE second_factor_challenges SET tries_left = tries_left - 1 WHERE id = $1 RETURNING *",
        params![id],
    )
    .await
}

/// Ends a challenge.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &ChallengeId) -> Result<()> {
    db.execute("DELETE FROM second_factor_challenges WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Removes challenges that ended by themselves.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_expired(db: &mut Connection, now: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM second_factor_challenges WHERE expires_at <= $1", params![now]).await
}

row! {
    /// When and how somebody proved in a session who they are.
    pub struct ProofRow {
        /// Whose session it is.
        pub user_id: UserId,
        /// When the session was opened.
        pub created_at: Timestamp,
        /// When the second factor was given; `None` is never.
        pub second_factor_at: Option<Timestamp>,
        /// Which: `totp`, `webauthn` or `recovery-code`.
        pub second_factor_method: Option<String>,
    }
}

/// Notes that the second factor was given in a session.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn mark(db: &mut Connection, session: &SessionId, method: &str, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE user_sessions SET second_factor_at = $2, second_factor_method = $3 WHERE id = $1",
        params![session, now, method],
    )
    .await?;
    Ok(())
}

/// What was proved in a session.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn proof(db: &mut Connection, session: &SessionId) -> Result<Option<ProofRow>> {
    db.fetch_optional(
        "SELECT user_id, created_at, second_factor_at, second_factor_method FROM user_sessions
          WHERE id = $1",
        params![session],
    )
    .await
}

/// Forgets that the second factor was given in the sessions of a person.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn clear_marks(db: &mut Connection, user: &UserId) -> Result<()> {
    db.execute(
        "UPDATE user_sessions SET second_factor_at = NULL, second_factor_method = NULL WHERE user_id = $1",
        params![user],
    )
    .await?;
    Ok(())
}

/// Forgets that this second factor was given in the sessions of a person, but not in `kept`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn clear_marks_of_others(
    db: &mut Connection,
    user: &UserId,
    method: &str,
    kept: &SessionId,
) -> Result<()> {
    db.execute(
        "UPDATE user_sessions SET second_factor_at = NULL, second_factor_method = NULL
          WHERE user_id = $1 AND second_factor_method = $2 AND id <> $3",
        params![user, method, kept],
    )
    .await?;
    Ok(())
}
