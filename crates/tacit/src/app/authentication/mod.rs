//! From a bearer token to the caller (wire-contract 3, `decisions.md` 4).

mod identity;
mod user;

use tacit_core::{
    permission::{OrganizationRole, PermissionSet},
    token::Claims,
};

pub use identity::TokenUses;

use super::{
    App,
    caller::{Caller, Client, OrganizationAccess},
    error::Result,
};

/// Who holds `token`: first its form and signature, then its state on the server.
///
/// # Errors
///
/// [`super::Error::Token`] if it is no valid token of ours, [`super::Error::Unauthenticated`] if it
/// has ended, [`super::Error::Refused`] from an address it does not work at.
pub async fn authenticate(app: &App, token: &str, client: Client) -> Result<Caller> {
    match app.keys.tokens.verify(token, app.now())? {
        Claims::User(claims) => user::authenticate(app, &claims, client).await,
        Claims::Identity(claims) => identity::authenticate(app, &claims, client).await,
    }
}

/// What a role in an organization allows.
fn organization_access(id: tacit_core::id::OrganizationId, role: String) -> OrganizationAccess {
    let rules = OrganizationRole::from_slug(&role).map(OrganizationRole::rules).unwrap_or_default();
    OrganizationAccess { id, role, permissions: std::sync::Arc::new(PermissionSet::new(vec![rules])) }
}
