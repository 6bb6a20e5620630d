//! A person's access token against its session.

use tacit_core::token::UserClaims;
use tacit_store::{organization_grants::OrganizationGrantsRow, user_sessions};

use super::super::{
    App,
    caller::{Actor, Caller, Client, OrganizationAccess},
    error::{Error, Result},
};

const ENDED: Error = Error::Unauthenticated("Your session has ended. Sign in again.");

/// Checks the session and, if the token is for an organization, the membership there.
pub(super) async fn authenticate(app: &App, claims: &UserClaims, client: Client) -> Result<Caller> {
    let mut db = app.database.read().await?;
    let row = user_sessions::find_with_user(&mut db, &claims.session_id, claims.organization_id.as_ref())
        .await?
        .filter(|row| row.user_id == claims.user_id && row.access_version == claims.access_version)
        .filter(|row| app.now() < row.expires_at)
        .ok_or(ENDED)?;
    let organization = match (&claims.organization_id, row.role) {
        (None, _) => None,
        (Some(id), Some(role)) => {
            let (role_permissions, group_roles) = (row.role_permissions, row.group_roles);
            let grants = OrganizationGrantsRow { role, role_permissions, group_roles };
            Some(OrganizationAccess::with_grants(id.clone(), grants)?)
        }
        (Some(_), None) => return Err(ENDED),
    };
    let actor = Actor::User {
        id: row.user_id,
        email: row.email,
        session_id: Some(row.session_id),
        is_instance_admin: row.is_instance_admin,
    };
    Ok(Caller::new(actor, organization, client))
}
