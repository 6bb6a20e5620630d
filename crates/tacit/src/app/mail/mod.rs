//! Mails to people: the texts ([`texts`]), the ones that wait ([`outbox`]), and the way to the mail
//! server ([`mailer`]).
//!
//! A use case puts its mail among those that wait, in its own transaction, and a job sends it
//! ([`deliver`]): a mail server that is slow or down never slows or fails a request, and a restart
//! loses no mail. A mail may come twice, if the server stops between sending it and noting that.

pub mod deliver;
pub mod mailer;
mod outbox;
mod test;
pub mod texts;

pub use mailer::{Credentials, Encryption, MailError, Mailer, SmtpServer};
pub use outbox::WAITING_MAX;
pub(in crate::app) use outbox::enqueue;
pub(in crate::app) use test::NO_MAIL;
pub use test::send_test;
