//! Signing in with e-mail and password.

use tacit_core::{id::UserId, name::Email};
use tacit_store::{login_failures, user_sessions, users};

use super::{LOCKED, SignedIn, access_token, fail, is_locked, open, refuse_locked};
use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    passwords::{self, Password},
    work::UnitOfWork,
};

/// Signs somebody in. The token is for no organization yet.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for a wrong password and for an unknown e-mail, after the same work;
/// [`Error::Refused`] for either once there were too many.
pub async fn login(app: &App, client: &Client, email: &str, password: &Password) -> Result<SignedIn> {
    let email = Email::parse(email).map_err(Error::name("email"))?;
    let mut db = app.database.read().await?;
    if let Err(error) = refuse_locked(&mut db, email.as_str(), app.now()).await {
        app.audit.record(failed(app, client, &email, "locked"))?;
        return Err(error);
    }
    let user = users::find_by_email(&mut db, email.as_str()).await?;
    drop(db);
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = passwords::verify(app, password, hash).await?;
    let proven = user.filter(|_| is_right).map(|user| Proven { id: user.id, hash: user.password_hash });
    let attempt = Attempt { email, client: client.clone(), proven };
    match app.write(move |work| Box::pin(attempt.settle(work))).await? {
        Outcome::SignedIn(signed_in) => Ok(signed_in),
        Outcome::Wrong => Err(Error::Unauthenticated("The e-mail or the password is wrong")),
        Outcome::Locked => Err(Error::Refused(LOCKED.to_owned())),
    }
}

/// An attempt whose password was checked.
struct Attempt {
    email: Email,
    client: Client,
    proven: Option<Proven>,
}

/// Whose password it was, and the hash it was checked against.
struct Proven {
    id: UserId,
    hash: String,
}

enum Outcome {
    SignedIn(SignedIn),
    Wrong,
    Locked,
}

impl Attempt {
    async fn settle(self, work: &mut UnitOfWork) -> Result<Outcome> {
        let now = work.app.now();
        let row = login_failures::lock(&mut work.db, self.email.as_str(), now).await?;
        if is_locked(&row, now) {
            work.record(failed(&work.app, &self.client, &self.email, "locked"));
            return Ok(Outcome::Locked);
        }
        if let Some(proven) = &self.proven
            && still_holds(work, proven).await?
        {
            login_failures::delete(&mut work.db, self.email.as_str()).await?;
            return Ok(Outcome::SignedIn(self.open_session(work, &proven.id).await?));
        }
        fail(&mut work.db, row, now).await?;
        work.record(failed(&work.app, &self.client, &self.email, "wrong e-mail or password"));
        Ok(Outcome::Wrong)
    }

    async fn open_session(&self, work: &mut UnitOfWork, user: &UserId) -> Result<SignedIn> {
        let (session, refresh_token) = open(&work.app, user, None, &self.client);
        user_sessions::insert(&mut work.db, &session).await?;
        let event = Event::by_nobody(&work.app, &self.client, "user-login");
        work.record(event.actor("user", user.as_str(), self.email.as_str()));
        let access_token = access_token(&work.app, &session, None);
        Ok(SignedIn { access_token, refresh_token: Some(refresh_token), organization_id: None })
    }
}

/// Whether the password was not changed while it was checked: the change ended all sessions, so
/// none may begin with the old one.
async fn still_holds(work: &mut UnitOfWork, proven: &Proven) -> Result<bool> {
    let user = users::find(&mut work.db, &proven.id).await?;
    Ok(user.is_some_and(|user| user.password_hash == proven.hash))
}

fn failed(app: &App, client: &Client, email: &Email, reason: &str) -> Event {
    Event::by_nobody(app, client, "user-login").denied().with("email", email.as_str()).with("reason", reason)
}
