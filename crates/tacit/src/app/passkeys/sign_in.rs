//! Signing in with a passkey alone. The authenticator checks who holds it, so that it is both factors.

use tacit_core::passkey::{Assertion, ChallengeOf, RelyingParty, Verification};
use tacit_store::{second_factor, user_sessions, users};

use super::{Asked, Options, accept};
use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    second_factor::Method,
    sign_in::{SignedIn, access_token, open},
    work::UnitOfWork,
};

/// What everybody hears whose passkey does not count, whatever the reason.
const WRONG: Error = Error::Unauthenticated("This passkey does not open an account here");

/// What a browser needs to ask for a passkey before anybody knows whose.
#[must_use]
pub fn options(app: &App) -> Options {
    let challenge = app.keys.challenges.issue(ChallengeOf::SignIn, app.now(), &app.random);
    Options { challenge, credential_ids: Vec::new() }
}

/// Signs somebody in. The token is for no organization yet; the second factor counts as given.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for a passkey that does not count.
pub async fn sign_in(
    app: &App,
    client: &Client,
    site: RelyingParty,
    assertion: Assertion,
) -> Result<SignedIn> {
    let client = client.clone();
    app.write(move |work| Box::pin(async move { settle(work, &client, &site, &assertion).await })).await?
}

/// The inner result is the answer; both kinds of it are kept.
async fn settle(
    work: &mut UnitOfWork,
    client: &Client,
    site: &RelyingParty,
    assertion: &Assertion,
) -> Result<Result<SignedIn>> {
    let asked =
        Asked { site, purpose: ChallengeOf::SignIn, user: None, verification: Verification::Required };
    let event = Event::by_nobody(&work.app, client, "user-login").with("method", Method::Passkey.as_str());
    let passkey = match accept(work, asked, assertion).await? {
        Ok(passkey) => passkey,
        Err(reason) => {
            work.record(event.denied().with("reason", reason));
            return Ok(Err(WRONG));
        }
    };
    let user = users::find(&mut work.db, &passkey.user_id).await?.ok_or(WRONG)?;
    let (session, refresh_token) = open(&work.app, &user.id, None, client);
    user_sessions::insert(&mut work.db, &session).await?;
    let now = work.app.now();
    second_factor::mark(&mut work.db, &session.id, Method::Passkey.as_str(), now).await?;
    let event = event.actor("user", user.id.as_str(), &user.email);
    work.record(event.with("passkeyId", passkey.id.as_str()));
    let access_token = access_token(&work.app, &session, None);
    Ok(Ok(SignedIn { access_token, refresh_token: Some(refresh_token), organization_id: None }))
}
