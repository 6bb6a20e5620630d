//! Whether sign-in asks for the second factor, and for which first.

use tacit_store::{second_factor, user_second_factors};

use super::{
    Method,
    due::{require_enough, require_not_due},
    nothing_set_up, of,
};
use crate::app::{
    App, audit::Event, caller::Caller, error::Result, second_factor::SecondFactor, sign_in::session_of,
    work::UnitOfWork,
};

/// What to change; `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whether sign-in asks for the second factor.
    pub is_enabled: Option<bool>,
    /// What it asks for first.
    pub method: Option<Method>,
}

/// Changes whether sign-in asks for the second factor, and for which first.
///
/// # Errors
///
/// [`Error::Invalid`](crate::app::Error::Invalid) to turn on or prefer what the caller does not have, or to turn it off while an
/// organization of the caller asks for it; [`Error::Refused`](crate::app::Error::Refused) in a session in which it was not given.
pub async fn update(app: &App, caller: &Caller, settings: Settings) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            let mut row = user_second_factors::lock(&mut work.db, user).await?;
            let factor = of(&mut work.db, user).await?;
            if !settings.fits(&factor) {
                return Err(nothing_set_up());
            }
            if !factor.has_any() {
                return Ok(());
            }
            require_not_due(work, user, session).await?;
            if settings.is_enabled == Some(false) {
                require_enough(&mut work.db, user, &SecondFactor::default()).await?;
                second_factor::clear_marks(&mut work.db, user).await?;
            }
            row.is_enabled = settings.is_enabled.unwrap_or(row.is_enabled);
            row.method = settings.method.map(|method| method.as_str().to_owned()).or(row.method);
            user_second_factors::update(&mut work.db, &row).await?;
            record(work, &caller, &row);
            Ok(())
        })
    })
    .await
}

impl Settings {
    fn fits(self, factor: &SecondFactor) -> bool {
        (self.is_enabled != Some(true) || factor.has_any()) && self.method.is_none_or(|one| factor.has(one))
    }
}

fn record(work: &mut UnitOfWork, caller: &Caller, row: &user_second_factors::UserSecondFactorRow) {
    let event = Event::new(&work.app, caller, "update-user-mfa").with("isEnabled", row.is_enabled);
    work.record(match &row.method {
        Some(method) => event.with("method", method.as_str()),
        None => event,
    });
}
