//! Invitations that wait for their people.

use tacit_core::{
    id::{MembershipId, OrganizationId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// An invitation.
    pub struct InvitationRow {
        /// The place that is offered.
        pub membership_id: MembershipId,
        /// In which organization.
        pub organization_id: OrganizationId,
        /// To whom.
        pub user_id: UserId,
        /// Keyed hash of the code in the link.
        pub code_hash: Vec<u8>,
        /// When it ends.
        pub expires_at: Timestamp,
        /// When the code was mailed; `None` if its link was shown to the one who invited.
        pub mailed_at: Option<Timestamp>,
    }
}

/// Stores the code of an invitation in place of the one it had.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn replace(
    db: &mut Connection,
    membership: &MembershipId,
    code_hash: &[u8],
    expires_at: Timestamp,
    mailed_at: Option<Timestamp>,
) -> Result<()> {
    db.execute(
        "INSERT INTO invitations (membership_id, code_hash, expires_at, mailed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (membership_id) DO UPDATE
            SET code_hash = excluded.code_hash, expires_at = excluded.expires_at,
                mailed_at = excluded.mailed_at",
        params![membership, code_hash, expires_at, mailed_at],
    )
    .await?;
    Ok(())
}

/// Whether a code of this place was mailed after `time`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn was_mailed_after(
    db: &mut Connection,
    membership: &MembershipId,
    time: Timestamp,
) -> Result<bool> {
    let count: i64 = db
        .fetch_one(
            "SELECT COUNT(*) AS number FROM invitations WHERE membership_id = $1 AND mailed_at > $2",
            params![membership, time],
        )
        .await?;
    Ok(count > 0)
}

/// The invitations of the person with this e-mail, given in lower case, whose places are active.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_email(db: &mut Connection, email: &str) -> Result<Vec<InvitationRow>> {
    db.fetch_all(
        "SELECT i.membership_id, m.organization_id, m.user_id, i.code_hash, i.expires_at, i.mailed_at
           FROM users u
           JOIN organization_memberships m ON m.user_id = u.id
           JOIN invitations i ON i.membership_id = m.id
          WHERE u.email = $1 AND m.is_active AND m.accepted_at IS NULL",
        params![email],
    )
    .await
}

/// Uses an invitation up: the place counts from now on. Says whether it still had this code.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn accept(db: &mut Connection, invitation: &InvitationRow, now: Timestamp) -> Result<bool> {
    let id = &invitation.membership_id;
    let used = db
        .execute(
            "DELETE FROM invitations WHERE membership_id = $1 AND code_hash = $2",
            params![id, &invitation.code_hash],
        )
        .await?;
    if used == 0 {
        return Ok(false);
    }
    db.execute(
        "UPDATE organization_memberships SET accepted_at = $2, updated_at = $2 WHERE id = $1",
        params![id, now],
    )
    .await?;
    Ok(true)
}
