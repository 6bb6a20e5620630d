//! The ways an identity may prove who it is: the settings they share, and those of Universal Auth.

use tacit_core::{
    id::{AuthMethodId, ClientSecretId, IdentityId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// Universal Auth, as the tables, the tokens and the wire call it.
pub const UNIVERSAL_AUTH: &str = "universal-auth";
/// Token Auth, as the tables, the tokens and the wire call it.
pub const TOKEN_AUTH: &str = "token-auth";

row! {
    /// One method of one identity.
    pub struct AuthMethodRow {
        /// Its id.
        pub id: AuthMethodId,
        /// Whose it is.
        pub identity_id: IdentityId,
        /// [`UNIVERSAL_AUTH`] or [`TOKEN_AUTH`].
        pub method: String,
        /// Seconds a token lives from issue or last renewal; 0 is for ever.
        pub access_token_ttl: i64,
        /// Seconds from issue that renewals cannot pass; 0 is none.
        pub access_token_max_ttl: i64,
        /// Uses a token is good for; 0 is unlimited.
        pub access_token_num_uses_limit: i64,
        /// Seconds within which a token must be renewed, again and again; 0 is off.
        pub access_token_period: i64,
        /// Where tokens may be used from, JSON array of {ipAddress, type, prefix}.
        pub access_token_trusted_ips: String,
        /// When it was attached.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// What Universal Auth has beyond the common settings.
    pub struct UniversalAuthRow {
        /// The method these settings belong to.
        pub auth_method_id: AuthMethodId,
        /// The public half of the credentials.
        pub client_id: String,
        /// Where a login may come from, JSON array of {ipAddress, type, prefix}.
        pub client_secret_trusted_ips: String,
        /// Whether wrong client secrets lock the method for a while.
        pub lockout_enabled: bool,
        /// Wrong client secrets that lock it.
        pub lockout_threshold: i64,
        /// Seconds it stays locked.
        pub lockout_duration_seconds: i64,
        /// Seconds after the last wrong client secret that they are forgotten.
        pub lockout_counter_reset_seconds: i64,
        /// Wrong client secrets so far.
        pub failures: i64,
        /// When the last one came.
        pub last_failure_at: Option<Timestamp>,
        /// Until when it is locked.
        pub locked_until: Option<Timestamp>,
    }
}

row! {
    /// Which identity has which method.
    pub struct IdentityMethodRow {
        /// The identity.
        pub identity_id: IdentityId,
        /// The method.
        pub method: String,
    }
}

row! {
    /// Whose login it is and with which client secret, from one statement, so that an unknown client
    /// id costs what a known one does.
    pub struct UniversalLoginRow {
        /// The identity.
        pub identity_id: IdentityId,
        /// Its name.
        pub identity_name: String,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// The slug of that organization.
        pub organization_slug: String,
        /// The method, whose settings and lockout are looked at once the identity is locked.
        pub auth_method_id: AuthMethodId,
        /// The client secret that was sent; `None` if this identity has no such.
        pub client_secret_id: Option<ClientSecretId>,
        /// Whether it was revoked.
        pub is_revoked: Option<bool>,
        /// Logins it has been used for.
        pub num_uses: Option<i64>,
        /// Logins it is good for; 0 is unlimited.
        pub num_uses_limit: Option<i64>,
        /// Seconds it is good for; 0 is for ever.
        pub ttl_seconds: Option<i64>,
        /// When it was made.
        pub secret_created_at: Option<Timestamp>,
    }
}

/// Attaches a method.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the identity has this method.
pub async fn insert(db: &mut Connection, method: &AuthMethodRow) -> Result<()> {
    db.execute(
        "INSERT INTO auth_methods
            (id, identity_id, method, access_token_ttl, access_token_max_ttl,
             access_token_num_uses_limit, access_token_period, access_token_trusted_ips,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &method.id,
            &method.identity_id,
            &method.method,
            method.access_token_ttl,
            method.access_token_max_ttl,
            method.access_token_num_uses_limit,
            method.access_token_period,
            &method.access_token_trusted_ips,
            method.created_at,
            method.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Adds the settings of Universal Auth to a method.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if they are there or the client id is taken.
pub async fn insert_universal(db: &mut Connection, universal: &UniversalAuthRow) -> Result<()> {
    db.execute(
        "INSERT INTO universal_auths
            (auth_method_id, client_id, client_secret_trusted_ips, lockout_enabled, lockout_threshold,
             lockout_duration_seconds, lockout_counter_reset_seconds, failures, last_failure_at,
             locked_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            &universal.auth_method_id,
            &universal.client_id,
            &universal.client_secret_trusted_ips,
            universal.lockout_enabled,
            universal.lockout_threshold,
            universal.lockout_duration_seconds,
            universal.lockout_counter_reset_seconds,
            universal.failures,
            universal.last_failure_at,
            universal.locked_until,
        ],
    )
    .await?;
    Ok(())
}

/// The method called `method` of an identity.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, identity: &IdentityId, method: &str) -> Result<Option<AuthMethodRow>> {
    db.fetch_optional(
        "SELECT * FROM auth_methods WHERE identity_id = $1 AND method = $2",
        params![identity, method],
    )
    .await
}

/// The settings of Universal Auth of a method.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_universal(db: &mut Connection, id: &AuthMethodId) -> Result<Option<UniversalAuthRow>> {
    db.fetch_optional("SELECT * FROM universal_auths WHERE auth_method_id = $1", params![id]).await
}

/// Stores the settings of a method.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, method: &AuthMethodRow) -> Result<()> {
    db.execute(
        "UPDATE auth_methods
            SET access_token_ttl = $2, access_token_max_ttl = $3, access_token_num_uses_limit = $4,
                access_token_period = $5, access_token_trusted_ips = $6, updated_at = $7
          WHERE id = $1",
        params![
            &method.id,
            method.access_token_ttl,
            method.access_token_max_ttl,
            method.access_token_num_uses_limit,
            method.access_token_period,
            &method.access_token_trusted_ips,
            method.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores the settings of Universal Auth; the state of the lockout stays.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update_universal(db: &mut Connection, universal: &UniversalAuthRow) -> Result<()> {
    db.execute(
        "UPDATE universal_auths
            SET client_secret_trusted_ips = $2, lockout_enabled = $3, lockout_threshold = $4,
                lockout_duration_seconds = $5, lockout_counter_reset_seconds = $6
          WHERE auth_method_id = $1",
        params![
            &universal.auth_method_id,
            &universal.client_secret_trusted_ips,
            universal.lockout_enabled,
            universal.lockout_threshold,
            universal.lockout_duration_seconds,
            universal.lockout_counter_reset_seconds,
        ],
    )
    .await?;
    Ok(())
}

/// Detaches a method, with its client secrets and tokens.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &AuthMethodId) -> Result<()> {
    db.execute("DELETE FROM auth_methods WHERE id = $1", params![id]).await?;
    Ok(())
}

/// The methods of one identity, the first attached first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_identity(db: &mut Connection, identity: &IdentityId) -> Result<Vec<IdentityMethodRow>> {
    db.fetch_all(
        "SELECT identity_id, method FROM auth_methods WHERE identity_id = $1 ORDER BY created_at, id",
        params![identity],
    )
    .await
}

/// The methods of all identities of an organization, those of one identity as by
/// [`list_of_identity`].
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_organization(
    db: &mut Connection,
    organization: &OrganizationId,
) -> Result<Vec<IdentityMethodRow>> {
    db.fetch_all(
        "SELECT a.identity_id, a.method
           FROM auth_methods a
           JOIN identities i ON i.id = a.identity_id
          WHERE i.organization_id = $1
          ORDER BY a.created_at, a.id",
        params![organization],
    )
    .await
}

/// Whose a login with this client id and this keyed hash of a client secret is.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_login(
    db: &mut Connection,
    client_id: &str,
    secret_hash: &[u8],
) -> Result<Option<UniversalLoginRow>> {
    db.fetch_optional(
        "SELECT i.id AS identity_id, i.name AS identity_name, i.organization_id,
                o.slug AS organization_slug, a.id AS auth_method_id, s.id AS client_secret_id, s.is_revoked,
                s.num_uses, s.num_uses_limit, s.ttl_seconds, s.created_at AS secret_created_at
           FROM universal_auths u
           JOIN auth_methods a ON a.id = u.auth_method_id
           JOIN identities i ON i.id = a.identity_id
           JOIN organizations o ON o.id = i.organization_id
           LEFT JOIN client_secrets s ON s.auth_method_id = a.id AND s.secret_hash = $2
          WHERE u.client_id = $1",
        params![client_id, secret_hash],
    )
    .await
}

/// Counts a wrong client secret and locks the method if it was one too many. A count that is older
/// than its reset time, or that led to a lock which is over, starts again.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_failure(db: &mut Connection, id: &AuthMethodId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE universal_auths
            SET failures = CASE
                    WHEN locked_until <= $2 OR last_failure_at IS NULL
                         OR last_failure_at + lockout_counter_reset_seconds * 1000 <= $2 THEN 1
                    ELSE failures + 1 END,
                last_failure_at = $2,
                locked_until = CASE WHEN locked_until > $2 THEN locked_until END
          WHERE auth_method_id = $1",
        params![id, now],
    )
    .await?;
    db.execute(
        "UPDATE universal_auths
            SET locked_until = $2 + lockout_duration_seconds * 1000
          WHERE auth_method_id = $1 AND lockout_enabled AND failures >= lockout_threshold
            AND locked_until IS NULL",
        params![id, now],
    )
    .await?;
    Ok(())
}

/// Forgets wrong client secrets and the lock. Says whether there were any.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn clear_failures(db: &mut Connection, id: &AuthMethodId) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE universal_auths SET failures = 0, last_failure_at = NULL, locked_until = NULL
              WHERE auth_method_id = $1 AND failures > 0",
            params![id],
        )
        .await?;
    Ok(changed > 0)
}
