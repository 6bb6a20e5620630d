//! How a person likes the dashboard: an object that the dashboard alone understands.

use serde_json::{Map, Value};
use tacit_core::id::UserId;
use tacit_store::user_preferences;

use super::{
    App, Caller,
    audit::Event,
    error::{Error, Result},
};

/// The longest preferences, in bytes of JSON.
pub const PREFERENCES_BYTES_MAX: usize = 16 * 1024;

/// The caller's preferences; an empty object if none were stored.
///
/// # Errors
///
/// [`Error::Refused`] for a machine.
pub async fn get(app: &App, caller: &Caller) -> Result<Map<String, Value>> {
    let user = user(caller)?;
    let mut db = app.database.read().await?;
    let row = user_preferences::find(&mut db, user).await?;
    drop(db);
    app.audit.record(Event::new(app, caller, "get-user-preferences"))?;
    let Some(row) = row else { return Ok(Map::new()) };
    serde_json::from_str(&row.preferences)
        .map_err(|error| Error::Internal(format!("preferences of a user: {error}")))
}

/// Stores the caller's preferences in place of those that are there.
///
/// # Errors
///
/// [`Error::Form`] above [`PREFERENCES_BYTES_MAX`], [`Error::Refused`] for a machine.
pub async fn put(app: &App, caller: &Caller, preferences: Map<String, Value>) -> Result<Map<String, Value>> {
    user(caller)?;
    let text = Value::Object(preferences.clone()).to_string();
    if text.len() > PREFERENCES_BYTES_MAX {
        return Err(Error::form(
            "preferences",
            format!("must not have more than {PREFERENCES_BYTES_MAX} bytes as JSON"),
        ));
    }
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            user_preferences::put(&mut work.db, user(&caller)?, &text, now).await?;
            work.record(Event::new(&work.app, &caller, "update-user-preferences"));
            Ok(())
        })
    })
    .await?;
    Ok(preferences)
}

fn user(caller: &Caller) -> Result<&UserId> {
    caller.user_id().ok_or_else(|| Error::Refused("Only people have preferences".to_owned()))
}
