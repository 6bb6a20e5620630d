//! The key that signs the audit log.

use tacit_core::audit_chain::SigningKey;
use tacit_store::audit_signing_keys::{self, SigningKeyRow};

use super::super::{
    App, UnitOfWork,
    error::{Error, Result},
    keys::Keys,
};

/// The key that signs, made if there is none.
///
/// # Errors
///
/// If the database fails, or the key cannot be unwrapped.
pub(super) async fn key(app: &App) -> Result<SigningKey> {
    if let Some(row) = newest(app).await? {
        return app.keys.audit_key(&row.id, &row.private_key_ciphertext);
    }
    app.write(|work| Box::pin(make(work))).await?;
    // Another node may have been faster.
    let row = newest(app).await?.ok_or_else(no_key)?;
    app.keys.audit_key(&row.id, &row.private_key_ciphertext)
}

async fn make(work: &mut UnitOfWork) -> Result<()> {
    let root = work.hold_root_key().await?;
    let (key, wrapped) = Keys::new_audit_key(&root, &work.app.random).ok_or_else(no_key)?;
    let row = SigningKeyRow {
        number: 1,
        id: key.public().id().to_owned(),
        public_key: key.public().as_bytes().to_vec(),
        private_key_ciphertext: wrapped,
        created_at: work.app.now(),
    };
    Ok(audit_signing_keys::insert_if_absent(&mut work.db, &row).await?)
}

async fn newest(app: &App) -> Result<Option<SigningKeyRow>> {
    Ok(audit_signing_keys::list(&mut app.database.read().await?).await?.pop())
}

fn no_key() -> Error {
    Error::Internal("there is no key to sign the audit log".to_owned())
}
