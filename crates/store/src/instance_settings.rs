//! What administrators set for the whole instance.

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// Settings of the instance.
    pub struct InstanceSettingsRow {
        /// Domains from which new accounts may be, separated by commas; `None` is any.
        pub allowed_sign_up_domain: Option<String>,
        /// What people read before they sign in.
        pub auth_consent_content: Option<String>,
        /// What stands above every page.
        pub page_frame_content: Option<String>,
    }
}

/// The settings; `None` before the first start has made the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection) -> Result<Option<InstanceSettingsRow>> {
    db.fetch_optional("SELECT * FROM instance WHERE id = 'instance'", &[]).await
}

/// Stores the settings.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn update(db: &mut Connection, settings: &InstanceSettingsRow) -> Result<()> {
    db.execute(
        "UPDATE instance
            SET allowed_sign_up_domain = $1, auth_consent_content = $2, page_frame_content = $3
          WHERE id = 'instance'",
        params![
            settings.allowed_sign_up_domain.as_deref(),
            settings.auth_consent_content.as_deref(),
            settings.page_frame_content.as_deref(),
        ],
    )
    .await?;
    Ok(())
}
