//! A machine's access token against its row: revocation, TTL, addresses, uses.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tacit_core::{id::AccessTokenId, time::Timestamp, token::IdentityClaims, trusted_ip::TrustedIps};
use tacit_store::access_tokens::{self, TokenIdentityRow};

use super::{
    super::{
        App,
        caller::{Actor, Caller, Client},
        error::{Error, Result},
    },
    organization_access,
};

/// Uses of tokens without a limit, counted in memory and stored every few seconds (`decisions.md` 11).
#[derive(Debug, Default)]
pub struct TokenUses(Mutex<HashMap<AccessTokenId, (i64, Timestamp)>>);

impl TokenUses {
    fn count(&self, id: AccessTokenId, now: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = uses.entry(id).or_insert((0, now));
        entry.0 += 1;
        entry.1 = now;
    }

    /// Takes what was counted since the last time.
    #[must_use]
    pub fn take(&self) -> HashMap<AccessTokenId, (i64, Timestamp)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Checks the token's row, then counts the use: durably before the answer if it has a limit.
pub(super) async fn authenticate(app: &App, claims: &IdentityClaims, client: Client) -> Result<Caller> {
    let now = app.now();
    let mut db = app.database.read().await?;
    let row = access_tokens::find_with_identity(&mut db, &claims.access_token_id)
        .await?
        .filter(|row| row.identity_id == claims.identity_id && !row.is_revoked)
        .ok_or(Error::Unauthenticated("This access token was revoked or its identity is gone"))?;
    drop(db);
    refuse_ended(&row, now)?;
    refuse_address(&row, &client)?;
    count_use(app, &row, now).await?;
    let organization = organization_access(row.organization_id, row.role);
    let actor = Actor::Identity {
        id: row.identity_id,
        name: row.name,
        access_token_id: row.id,
        is_instance_admin: row.is_instance_admin,
    };
    Ok(Caller { actor, organization: Some(organization), client })
}

/// The TTL counts from issue or last renewal; the max TTL from issue (`decisions.md` 9).
fn refuse_ended(row: &TokenIdentityRow, now: Timestamp) -> Result<()> {
    let since = row.last_renewed_at.unwrap_or(row.created_at);
    if row.ttl_seconds > 0 && now >= since.plus_seconds(row.ttl_seconds) {
        return Err(Error::Unauthenticated("This access token has expired"));
    }
    Ok(())
}

fn refuse_address(row: &TokenIdentityRow, client: &Client) -> Result<()> {
    let trusted: TrustedIps = serde_json::from_str(&row.access_token_trusted_ips)
        .map_err(|error| Error::Internal(format!("stored trusted IPs: {error}")))?;
    if trusted.allow(client.ip) {
        return Ok(());
    }
    Err(Error::Refused("You are not allowed to access this resource from the current IP address".to_owned()))
}

async fn count_use(app: &App, row: &TokenIdentityRow, now: Timestamp) -> Result<()> {
    if row.num_uses_limit == 0 {
        app.token_uses.count(row.id.clone(), now);
        return Ok(());
    }
    let id = row.id.clone();
    let counted = app
        .write(move |work| {
            Box::pin(async move { Ok(access_tokens::use_once(&mut work.db, &id, now).await?) })
        })
        .await?;
    if counted { Ok(()) } else { Err(Error::Unauthenticated("This access token has no uses left")) }
}
