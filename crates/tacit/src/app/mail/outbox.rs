//! Mails that wait to be sent. Their texts hold codes, so they are encrypted, each under its own key.

use tacit_core::{cipher::Place, id::MailId, time::Timestamp};
use tacit_store::mails::{self, MailRow};
use zeroize::Zeroizing;

use super::texts::Mail;
use crate::app::{
    App, Result, UnitOfWork,
    keys::{Keys, RootKeyHeld},
};

/// Mails that wait at a time.
pub const WAITING_MAX: i64 = 10_000;
/// The rows have no versions.
const VERSION: i64 = 1;

/// Puts a mail among those that wait, as a part of a greater change. `false` if the server sends no mails,
/// or too many wait: then nobody gets it.
///
/// # Errors
///
/// Fails only if the database does, or if another root key has taken the place of ours.
pub(in crate::app) async fn enqueue(work: &mut UnitOfWork, mail: &Mail) -> Result<bool> {
    if work.app.settings.mailer.is_none() {
        return Ok(false);
    }
    if mails::count(&mut work.db).await? >= WAITING_MAX {
        tracing::warn!(kind = mail.kind.name(), "a mail was dropped: too many wait already");
        return Ok(false);
    }
    let row = seal(&work.hold_root_key().await?, &work.app, mail);
    mails::insert(&mut work.db, &row).await?;
    Ok(true)
}

fn seal(root: &RootKeyHeld, app: &App, mail: &Mail) -> MailRow {
    let (now, id) = (app.now(), app.new_id());
    let (data_key_ciphertext, key) = Keys::new_mail_key(root, &id, &app.random);
    MailRow {
        recipient: mail.recipient.clone(),
        kind: mail.kind.name().to_owned(),
        data_key_ciphertext,
        text_ciphertext: key.encrypt(&place(&id), mail.text.as_bytes(), &app.random),
        attempts: 0,
        next_attempt_at: now,
        lease_expires_at: Timestamp::from_millis(0),
        expires_at: now.plus_seconds(mail.ttl_seconds),
        created_at: now,
        id,
    }
}

/// The text of a mail that waits.
pub(super) fn open(app: &App, row: &MailRow) -> Result<Zeroizing<String>> {
    let key = app.keys.mail(&row.id, &row.data_key_ciphertext)?;
    Ok(key.decrypt_text(&place(&row.id), &row.text_ciphertext)?)
}

fn place(id: &MailId) -> Place<'_> {
    Place { table: "mails", row_id: id.as_str(), field: "text", version: VERSION }
}
