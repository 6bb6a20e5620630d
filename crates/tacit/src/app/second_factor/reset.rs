//! An administrator's help for somebody who lost everything.

use tacit_core::id::UserId;
use tacit_store::{api_keys, passkeys, second_factor, user_second_factors, user_sessions, user_totp, users};

use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// Takes a person's second factor away, all of it: the app, passkeys, recovery codes. Their sessions end, so
/// that nobody goes on in one that was opened with what is gone. The route is for administrators of the
/// instance.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such person.
pub async fn reset(app: &App, caller: &Caller, user: &UserId) -> Result<()> {
    let (caller, user) = (caller.clone(), user.clone());
    app.write(move |work| {
        Box::pin(async move {
            let person = users::find(&mut work.db, &user).await?;
            let person = person.ok_or_else(|| Error::not_found("User", &user))?;
            user_second_factors::lock(&mut work.db, &user).await?;
            user_totp::delete(&mut work.db, &user).await?;
            let passkeys = passkeys::delete_of_user(&mut work.db, &user).await?;
            user_second_factors::delete(&mut work.db, &user).await?;
            second_factor::clear_marks(&mut work.db, &user).await?;
            user_sessions::delete_of_user(&mut work.db, &user, None).await?;
            api_keys::delete_of_user(&mut work.db, &user).await?;
            let event = Event::new(&work.app, &caller, "reset-user-second-factor");
            let passkeys = i64::try_from(passkeys).unwrap_or(i64::MAX);
            work.record(
                event.with("userId", user.as_str()).with("email", person.email).with("passkeys", passkeys),
            );
            Ok(())
        })
    })
    .await
}
