//! Setting an authenticator app up and removing it.

use tacit_core::{
    cipher::Place,
    id::{SessionId, UserId},
    totp::TotpSecret,
};
use tacit_store::{
    user_second_factors,
    user_totp::{self, UserTotpRow},
    users::{self, UserRow},
};
use zeroize::Zeroizing;

use super::{
    GONE, Method,
    code::{self, Accepted, Of},
    due::{require_not_due, settle_removal},
    recovery_codes, turn_on,
};
use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    keys::{Keys, RootKeyHeld},
    sign_in::session_of,
    work::UnitOfWork,
};

/// What authenticator apps show beside the account.
const ISSUER: &str = "Tacit";

/// What an authenticator app is set up with. It is shown once.
pub struct Registration {
    /// The `otpauth://` address for the QR code.
    pub url: Zeroizing<String>,
    /// Codes for the day the app is lost; none for somebody who has some already.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

/// Prints no secret.
impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registration(..)")
    }
}

/// Begins to set up an authenticator app. It counts once it has shown a code ([`confirm`]).
///
/// # Errors
///
/// [`Error::Invalid`] if the caller has one that counts, [`Error::Refused`] in a session in which another
/// second factor was not given.
pub async fn register(app: &App, caller: &Caller) -> Result<Registration> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (id, session) = session_of(&caller)?;
            let user = users::find(&mut work.db, id).await?.ok_or(GONE)?;
            let root = work.hold_root_key().await?;
            user_second_factors::lock(&mut work.db, id).await?;
            let present = user_totp::lock(&mut work.db, id).await?;
            if present.is_some_and(|totp| totp.verified_at.is_some()) {
                return Err(Error::Invalid(
                    "Remove your authenticator app before you set up another".to_owned(),
                ));
            }
            require_not_due(work, id, session).await?;
            let secret = TotpSecret::generate(&work.app.random);
            user_totp::replace(&mut work.db, &row(&root, &work.app, &user, &secret)).await?;
            let recovery_codes = recovery_codes::of_first_factor(work, id).await?;
            work.record(Event::new(&work.app, &caller, "register-user-totp"));
            Ok(Registration { url: secret.url(ISSUER, &user.email), recovery_codes })
        })
    })
    .await
}

fn row(root: &RootKeyHeld, app: &App, user: &UserRow, secret: &TotpSecret) -> UserTotpRow {
    let (data_key_ciphertext, key) = Keys::new_user_key(root, &user.id, &app.random);
    UserTotpRow {
        user_id: user.id.clone(),
        data_key_ciphertext,
        secret_ciphertext: key.encrypt(&secret_place(&user.id), secret.as_bytes(), &app.random),
        last_step: 0,
        verified_at: None,
        created_at: app.now(),
    }
}

pub(super) fn secret_place(user: &UserId) -> Place<'_> {
    Place { table: "user_totp", row_id: user.as_str(), field: "secret", version: 1 }
}

/// Shows a first code of the app that is being set up. From then on sign-in asks for a second factor.
///
/// # Errors
///
/// [`Error::Invalid`] for a wrong code or if nothing is being set up, [`Error::Refused`] after too many and
/// in a session in which another second factor was not given.
pub async fn confirm(app: &App, caller: &Caller, code: &str) -> Result<()> {
    let (caller, code) = (caller.clone(), Zeroizing::new(code.to_owned()));
    let is_right = app
        .write(move |work| {
            Box::pin(async move {
                let (user, session) = session_of(&caller)?;
                user_second_factors::lock(&mut work.db, user).await?;
                require_not_due(work, user, session).await?;
                let event = Event::new(&work.app, &caller, "verify-user-totp");
                match code::accept(work, user, &code, Of::AnyApp).await? {
                    Accepted::Totp(totp) => {
                        enable(work, session, totp).await?;
                        work.record(event);
                        Ok(true)
                    }
                    Accepted::RecoveryCode | Accepted::No => {
                        work.record(event.denied().with("reason", "wrong code"));
                        Ok(false)
                    }
                }
            })
        })
        .await?;
    if is_right { Ok(()) } else { Err(Error::Invalid("The code is wrong or was used before".to_owned())) }
}

async fn enable(work: &mut UnitOfWork, session: &SessionId, mut totp: UserTotpRow) -> Result<()> {
    totp.verified_at = totp.verified_at.or(Some(work.app.now()));
    user_totp::replace(&mut work.db, &totp).await?;
    turn_on(work, &totp.user_id, session, Method::Totp).await
}

/// Removes the caller's app, and with the last factor the recovery codes.
///
/// # Errors
///
/// [`Error::Refused`] in a session in which the second factor was not given, [`Error::Invalid`] while an
/// organization of the caller asks for it, [`Error::NotFound`] if there is none.
pub async fn remove(app: &App, caller: &Caller) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            user_second_factors::lock(&mut work.db, user).await?;
            require_not_due(work, user, session).await?;
            if !user_totp::delete(&mut work.db, user).await? {
                return Err(Error::NotFound("There is no authenticator app to remove".to_owned()));
            }
            settle_removal(work, user, session, Method::Totp).await?;
            work.record(Event::new(&work.app, &caller, "delete-user-totp"));
            Ok(())
        })
    })
    .await
}
