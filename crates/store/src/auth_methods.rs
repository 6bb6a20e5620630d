//! The ways in which identities may authenticate.

use tacit_core::{
    id::{AuthMethodId, IdentityId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One way in which one identity may authenticate.
    pub struct AuthMethodRow {
        /// Its id.
        pub id: AuthMethodId,
        /// The identity.
        pub identity_id: IdentityId,
        /// `universal-auth` or `token-auth`.
        pub method: String,
        /// Seconds a token is valid; 0 is for ever.
        pub access_token_ttl: i64,
        /// Seconds that renewals cannot pass; 0 is none.
        pub access_token_max_ttl: i64,
        /// Uses a token is good for; 0 is unlimited.
        pub access_token_num_uses_limit: i64,
        /// Seconds a renewal adds, whatever the maximum; 0 is none.
        pub access_token_period: i64,
        /// Where tokens may be used from, JSON.
        pub access_token_trusted_ips: String,
        /// When it was set up.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds an auth method.
///
/// # Errors
///
/// [`crate::StoreError::AlreadyExists`] if the identity has it already.
pub async fn insert(db: &mut Connection, method: &AuthMethodRow) -> Result<()> {
    db.execute(
        "INSERT INTO auth_methods
            (id, identity_id, method, access_token_ttl, access_token_max_ttl, access_token_num_uses_limit,
             access_token_period, access_token_trusted_ips, created_at, updated_at)
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
