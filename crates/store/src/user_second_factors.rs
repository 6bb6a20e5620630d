//! What people chose about their second factor.

use tacit_core::id::UserId;

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// What a person chose.
    pub struct UserSecondFactorRow {
        /// Who.
        pub user_id: UserId,
        /// Whether sign-in asks for it.
        pub is_enabled: bool,
        /// What is asked for first: `totp` or `webauthn`; `None` is no preference.
        pub method: Option<String>,
    }
}

/// What a person chose, if anything.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, user: &UserId) -> Result<Option<UserSecondFactorRow>> {
    db.fetch_optional("SELECT * FROM user_second_factors WHERE user_id = $1", params![user]).await
}

/// What a person chose, locked until the transaction ends: changes of a second factor that come together
/// are made one after the other. A person without a row gets one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, user: &UserId) -> Result<UserSecondFactorRow> {
    db.fetch_one(
        "INSERT INTO user_second_factors (user_id) VALUES ($1)
         ON CONFLICT (user_id) DO UPDATE SET is_enabled = user_second_factors.is_enabled
         RETURNING *",
        params![user],
    )
    .await
}

/// Writes what a person chose.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, row: &UserSecondFactorRow) -> Result<()> {
    db.execute(
        "UPDATE user_second_factors SET is_enabled = $2, method = $3 WHERE user_id = $1",
        params![&row.user_id, row.is_enabled, row.method.as_ref()],
    )
    .await?;
    Ok(())
}

/// Forgets what a person chose, and their recovery codes: nothing is left that they would stand in for.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, user: &UserId) -> Result<()> {
    db.execute("DELETE FROM user_recovery_codes WHERE user_id = $1", params![user]).await?;
    db.execute("DELETE FROM user_second_factors WHERE user_id = $1", params![user]).await?;
    Ok(())
}
