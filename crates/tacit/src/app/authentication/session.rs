//! A credential that goes on counting after its request was let in.

use tacit_core::token::Claims;

use super::{
    super::{
        App,
        caller::{Caller, Client},
        error::{Error, Result},
    },
    identity, user,
};

/// A credential that was let in and is looked at again and again: for streams, which last longer than
/// a request. It holds what the token says, not the token.
#[derive(Clone, Debug)]
pub struct Session {
    claims: Claims,
    client: Client,
}

impl Session {
    /// Keeps what a token says.
    ///
    /// # Errors
    ///
    /// [`Error::Token`] if it is no valid token of ours.
    pub fn of(app: &App, token: &str, client: Client) -> Result<Self> {
        Ok(Self { claims: app.keys.tokens.verify(token, app.now())?, client })
    }

    /// Who holds the credential, if it still counts. This is no use of the token.
    ///
    /// # Errors
    ///
    /// As [`authenticate`](super::authenticate).
    pub async fn caller(&self, app: &App) -> Result<Caller> {
        if self.claims.expires_at().is_some_and(|end| end <= app.now().seconds()) {
            return Err(Error::Unauthenticated("This access token has expired"));
        }
        match &self.claims {
            Claims::User(claims) => user::authenticate(app, claims, self.client.clone()).await,
            Claims::Identity(claims) => {
                let row = identity::check(app, claims, &self.client).await?;
                identity::caller(row, self.client.clone())
            }
        }
    }
}
