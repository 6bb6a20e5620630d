//! A link for somebody who cannot get mail, made by the one who runs the machine.

use tacit_core::name::Email;
use tacit_store::{password_resets, users};
use zeroize::Zeroizing;

use super::write::{give_code, link};
use crate::app::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
};

/// Makes a link to set a new password, in place of any before. Only for who has the database and the root
/// key, and may do everything anyway: no administrator makes it over the network, since it gives all that
/// the person may do.
///
/// # Errors
///
/// [`Error::Form`] for what is no e-mail, [`Error::NotFound`] for an unknown account and for somebody who
/// was only invited.
pub async fn link_for_operator(
    app: &App,
    client: &Client,
    email: &str,
    site: &str,
) -> Result<Zeroizing<String>> {
    let email = Email::parse(email).map_err(Error::name("email"))?;
    let (client, site) = (client.clone(), site.to_owned());
    app.write(move |work| {
        Box::pin(async move {
            let user = users::find_by_email(&mut work.db, email.as_str()).await?;
            let user = user.filter(|user| !user.password_hash.is_empty());
            let user = user.ok_or_else(|| Error::not_found("Account", &email))?;
            let (now, id) = (work.app.now(), work.app.new_id());
            let mut row = password_resets::lock(&mut work.db, email.as_str(), &id, now).await?;
            let code = give_code(work, &mut row);
            (row.is_pending, row.is_mailed) = (false, false);
            password_resets::update(&mut work.db, &row).await?;
            let event = Event::by_nobody(&work.app, &client, "create-password-reset-link");
            work.record(event.with("email", user.email.as_str()));
            Ok(Zeroizing::new(link(&site, email.as_str(), &code)))
        })
    })
    .await
}
