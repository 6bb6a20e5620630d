//! Codes for the day the app or the passkey is lost.

use tacit_core::{id::UserId, totp::recovery_code};
use tacit_store::{user_second_factors, user_totp};
use zeroize::Zeroizing;

use super::{due::require_not_due, nothing_set_up, of};
use crate::app::{App, audit::Event, caller::Caller, error::Result, sign_in::session_of, work::UnitOfWork};

/// Recovery codes that a person gets at a time.
const RECOVERY_CODES: usize = 10;

/// Makes new recovery codes in place of the caller's old ones.
///
/// # Errors
///
/// [`Error::Refused`](crate::app::Error::Refused) in a session in which the second factor was not given,
/// [`Error::Invalid`](crate::app::Error::Invalid) for somebody without one.
pub async fn renew_recovery_codes(app: &App, caller: &Caller) -> Result<Vec<Zeroizing<String>>> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            user_second_factors::lock(&mut work.db, user).await?;
            require_not_due(work, user, session).await?;
            // Codes of an app that was not confirmed are renewed, too: they were shown.
            let has_app = user_totp::find(&mut work.db, user).await?.is_some();
            if !has_app && !of(&mut work.db, user).await?.has_any() {
                return Err(nothing_set_up());
            }
            let codes = replace(work, user).await?;
            work.record(Event::new(&work.app, &caller, "create-user-recovery-codes"));
            Ok(codes)
        })
    })
    .await
}

/// New codes for somebody who has no factor yet; nothing for others, whose codes go on.
pub(in crate::app) async fn of_first_factor(
    work: &mut UnitOfWork,
    user: &UserId,
) -> Result<Vec<Zeroizing<String>>> {
    if of(&mut work.db, user).await?.has_any() { Ok(Vec::new()) } else { replace(work, user).await }
}

async fn replace(work: &mut UnitOfWork, user: &UserId) -> Result<Vec<Zeroizing<String>>> {
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(&work.app.random)).collect();
    let hashes: Vec<_> = codes.iter().map(|code| work.app.keys.hashes.hash(code.as_bytes())).collect();
    user_totp::replace_recovery_codes(&mut work.db, user, &hashes).await?;
    Ok(codes)
}
