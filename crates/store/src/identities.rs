//! Machine identities and their place in the organization.

use tacit_core::{
    id::{IdentityId, MembershipId, OrganizationId, RoleId},
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
        /// Its owner.
        pub organization_id: OrganizationId,
        /// The id of its place in the organization.
        pub membership_id: MembershipId,
        /// 1 to 255 characters; several may have the same.
        pub name: String,
        /// The slug of its role in the organization; `custom` for a custom one.
        pub role: String,
        /// The custom role.
        pub custom_role_id: Option<RoleId>,
        /// Whether it may manage the instance.
        pub is_instance_admin: bool,
        /// Whether deleting it is refused.
        pub has_delete_protection: bool,
        /// JSON array of {id, key, value}.
        pub metadata: String,
        /// The method of its last login, such as `universal-auth`.
        pub last_login_auth_method: Option<String>,
        /// When it last logged in.
        pub last_login_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its own settings last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// The organization of an identity.
    pub struct IdentityOrganizationRow {
        /// Its id.
        pub id: OrganizationId,
        /// Its name.
        pub name: String,
        /// Its slug, unique in the instance.
        pub slug: String,
    }
}

/// Adds an identity.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if one of its ids is taken.
pub async fn insert(db: &mut Connection, identity: &IdentityRow) -> Result<()> {
    db.execute(
        "INSERT INTO identities
            (id, organization_id, membership_id, name, role, is_instance_admin, has_delete_protection,
             metadata, last_login_auth_method, last_login_at, created_at, updated_at, custom_role_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
            identity.custom_role_id.as_ref(),
        ],
    )
    .await?;
    Ok(())
}

/// The identity called `id`, if it belongs to `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &IdentityId,
) -> Result<Option<IdentityRow>> {
    db.fetch_optional(
        "SELECT * FROM identities WHERE id = $1 AND organization_id = $2",
        params![id, organization],
    )
    .await
}

/// As [`find`], and on PostgreSQL everybody who would change, delete or log in the identity waits
/// until this transaction ends. Taking this lock first keeps such transactions from waiting for
/// each other in a circle.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &IdentityId,
) -> Result<Option<IdentityRow>> {
    db.fetch_optional(
        "UPDATE identities SET updated_at = updated_at WHERE id = $1 AND organization_id = $2 RETURNING *",
        params![id, organization],
    )
    .await
}

/// Stores name, role, delete protection, metadata and time of change.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, identity: &IdentityRow) -> Result<()> {
    db.execute(
        "UPDATE identities
            SET name = $2, role = $3, has_delete_protection = $4, metadata = $5, updated_at = $6,
                custom_role_id = $7
          WHERE id = $1",
        params![
            &identity.id,
            &identity.name,
            &identity.role,
            identity.has_delete_protection,
            &identity.metadata,
            identity.updated_at,
            identity.custom_role_id.as_ref(),
        ],
    )
    .await?;
    Ok(())
}

/// Remembers a login, and locks the identity as [`lock`] does. Says whether the identity is there.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn record_login(
    db: &mut Connection,
    id: &IdentityId,
    method: &str,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE identities SET last_login_auth_method = $2, last_login_at = $3 WHERE id = $1",
            params![id, method, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Deletes an identity with its auth methods, client secrets, tokens and memberships.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &IdentityId) -> Result<()> {
    db.execute("DELETE FROM identities WHERE id = $1", params![id]).await?;
    Ok(())
}

/// The identities of an organization in no particular order, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    organization: &OrganizationId,
    limit: i64,
) -> Result<Vec<IdentityRow>> {
    db.fetch_all("SELECT * FROM identities WHERE organization_id = $1 LIMIT $2", params![organization, limit])
        .await
}

/// How many identities an organization has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM identities WHERE organization_id = $1",
        params![organization],
    )
    .await
}

/// The organization an identity belongs to.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn organization_of(
    db: &mut Connection,
    id: &IdentityId,
) -> Result<Option<IdentityOrganizationRow>> {
    db.fetch_optional(
        "SELECT o.id, o.name, o.slug
           FROM organizations o
           JOIN identities i ON i.organization_id = o.id
          WHERE i.id = $1",
        params![id],
    )
    .await
}

/// Whether there is an organization with this slug.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn organization_slug_exists(db: &mut Connection, slug: &str) -> Result<bool> {
    let number: i64 =
        db.fetch_one("SELECT COUNT(*) AS number FROM organizations WHERE slug = $1", params![slug]).await?;
    Ok(number > 0)
}

/// The identities of all organizations, oldest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_all(db: &mut Connection, limit: i64) -> Result<Vec<IdentityRow>> {
    db.fetch_all("SELECT * FROM identities ORDER BY created_at, id LIMIT $1", params![limit]).await
}

/// How many identities the instance has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_all(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM identities", &[]).await
}

/// The identity called `id`, in whichever organization it is.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_anywhere(db: &mut Connection, id: &IdentityId) -> Result<Option<IdentityRow>> {
    db.fetch_optional("SELECT * FROM identities WHERE id = $1", params![id]).await
}

/// The identities that may manage the instance, oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_instance_admins(db: &mut Connection) -> Result<Vec<IdentityRow>> {
    db.fetch_all("SELECT * FROM identities WHERE is_instance_admin ORDER BY created_at, id", &[]).await
}

/// Takes the right to manage the instance from an identity.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revoke_instance_admin(db: &mut Connection, id: &IdentityId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE identities SET is_instance_admin = FALSE, updated_at = $2 WHERE id = $1",
        params![id, now],
    )
    .await?;
    Ok(())
}

/// How many identities of an organization are protected from deletion.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_protected(db: &mut Connection, organization: &OrganizationId) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM identities WHERE organization_id = $1 AND has_delete_protection",
        params![organization],
    )
    .await
}
