//! A machine's access token against its row: revocation, TTL, addresses, uses.

use tacit_core::{time::Timestamp, token::IdentityClaims};
use tacit_store::{
    access_tokens::{self, TokenIdentityRow},
    organization_grants::OrganizationGrantsRow,
};

use super::{
    super::{
        App,
        access_tokens::{REVOKED, refuse_address, refuse_ended},
        audit::Event,
        caller::{Actor, Caller, Client, OrganizationAccess},
        error::{Error, Result},
        recall::{AdmittedToken, TokenDigest},
    },
    uses::Used,
};

/// Checks the token's row, then counts the use: durably before the answer if it has a limit.
pub(super) async fn authenticate(
    app: &App,
    digest: TokenDigest,
    claims: &IdentityClaims,
    client: Client,
) -> Result<Caller> {
    let epoch = app.database.revisions().rights(app.uptime());
    let row = check(app, claims, &client).await?;
    count_use(app, &row, app.now()).await?;
    let caller = caller(row.clone(), client)?;
    if let Some(epoch) = epoch {
        let token = AdmittedToken { claims, row: &row, caller: &caller };
        app.recall.keep_token(digest, epoch, &token)?;
    }
    Ok(caller)
}

/// Checks the token's row. This is no use of the token.
pub(super) async fn check(app: &App, claims: &IdentityClaims, client: &Client) -> Result<TokenIdentityRow> {
    let mut db = app.database.read().await?;
    let row = access_tokens::find_with_identity(&mut db, &claims.access_token_id)
        .await?
        .filter(|row| row.identity_id == claims.identity_id && !row.is_revoked)
        .ok_or(REVOKED)?;
    drop(db);
    refuse_ended(&row, app.now())?;
    if let Err(refusal) = refuse_address(&row, client) {
        record_address(app, &row, client)?;
        return Err(refusal);
    }
    Ok(row)
}

/// Who holds the token.
pub(super) fn caller(row: TokenIdentityRow, client: Client) -> Result<Caller> {
    let grants = OrganizationGrantsRow {
        role: row.role,
        role_permissions: row.role_permissions,
        group_roles: row.group_roles,
    };
    let organization = OrganizationAccess::with_grants(row.organization_id, grants)?;
    let actor = Actor::Identity {
        id: row.identity_id,
        name: row.name,
        access_token_id: row.id,
        is_instance_admin: row.is_instance_admin,
    };
    Ok(Caller::new(actor, Some(organization), client))
}

/// The machine is known already, so a wrong address is an event of its organization.
fn record_address(app: &App, row: &TokenIdentityRow, client: &Client) -> Result<()> {
    let event = Event::by_nobody(app, client, "use-identity-access-token")
        .organization(&row.organization_id)
        .actor("identity", row.identity_id.as_str(), &row.name)
        .with("identityAccessTokenId", row.id.as_str());
    app.audit.record(event.denied().with("reason", "address not trusted"))
}

async fn count_use(app: &App, row: &TokenIdentityRow, now: Timestamp) -> Result<()> {
    if row.num_uses_limit == 0 {
        app.uses.count(Used::AccessToken(row.id.clone()), now);
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
