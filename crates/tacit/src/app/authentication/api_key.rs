//! An API key against its row (wire-contract 15.4). As with service tokens, the row is read at each use.

use tacit_core::{
    id::ApiKeyId,
    token::{NamedSecret, SecretKind},
};
use tacit_store::{api_keys, organization_grants::OrganizationGrantsRow};

use super::{
    super::{
        App,
        caller::{Actor, Caller, Client, OrganizationAccess},
        error::{Error, Result},
    },
    uses::Used,
};

/// One answer to every key that does not count, so that it tells nothing.
const REFUSED: Error = Error::Unauthenticated("This API key is not valid");

/// Who holds `key`: its person, in the organization in which it was made. It manages no instance,
/// whatever the person does.
///
/// # Errors
///
/// [`Error::Unauthenticated`] if it is unknown or wrong, has ended, or its person is not in that
/// organization any more.
pub async fn authenticate_key(app: &App, key: &str, client: Client) -> Result<Caller> {
    let key = NamedSecret::parse(SecretKind::ApiKey, key).ok_or(REFUSED)?;
    let id = ApiKeyId::new(key.id());
    let mut db = app.database.read().await?;
    let row = api_keys::find_with_user(&mut db, &id).await?.ok_or(REFUSED)?;
    drop(db);
    let now = app.now();
    let is_right = app.keys.hashes.verify(key.hashed_part(), &row.secret_hash);
    if !is_right || row.expires_at.is_some_and(|end| end <= now) {
        return Err(REFUSED);
    }
    let organization = match (row.organization_id, row.role) {
        (None, _) => None,
        (Some(_), None) => return Err(REFUSED),
        (Some(id), Some(role)) => {
            let (role_permissions, group_roles) = (row.role_permissions, row.group_roles);
            let grants = OrganizationGrantsRow { role, role_permissions, group_roles };
            Some(OrganizationAccess::with_grants(id, grants)?)
        }
    };
    app.uses.count(Used::ApiKey(id), now);
    let actor = Actor::User { id: row.user_id, email: row.email, session_id: None, is_instance_admin: false };
    Ok(Caller::new(actor, organization, client))
}
