//! How people like the dashboard.

use tacit_core::{id::UserId, time::Timestamp};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// How a person likes the dashboard.
    pub struct UserPreferencesRow {
        /// A JSON object.
        pub preferences: String,
    }
}

/// The preferences of a user, if any were stored.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, user: &UserId) -> Result<Option<UserPreferencesRow>> {
    db.fetch_optional("SELECT preferences FROM user_preferences WHERE user_id = $1", params![user]).await
}

/// Stores the preferences of a user in place of those that are there.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn put(db: &mut Connection, user: &UserId, preferences: &str, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO user_preferences (user_id, preferences, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET preferences = $2, updated_at = $3",
        params![user, preferences, now],
    )
    .await?;
    Ok(())
}
