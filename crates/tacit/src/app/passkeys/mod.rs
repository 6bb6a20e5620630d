//! The passkeys of people: a second factor, or a sign-in without a password (W3C Web Authentication).
//!
//! What authenticators say is checked in `tacit_core::passkey`. Adding and removing one needs a recent
//! sign-in or the password, and the second factor if the person has one.

mod assertion;
mod registration;
mod sign_in;

use tacit_core::id::PasskeyId;
use tacit_store::{
    passkeys::{self, PasskeyRow},
    user_second_factors,
};

pub(in crate::app) use assertion::{Asked, accept};
pub use registration::{Creation, Registered, begin, finish};
pub use sign_in::{options, sign_in};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    passwords::Password,
    second_factor::{self, Method},
    sign_in::{require_recent, session_of},
};

/// Passkeys that one person can have.
pub const PER_USER_MAX: i64 = 20;
/// The greatest length of a passkey's name, in characters.
const NAME_LENGTH_MAX: usize = 64;

/// What a browser needs to ask for a passkey.
#[derive(Clone, Debug)]
pub struct Options {
    /// To be signed.
    pub challenge: Vec<u8>,
    /// Which passkeys count; empty for any that the authenticator knows of this site.
    pub credential_ids: Vec<Vec<u8>>,
}

/// The caller's passkeys, oldest first.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<PasskeyRow>> {
    let (user, _) = session_of(caller)?;
    let mut db = app.database.read().await?;
    let rows = passkeys::list(&mut db, user).await?;
    app.audit.record(Event::new(app, caller, "get-user-passkeys"))?;
    Ok(rows)
}

/// Gives a passkey of the caller another name.
///
/// # Errors
///
/// [`Error::Form`] for a bad name, [`Error::NotFound`] for a passkey that the caller does not have,
/// [`Error::Refused`] in a session in which the second factor was not given.
pub async fn rename(app: &App, caller: &Caller, id: &PasskeyId, name: &str) -> Result<PasskeyRow> {
    let name = checked_name(name)?;
    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            second_factor::require_not_due(work, user, session).await?;
            let row = passkeys::rename(&mut work.db, user, &id, &name).await?;
            let row = row.ok_or_else(|| Error::not_found("Passkey", &id))?;
            let event = Event::new(&work.app, &caller, "update-user-passkey");
            work.record(event.with("passkeyId", row.id.as_str()).with("name", row.name.as_str()));
            Ok(row)
        })
    })
    .await
}

/// Removes a passkey of the caller. Other sessions in which a passkey was given have to give one again.
///
/// # Errors
///
/// [`Error::NotFound`] for a passkey that the caller does not have, [`Error::Invalid`] for a wrong password
/// and while an organization of the caller asks for what would be gone, [`Error::PasswordNeeded`] if the
/// sign-in was not recent, [`Error::Refused`] in a session in which the second factor was not given.
pub async fn remove(app: &App, caller: &Caller, id: &PasskeyId, password: Option<&Password>) -> Result<()> {
    const EVENT: &str = "delete-user-passkey";
    require_recent(app, caller, password, EVENT).await?;
    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            user_second_factors::lock(&mut work.db, user).await?;
            second_factor::require_not_due(work, user, session).await?;
            let row = passkeys::delete(&mut work.db, user, &id).await?;
            let row = row.ok_or_else(|| Error::not_found("Passkey", &id))?;
            second_factor::settle_removal(work, user, session, Method::Passkey).await?;
            let event = Event::new(&work.app, &caller, EVENT);
            work.record(event.with("passkeyId", row.id.as_str()).with("name", row.name.as_str()));
            Ok(())
        })
    })
    .await
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if !(1..=NAME_LENGTH_MAX).contains(&name.chars().count()) {
        return Err(Error::form("name", format!("must have 1 to {NAME_LENGTH_MAX} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::form("name", "must not contain control characters"));
    }
    Ok(name.to_owned())
}
