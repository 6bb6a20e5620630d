//! From a bearer token to the caller (wire-contract 3, `decisions.md` 4).

mod api_key;
mod identity;
mod service_token;
mod session;
mod user;
pub mod uses;

use tacit_core::token::{self, Claims, SecretKind};

pub use api_key::authenticate_key;
pub use session::Session;
pub use uses::Uses;

use super::{
    App,
    caller::{Caller, Client},
    error::Result,
};

/// Who holds `token`: first its form and signature, then its state on the server.
///
/// # Errors
///
/// [`Error::Token`](super::Error::Token) if it is no valid token of ours,
/// [`Error::Unauthenticated`](super::Error::Unauthenticated) if it has ended,
/// [`Error::Refused`](super::Error::Refused) from an address it does not work at and for a service token
/// that has expired, [`Error::NotFound`](super::Error::NotFound) for an unknown service token.
pub async fn authenticate(app: &App, token: &str, client: Client) -> Result<Caller> {
    if token.starts_with(SecretKind::ServiceToken.prefix()) {
        return service_token::authenticate(app, token, client).await;
    }
    let digest = token::digest(token);
    if let Some(caller) = app.recall.caller(app, &digest, &client) {
        return Ok(caller);
    }
    match app.keys.tokens.verify(token, app.now())? {
        Claims::User(claims) => user::authenticate(app, &claims, client).await,
        Claims::Identity(claims) => identity::authenticate(app, digest, &claims, client).await,
    }
}
