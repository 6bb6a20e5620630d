//! From what was asked for to mails, where nobody waits for the answer.

use tacit_core::token;
use tacit_store::{
    password_resets::{self, PasswordResetRow},
    users,
};
use zeroize::Zeroizing;

use super::{CODE_TTL_SECONDS, TRIES};
use crate::app::{
    App, Result, UnitOfWork,
    mail::{self, texts},
};

/// E-mails looked at in one round.
const AT_A_TIME: i64 = 100;

/// Makes mails of what was asked for: a code in place of any before, if there is an account with a
/// password.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn write_mails(app: &App) -> Result<()> {
    let pending = password_resets::list_pending(&mut app.database.read().await?, AT_A_TIME).await?;
    for row in pending {
        app.write(move |work| Box::pin(async move { write_mail(work, &row).await })).await?;
    }
    Ok(())
}

async fn write_mail(work: &mut UnitOfWork, pending: &PasswordResetRow) -> Result<()> {
    let now = work.app.now();
    let mut row = password_resets::lock(&mut work.db, &pending.email, &pending.id, now).await?;
    if !row.is_pending {
        return Ok(());
    }
    row.is_pending = false;
    let user = users::find_by_email(&mut work.db, &row.email).await?;
    if user.is_some_and(|user| !user.password_hash.is_empty())
        && let Some(site) = work.app.settings.site()
    {
        let code = give_code(work, &mut row);
        let mail = texts::password_reset(&row.email, &link(&site, &row.email, &code), CODE_TTL_SECONDS);
        row.is_mailed = mail::enqueue(work, &mail).await?;
    }
    Ok(password_resets::update(&mut work.db, &row).await?)
}

/// Gives the reset a new code in place of all it had.
pub(super) fn give_code(work: &UnitOfWork, row: &mut PasswordResetRow) -> Zeroizing<String> {
    let code = token::new_secret(&work.app.random);
    row.code_hash = Some(work.app.keys.hashes.hash(code.as_bytes()).to_vec());
    row.token_hash = None;
    row.tries_left = TRIES;
    row.expires_at = work.app.now().plus_seconds(CODE_TTL_SECONDS);
    code
}

/// The code stands behind `#`, which browsers send to nobody, so that no log holds it.
pub(super) fn link(site: &str, email: &str, code: &str) -> String {
    let fragment = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", code)
        .append_pair("to", email)
        .finish();
    format!("{site}/password-reset#{fragment}")
}
