//! From a bearer token to the caller (wire-contract 3, `decisions.md` 4).

mod identity;
mod session;
mod user;

use tacit_core::token::{self, Claims};

pub use identity::TokenUses;
pub use session::Session;

use super::{
    App,
    caller::{Caller, Client},
    error::{Error, Result},
};

/// How service tokens begin. None are issued, so each one is unknown (wire-contract 15.3).
const SERVICE_TOKEN_PREFIX: &str = "st.";

/// Who holds `token`: first its form and signature, then its state on the server.
///
/// # Errors
///
/// [`Error::Token`] if it is no valid token of ours, [`Error::Unauthenticated`] if it
/// has ended, [`Error::Refused`] from an address it does not work at, [`Error::NotFound`] for a
/// service token.
pub async fn authenticate(app: &App, token: &str, client: Client) -> Result<Caller> {
    if token.starts_with(SERVICE_TOKEN_PREFIX) {
        return Err(Error::NotFound("There is no such service token".to_owned()));
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
