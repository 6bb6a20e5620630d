//! The data key of an organization, as those use it who read and write what is under it.
//!
//! It may be replaced at any time (`encryption/`). Who reads asks for the key before the row, so that the key is not of
//! a later moment than the ciphertext: then the key of before may be gone. Who writes makes the replacing wait.

use tacit_core::{cipher::DataKey, id::OrganizationId};
use tacit_store::{
    Connection,
    data_keys::{self, DataKeysRow, KeyOwner},
};

use super::{
    App,
    error::{Error, Result},
    work::UnitOfWork,
};

/// The key to read by.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such organization.
pub(super) async fn to_read(app: &App, db: &mut Connection, id: &OrganizationId) -> Result<DataKey> {
    let row = data_keys::find(db, &KeyOwner::Organization(id.clone())).await?;
    opened(app, id, row)
}

/// The key to write under: it is the present one until the transaction ends.
///
/// # Errors
///
/// As [`to_read`].
pub(super) async fn to_write(work: &mut UnitOfWork, id: &OrganizationId) -> Result<DataKey> {
    let row = data_keys::lock(&mut work.db, &KeyOwner::Organization(id.clone())).await?;
    opened(&work.app, id, row)
}

fn opened(app: &App, id: &OrganizationId, row: Option<DataKeysRow>) -> Result<DataKey> {
    let row = row.ok_or_else(|| Error::not_found("Organization", id))?;
    app.keys.organization(id, &row.data_key_ciphertext, row.other_data_key_ciphertext.as_ref())
}
