//! Which people are in an organization, and with which role.

use tacit_core::{
    id::{MembershipId, OrganizationId, RoleId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// The place of a person in an organization.
    pub struct OrganizationMembershipRow {
        /// Its id.
        pub id: MembershipId,
        /// The organization.
        pub organization_id: OrganizationId,
        /// The person.
        pub user_id: UserId,
        /// The slug of their role; `custom` for a custom one.
        pub role: String,
        /// The custom role.
        pub custom_role_id: Option<RoleId>,
        /// Whether the place counts, once it is accepted.
        pub is_active: bool,
        /// When the person took it; `None` while they are only invited.
        pub accepted_at: Option<Timestamp>,
        /// To which address it was offered; `None` for somebody who was not invited.
        pub invite_email: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// A member with what others may know of the person.
    pub struct OrganizationMemberRow {
        /// The membership.
        pub id: MembershipId,
        /// The person.
        pub user_id: UserId,
        /// The slug of their role; `custom` for a custom one.
        pub role: String,
        /// The custom role.
        pub custom_role_id: Option<RoleId>,
        /// Whether the place counts, once it is accepted.
        pub is_active: bool,
        /// When the person took it; `None` while they are only invited.
        pub accepted_at: Option<Timestamp>,
        /// To which address it was offered; `None` for somebody who was not invited.
        pub invite_email: Option<String>,
        /// Their e-mail.
        pub email: String,
        /// When they showed that they read mail to it.
        pub email_verified_at: Option<Timestamp>,
        /// First name.
        pub first_name: Option<String>,
        /// Last name.
        pub last_name: Option<String>,
        /// Whether they may manage the instance.
        pub is_instance_admin: bool,
    }
}

row! {
    /// What describes a member.
    pub struct MetadataRow {
        /// JSON.
        pub metadata: String,
    }
}

impl OrganizationMembershipRow {
    /// Whether it gives the person anything.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.is_active && self.accepted_at.is_some()
    }
}

/// The place of `user` in `organization`, whether it counts or not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<OrganizationMembershipRow>> {
    db.fetch_optional(
        "SELECT * FROM organization_memberships WHERE organization_id = $1 AND user_id = $2",
        params![organization, user],
    )
    .await
}

/// The members of an organization, oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    limit: i64,
) -> Result<Vec<OrganizationMemberRow>> {
    db.fetch_all(
        "SELECT m.id, m.user_id, m.role, m.custom_role_id, m.is_active, m.accepted_at,
                m.invite_email, u.email, u.email_verified_at, u.first_name, u.last_name, u.is_instance_admin
           FROM organization_memberships m
           JOIN users u ON u.id = m.user_id
          WHERE m.organization_id = $1 ORDER BY m.created_at LIMIT $2",
        params![organization, limit],
    )
    .await
}

/// Adds a member.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the person is one already.
pub async fn insert(db: &mut Connection, membership: &OrganizationMembershipRow) -> Result<()> {
    db.execute(
        "INSERT INTO organization_memberships
            (id, organization_id, user_id, role, is_active, created_at, updated_at, custom_role_id,
             accepted_at, invite_email)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &membership.id,
            &membership.organization_id,
            &membership.user_id,
            &membership.role,
            membership.is_active,
            membership.created_at,
            membership.updated_at,
            membership.custom_role_id.as_ref(),
            membership.accepted_at,
            membership.invite_email.as_deref(),
        ],
    )
    .await?;
    Ok(())
}

/// The member of an organization whose membership is called `id`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_member(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &MembershipId,
) -> Result<Option<OrganizationMemberRow>> {
    db.fetch_optional(
        "SELECT m.id, m.user_id, m.role, m.custom_role_id, m.is_active, m.accepted_at,
                m.invite_email, u.email, u.email_verified_at, u.first_name, u.last_name, u.is_instance_admin
           FROM organization_memberships m
           JOIN users u ON u.id = m.user_id
          WHERE m.organization_id = $1 AND m.id = $2",
        params![organization, id],
    )
    .await
}

/// Stores role and time of change, and whether the place counts.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, membership: &OrganizationMembershipRow) -> Result<()> {
    db.execute(
        "UPDATE organization_memberships
            SET role = $2, custom_role_id = $3, is_active = $4, updated_at = $5
          WHERE id = $1",
        params![
            &membership.id,
            &membership.role,
            membership.custom_role_id.as_ref(),
            membership.is_active,
            membership.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// The keys and values of a member, as JSON; `None` if there is no such place.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn metadata(db: &mut Connection, id: &MembershipId) -> Result<Option<String>> {
    let row: Option<MetadataRow> =
        db.fetch_optional("SELECT metadata FROM organization_memberships WHERE id = $1", params![id]).await?;
    Ok(row.map(|row| row.metadata))
}

/// Stores the keys and values of a member, as JSON.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_metadata(db: &mut Connection, id: &MembershipId, metadata: &str) -> Result<()> {
    db.execute("UPDATE organization_memberships SET metadata = $2 WHERE id = $1", params![id, metadata])
        .await?;
    Ok(())
}

/// How many members whose place counts hold `role`, a built-in one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_active(db: &mut Connection, organization: &OrganizationId, role: &str) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM organization_memberships
          WHERE organization_id = $1 AND role = $2 AND is_active AND accepted_at IS NOT NULL",
        params![organization, role],
    )
    .await
}

/// Takes a person out of an organization, of its groups and its projects.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, membership: &OrganizationMembershipRow) -> Result<()> {
    let (organization, user) = (&membership.organization_id, &membership.user_id);
    db.execute(
        "DELETE FROM group_members
          WHERE user_id = $2 AND group_id IN (SELECT id FROM groups WHERE organization_id = $1)",
        params![organization, user],
    )
    .await?;
    db.execute(
        "DELETE FROM project_memberships
          WHERE user_id = $2 AND project_id IN (SELECT id FROM projects WHERE organization_id = $1)",
        params![organization, user],
    )
    .await?;
    db.execute("DELETE FROM organization_memberships WHERE id = $1", params![&membership.id]).await?;
    Ok(())
}
