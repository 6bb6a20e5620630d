//! Machine identities.

use tacit_core::{
    id::{IdentityId, MembershipId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A machine identity.
    pub struct IdentityRow {
        /// Its id.
        pub id: IdentityId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The id of its place in the organization.
        pub membership_id: MembershipId,
        /// Its name.
        pub name: String,
        /// The slug of its role in the organization.
        pub role: String,
        /// Whether it may manage the instance.
        pub is_instance_admin: bool,
        /// Whether deleting it is refused.
        pub has_delete_protection: bool,
        /// JSON array of `{id, key, value}`.
        pub metadata: String,
        /// How it last logged in.
        pub last_login_auth_method: Option<String>,
        /// When it last logged in.
        pub last_login_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds an identity.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, identity: &IdentityRow) -> Result<()> {
    db.execute(
        "INSERT INTO identities
            (id, organization_id, membership_id, name, role, is_instance_admin, has_delete_protection,
             metadata, last_login_auth_method, last_login_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &identity.id,
            &identity.organization_id,
            &identity.membership_id,
            &identity.name,
            &identity.role,
            identity.is_instance_admin,
            identity.has_delete_protection,
            &identity.metadata,
            identity.last_login_auth_method.as_deref(),
            identity.last_login_at,
            identity.created_at,
            identity.updated_at,
        ],
    )
    .await?;
    Ok(())
}
