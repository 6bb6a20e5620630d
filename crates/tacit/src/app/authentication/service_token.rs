//! A service token against its row (wire-contract 15.3). The row is read at each use: whether a token
//! counts is never taken from memory.

use tacit_core::{
    id::ServiceTokenId,
    token::{NamedSecret, SecretKind},
};
use tacit_store::{organization_grants::OrganizationGrantsRow, service_tokens};

use super::{
    super::{
        App,
        caller::{Actor, Caller, Client, OrganizationAccess},
        error::{Error, Result},
        service_tokens::{only_place, stored_scopes, unknown},
    },
    uses::Used,
};

/// The role that service tokens have in the organization of their project.
const NO_ACCESS: &str = "no-access";

/// Checks the token's row and notes the use.
pub(super) async fn authenticate(app: &App, token: &str, client: Client) -> Result<Caller> {
    let token = NamedSecret::parse(SecretKind::ServiceToken, token).ok_or_else(|| unknown(None))?;
    let id = ServiceTokenId::new(token.id());
    let mut db = app.database.read().await?;
    let row = service_tokens::find_hash(&mut db, &id).await?.ok_or_else(|| unknown(None))?;
    drop(db);
    if !app.keys.hashes.verify(token.hashed_part(), &row.secret_hash) {
        return Err(Error::Unauthenticated("Invalid service token"));
    }
    let now = app.now();
    if row.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::Refused("Service token has expired".to_owned()));
    }
    app.uses.count(Used::ServiceToken(id.clone()), now);
    let only_place = only_place(row.project_id.as_str(), &stored_scopes(&row.scopes)?).map(Box::new);
    let nothing =
        OrganizationGrantsRow { role: NO_ACCESS.to_owned(), role_permissions: None, group_roles: None };
    let organization = OrganizationAccess::with_grants(row.organization_id, nothing)?;
    Ok(Caller::new(Actor::ServiceToken { id, name: row.name, only_place }, Some(organization), client))
}
