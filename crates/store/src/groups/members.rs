//! Who is in a group.

use tacit_core::{
    id::{GroupId, IdentityId, OrganizationId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A person of the organization, and since when they are in the group.
    pub struct GroupUserRow {
        /// The person.
        pub id: UserId,
        /// Their e-mail, in lower case.
        pub email: String,
        /// First name.
        pub first_name: Option<String>,
        /// Last name.
        pub last_name: Option<String>,
        /// When they joined; `None` for somebody who is not in the group.
        pub joined_at: Option<Timestamp>,
    }
}

row! {
    /// A machine identity of the organization, and since when it is in the group.
    pub struct GroupIdentityRow {
        /// The identity.
        pub id: IdentityId,
        /// Its name.
        pub name: String,
        /// When it joined; `None` for one that is not in the group.
        pub joined_at: Option<Timestamp>,
    }
}

/// All people of an organization in no order, each with when they joined the group.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_users(
    db: &mut Connection,
    organization: &OrganizationId,
    group: &GroupId,
) -> Result<Vec<GroupUserRow>> {
    db.fetch_all(
        "SELECT u.id, u.email, u.first_name, u.last_name, g.created_at AS joined_at
           FROM organization_memberships m
           JOIN users u ON u.id = m.user_id
           LEFT JOIN group_members g ON g.user_id = u.id AND g.group_id = $2
          WHERE m.organization_id = $1",
        params![organization, group],
    )
    .await
}

/// All machine identities of an organization in no order, each with when it joined the group.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_identities(
    db: &mut Connection,
    organization: &OrganizationId,
    group: &GroupId,
) -> Result<Vec<GroupIdentityRow>> {
    db.fetch_all(
        "SELECT i.id, i.name, g.created_at AS joined_at
           FROM identities i
           LEFT JOIN group_members g ON g.identity_id = i.id AND g.group_id = $2
          WHERE i.organization_id = $1",
        params![organization, group],
    )
    .await
}

/// How many are in a group.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_members(db: &mut Connection, group: &GroupId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM group_members WHERE group_id = $1", params![group]).await
}

/// Puts a person into a group.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if they are in it.
pub async fn add_user(db: &mut Connection, group: &GroupId, user: &UserId, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO group_members (group_id, user_id, created_at) VALUES ($1, $2, $3)",
        params![group, user, now],
    )
    .await?;
    Ok(())
}

/// Puts a machine identity into a group.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if it is in it.
pub async fn add_identity(
    db: &mut Connection,
    group: &GroupId,
    identity: &IdentityId,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "INSERT INTO group_members (group_id, identity_id, created_at) VALUES ($1, $2, $3)",
        params![group, identity, now],
    )
    .await?;
    Ok(())
}

/// Takes a person out of a group; `false` if they were not in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn remove_user(db: &mut Connection, group: &GroupId, user: &UserId) -> Result<bool> {
    let removed = db
        .execute("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2", params![group, user])
        .await?;
    Ok(removed > 0)
}

/// Takes a machine identity out of a group; `false` if it was not in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn remove_identity(db: &mut Connection, group: &GroupId, identity: &IdentityId) -> Result<bool> {
    let removed = db
        .execute(
            "DELETE FROM group_members WHERE group_id = $1 AND identity_id = $2",
            params![group, identity],
        )
        .await?;
    Ok(removed > 0)
}
