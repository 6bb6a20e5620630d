//! Organizations.

use tacit_core::{
    cipher::Ciphertext,
    id::{OrganizationId, UserId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// An organization.
    pub struct OrganizationRow {
        /// Its id.
        pub id: OrganizationId,
        /// Its name, for people.
        pub name: String,
        /// Unique in the instance.
        pub slug: String,
        /// Its data key, wrapped by the root key.
        pub data_key_ciphertext: Ciphertext,
        /// While that is replaced, the one that comes or goes; not written by [`insert`].
        pub other_data_key_ciphertext: Option<Ciphertext>,
        /// Raised with every change of access.
        pub access_revision: i64,
        /// The role of people who are invited without one.
        pub default_membership_role: String,
        /// Seconds an access token of a user is valid; `None` is the instance's default.
        pub user_token_ttl_seconds: Option<i64>,
        /// Whether people need a second factor to enter.
        pub requires_second_factor: bool,
        /// Which one, if it is not any: `totp` or `webauthn`.
        pub second_factor_method: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its own settings last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// An organization as one of its members sees it.
    pub struct OrganizationOfUserRow {
        /// Its id.
        pub id: OrganizationId,
        /// The slug of the user's role there.
        pub role: String,
    }
}

/// The organization called `id`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, id: &OrganizationId) -> Result<Option<OrganizationRow>> {
    db.fetch_optional("SELECT * FROM organizations WHERE id = $1", params![id]).await
}

/// The organizations in which a user is active, oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_user(db: &mut Connection, user: &UserId, limit: i64) -> Result<Vec<OrganizationRow>> {
    db.fetch_all(
        "SELECT o.* FROM organizations o
           JOIN organization_memberships m ON m.organization_id = o.id
          WHERE m.user_id = $1 AND m.is_active AND m.accepted_at IS NOT NULL
          ORDER BY o.created_at LIMIT $2",
        params![user, limit],
    )
    .await
}

/// The roles of a user in the organizations in which they are active.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn roles_of_user(db: &mut Connection, user: &UserId) -> Result<Vec<OrganizationOfUserRow>> {
    db.fetch_all(
        "SELECT organization_id AS id, role FROM organization_memberships
          WHERE user_id = $1 AND is_active AND accepted_at IS NOT NULL",
        params![user],
    )
    .await
}

row! {
    /// An organization that asks its people for a second factor.
    pub struct RequiredSecondFactorRow {
        /// Which one, if it is not any.
        pub second_factor_method: Option<String>,
    }
}

/// What the organizations in which a user is active ask them for.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn second_factors_required_of_user(
    db: &mut Connection,
    user: &UserId,
) -> Result<Vec<RequiredSecondFactorRow>> {
    db.fetch_all(
        "SELECT DISTINCT o.second_factor_method FROM organizations o
           JOIN organization_memberships m ON m.organization_id = o.id
          WHERE m.user_id = $1 AND m.is_active AND m.accepted_at IS NOT NULL
            AND o.requires_second_factor",
        params![user],
    )
    .await
}

/// Adds an organization.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn insert(db: &mut Connection, organization: &OrganizationRow) -> Result<()> {
    db.execute(
        "INSERT INTO organizations
            (id, name, slug, data_key_ciphertext, access_revision, default_membership_role,
             user_token_ttl_seconds, requires_second_factor, second_factor_method, created_at,
             updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            &organization.id,
            &organization.name,
            &organization.slug,
            &organization.data_key_ciphertext,
            organization.access_revision,
            &organization.default_membership_role,
            organization.user_token_ttl_seconds,
            organization.requires_second_factor,
            organization.second_factor_method.as_ref(),
            organization.created_at,
            organization.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes name, slug, default role, which second factor is needed, and time of change.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the slug is taken.
pub async fn update(db: &mut Connection, organization: &OrganizationRow) -> Result<()> {
    db.execute(
        "UPDATE organizations
            SET name = $2, slug = $3, default_membership_role = $4, requires_second_factor = $5,
                second_factor_method = $6, updated_at = $7
          WHERE id = $1",
        params![
            &organization.id,
            &organization.name,
            &organization.slug,
            &organization.default_membership_role,
            organization.requires_second_factor,
            organization.second_factor_method.as_ref(),
            organization.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Keeps the default role of an organization named after a role whose slug changes.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn rename_default_role(
    db: &mut Connection,
    id: &OrganizationId,
    slug: &str,
    new_slug: &str,
) -> Result<()> {
    db.execute(
        "UPDATE organizations SET default_membership_role = $3
          WHERE id = $1 AND default_membership_role = $2",
        params![id, slug, new_slug],
    )
    .await?;
    Ok(())
}

/// Raises the number under which caches hold who may do what here. Every change of roles,
/// memberships, identities and tokens calls it in its own transaction.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn raise_access_revision(db: &mut Connection, id: &OrganizationId) -> Result<()> {
    db.execute("UPDATE organizations SET access_revision = access_revision + 1 WHERE id = $1", params![id])
        .await?;
    Ok(())
}

/// The organizations of the instance, oldest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_all(db: &mut Connection, limit: i64) -> Result<Vec<OrganizationRow>> {
    db.fetch_all("SELECT * FROM organizations ORDER BY created_at, id LIMIT $1", params![limit]).await
}

/// How many organizations there are.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM organizations", &[]).await
}

/// The organizations that a user has a place in, whether it counts or not, in the order of their ids.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_with_place(db: &mut Connection, user: &UserId) -> Result<Vec<OrganizationRow>> {
    db.fetch_all(
        "SELECT o.* FROM organizations o
           JOIN organization_memberships m ON m.organization_id = o.id
          WHERE m.user_id = $1 ORDER BY o.id",
        params![user],
    )
    .await
}

/// Deletes an organization with everything in it, its projects first. Sessions that were in it go on
/// without one; the audit log stays.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &OrganizationId) -> Result<()> {
    // In this order: a role that somebody still has cannot go, and PostgreSQL does not say in which
    // order it cascades.
    for statement in [
        "UPDATE user_sessions SET organization_id = NULL WHERE organization_id = $1",
        "DELETE FROM project_memberships
          WHERE project_id IN (SELECT id FROM projects WHERE organization_id = $1)",
        "DELETE FROM projects WHERE organization_id = $1",
        "DELETE FROM groups WHERE organization_id = $1",
        "DELETE FROM identities WHERE organization_id = $1",
        "DELETE FROM organization_memberships WHERE organization_id = $1",
        "DELETE FROM roles WHERE organization_id = $1",
        "DELETE FROM organizations WHERE id = $1",
    ] {
        db.execute(statement, params![id]).await?;
    }
    Ok(())
}
