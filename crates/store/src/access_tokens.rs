//! Access tokens of machine identities.

use tacit_core::{
    id::{AccessTokenId, AuthMethodId, ClientSecretId, IdentityId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    organization_grants::group_roles,
    value::{params, row},
};

row! {
    /// One token, as it was issued.
    pub struct AccessTokenRow {
        /// Its id.
        pub id: AccessTokenId,
        /// The machine it was issued to.
        pub identity_id: IdentityId,
        /// The method it was issued by.
        pub auth_method_id: AuthMethodId,
        /// The client secret it was issued for, if by Universal Auth.
        pub client_secret_id: Option<ClientSecretId>,
        /// The name of the method.
        pub method: String,
        /// What people call it, if by Token Auth.
        pub name: Option<String>,
        /// Seconds from issue or last renewal; 0 is for ever.
        pub ttl_seconds: i64,
        /// Seconds from issue that renewals cannot pass; 0 is none.
        pub max_ttl_seconds: i64,
        /// Seconds within which it must be renewed, without an end; 0 is off.
        pub period_seconds: i64,
        /// Uses so far, as far as they are stored.
        pub num_uses: i64,
        /// Uses it is good for; 0 is unlimited.
        pub num_uses_limit: i64,
        /// Whether somebody ended it.
        pub is_revoked: bool,
        /// When it was last used.
        pub last_used_at: Option<Timestamp>,
        /// When it was last renewed.
        pub last_renewed_at: Option<Timestamp>,
        /// When it was issued.
        pub created_at: Timestamp,
        /// When it last changed; uses do not count.
        pub updated_at: Timestamp,
        /// What is kept of what was said of the machine at the login, JSON.
        pub attributes: Option<String>,
    }
}

row! {
    /// What an identity's access token is checked against.
    pub struct TokenIdentityRow {
        /// The token.
        pub id: AccessTokenId,
        /// The machine.
        pub identity_id: IdentityId,
        /// Its name.
        pub name: String,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// Its role there.
        pub role: String,
        /// What that role allows, if it is a custom one.
        pub role_permissions: Option<String>,
        /// The roles of its groups there, as [`crate::organization_grants`] says.
        pub group_roles: Option<String>,
        /// Whether it may manage the instance.
        pub is_instance_admin: bool,
        /// Whether somebody ended the token.
        pub is_revoked: bool,
        /// Seconds from issue or last renewal; 0 is for ever.
        pub ttl_seconds: i64,
        /// Seconds from issue that renewals cannot pass; 0 is none.
        pub max_ttl_seconds: i64,
        /// Seconds within which it must be renewed, without an end; 0 is off.
        pub period_seconds: i64,
        /// Uses so far, as far as they are stored.
        pub num_uses: i64,
        /// Uses it is good for; 0 is unlimited.
        pub num_uses_limit: i64,
        /// Where it may be used from, JSON.
        pub access_token_trusted_ips: String,
        /// When it was issued.
        pub created_at: Timestamp,
        /// When it was last renewed.
        pub last_renewed_at: Option<Timestamp>,
    }
}

/// The token with its identity and the settings that are read live (`decisions.md` 10).
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_with_identity(db: &mut Connection, id: &AccessTokenId) -> Result<Option<TokenIdentityRow>> {
    db.fetch_optional(
        concat!(
            "SELECT t.id, t.identity_id, i.name, i.organization_id, i.role, i.is_instance_admin,
                    t.is_revoked, t.ttl_seconds, t.max_ttl_seconds, t.period_seconds, t.num_uses,
                    t.num_uses_limit, a.access_token_trusted_ips, t.created_at, t.last_renewed_at,
                    c.permissions AS role_permissions, ",
            group_roles!("gm.identity_id = i.id"),
            " AS group_roles
               FROM access_tokens t
               JOIN identities i ON i.id = t.identity_id
               JOIN auth_methods a ON a.id = t.auth_method_id
               LEFT JOIN roles c ON c.id = i.custom_role_id
              WHERE t.id = $1"
        ),
        params![id],
    )
    .await
}

/// Adds a token.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if its id is taken.
pub async fn insert(db: &mut Connection, token: &AccessTokenRow) -> Result<()> {
    db.execute(
        "INSERT INTO access_tokens
            (id, identity_id, auth_method_id, client_secret_id, method, name, ttl_seconds,
             max_ttl_seconds, period_seconds, num_uses, num_uses_limit, is_revoked, last_used_at,
             last_renewed_at, created_at, updated_at, attributes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            &token.id,
            &token.identity_id,
            &token.auth_method_id,
            token.client_secret_id.as_ref(),
            &token.method,
            token.name.as_deref(),
            token.ttl_seconds,
            token.max_ttl_seconds,
            token.period_seconds,
            token.num_uses,
            token.num_uses_limit,
            token.is_revoked,
            token.last_used_at,
            token.last_renewed_at,
            token.created_at,
            token.updated_at,
            token.attributes.as_deref(),
        ],
    )
    .await?;
    Ok(())
}

/// The token called `id`, if an identity of `organization` got it by `method`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    method: &str,
    id: &AccessTokenId,
) -> Result<Option<AccessTokenRow>> {
    db.fetch_optional(
        "SELECT t.*
           FROM access_tokens t
           JOIN identities i ON i.id = t.identity_id
          WHERE t.id = $1 AND t.method = $2 AND i.organization_id = $3",
        params![id, method, organization],
    )
    .await
}

/// The tokens issued by a method, newest first: at most `limit` after the first `offset`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    method: &AuthMethodId,
    offset: i64,
    limit: i64,
) -> Result<Vec<AccessTokenRow>> {
    db.fetch_all(
        "SELECT * FROM access_tokens WHERE auth_method_id = $1
          ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
        params![method, limit, offset],
    )
    .await
}

/// Gives a token another name, or none.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn rename(
    db: &mut Connection,
    id: &AccessTokenId,
    name: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    db.execute("UPDATE access_tokens SET name = $2, updated_at = $3 WHERE id = $1", params![id, name, now])
        .await?;
    Ok(())
}

/// Lets the TTL of a token count from now. Says whether it was there and not revoked.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn renew(db: &mut Connection, id: &AccessTokenId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE access_tokens SET last_renewed_at = $2, updated_at = $2
              WHERE id = $1 AND NOT is_revoked",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Ends a token. Says whether it was there and not ended before.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revoke(db: &mut Connection, id: &AccessTokenId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE access_tokens SET is_revoked = TRUE, updated_at = $2 WHERE id = $1 AND NOT is_revoked",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Ends the tokens that a client secret was exchanged for.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn revoke_of_client_secret(
    db: &mut Connection,
    client_secret: &ClientSecretId,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE access_tokens SET is_revoked = TRUE, updated_at = $2
          WHERE client_secret_id = $1 AND NOT is_revoked",
        params![client_secret, now],
    )
    .await?;
    Ok(())
}

/// Counts one use of a token that has a limit, if one is left. Says whether one was.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn use_once(db: &mut Connection, id: &AccessTokenId, now: Timestamp) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE access_tokens SET num_uses = num_uses + 1, last_used_at = $2
              WHERE id = $1 AND num_uses < num_uses_limit AND NOT is_revoked",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Adds uses that were counted in memory.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn add_uses(
    db: &mut Connection,
    id: &AccessTokenId,
    uses: i64,
    last_used_at: Timestamp,
) -> Result<()> {
    db.execute(
        "UPDATE access_tokens SET num_uses = num_uses + $2, last_used_at = $3 WHERE id = $1",
        params![id, uses, last_used_at],
    )
    .await?;
    Ok(())
}

/// Removes tokens that ended before `before`, by revocation, TTL or max TTL. Says how many.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete_ended(db: &mut Connection, before: Timestamp) -> Result<u64> {
    db.execute(
        "DELETE FROM access_tokens
          WHERE (is_revoked AND updated_at < $1)
             OR (ttl_seconds > 0 AND COALESCE(last_renewed_at, created_at) + ttl_seconds * 1000 < $1)
             OR (ttl_seconds > 0 AND max_ttl_seconds > 0 AND period_seconds = 0
                 AND created_at + max_ttl_seconds * 1000 < $1)",
        params![before],
    )
    .await
}
