//! A mail that shows whether mails arrive.

use super::{mailer::Outgoing, texts};
use crate::app::{
    Actor, App, Caller,
    audit::Event,
    error::{Error, Result},
};

/// What is said where a mail server is needed and none is set.
pub(in crate::app) const NO_MAIL: &str = "This server sends no mail: no mail server is set";

/// Sends a mail to the caller at once, and says to which address. For administrators of the instance,
/// which the route asks for.
///
/// # Errors
///
/// [`Error::Invalid`] without a mail server, and with the reason if it does not take the mail;
/// [`Error::Refused`] for a machine, which has no address; [`Error::Busy`] if others are testing.
pub async fn send_test(app: &App, caller: &Caller) -> Result<String> {
    let Actor::User { email, .. } = &*caller.actor else {
        return Err(Error::Refused("Only people have an address to send a test mail to".to_owned()));
    };
    let mailer = app.settings.mailer.as_ref().ok_or_else(|| Error::Invalid(NO_MAIL.to_owned()))?;
    let _turn = mailer.turn()?;
    let mail = texts::test(email, &app.settings.site().unwrap_or_default());
    let id = app.new_id::<tacit_core::id::MailId>();
    let sent = mailer
        .send(Outgoing {
            id: id.as_str(),
            recipient: &mail.recipient,
            subject: mail.kind.subject(),
            text: &mail.text,
            written_at: app.now(),
        })
        .await;
    let event = Event::new(app, caller, "send-test-mail");
    app.audit.record(event.with("isSent", sent.is_ok()))?;
    sent.map_err(|error| Error::Invalid(format!("The mail was not sent: {error}")))?;
    Ok(email.clone())
}
