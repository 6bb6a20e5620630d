//! Acts that a stolen, unlocked browser must not do: they need a sign-in that is recent, or the password.

use tacit_store::{login_failures, second_factor, users};

use super::{LOCKED, fail, is_locked, refuse_locked, session_of};
use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    passwords::{self, Password},
};

/// How long ago a sign-in, or giving the second factor, is recent.
const RECENT_SECONDS: i64 = 10 * 60;

/// Lets those through who signed in a moment ago or give their password. A wrong one counts like a failed
/// sign-in. `kind` names the event of what is asked for.
///
/// # Errors
///
/// [`Error::PasswordNeeded`] if it was not recent and there is no password, [`Error::Invalid`] for a wrong
/// one, [`Error::Refused`] after too many.
pub(in crate::app) async fn require_recent(
    app: &App,
    caller: &Caller,
    password: Option<&Password>,
    kind: &'static str,
) -> Result<()> {
    let (id, session) = session_of(caller)?;
    let now = app.now();
    let mut db = app.database.read().await?;
    let proof = second_factor::proof(&mut db, session).await?.ok_or(super::ENDED)?;
    let last = proof.second_factor_at.unwrap_or(proof.created_at).max(proof.created_at);
    if now < last.plus_seconds(RECENT_SECONDS) {
        return Ok(());
    }
    let password = password.ok_or(Error::PasswordNeeded)?;
    let user = users::find(&mut db, id).await?.ok_or(super::ENDED)?;
    refuse_locked(&mut db, &user.email, now).await?;
    drop(db);
    let is_right = passwords::verify(app, password, Some(user.password_hash)).await?;
    if settle(app, caller, user.email, is_right, kind).await? {
        return Ok(());
    }
    Err(Error::Invalid("The password is wrong".to_owned()))
}

/// Judged like a sign-in, in the transaction that counts it.
async fn settle(
    app: &App,
    caller: &Caller,
    email: String,
    is_right: bool,
    kind: &'static str,
) -> Result<bool> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            let row = login_failures::lock(&mut work.db, &email, now).await?;
            if is_locked(&row, now) {
                return Err(Error::Refused(LOCKED.to_owned()));
            }
            if is_right {
                login_failures::delete(&mut work.db, &email).await?;
                return Ok(true);
            }
            fail(&mut work.db, row, now).await?;
            work.record(Event::new(&work.app, &caller, kind).denied().with("reason", "wrong password"));
            Ok(false)
        })
    })
    .await
}
