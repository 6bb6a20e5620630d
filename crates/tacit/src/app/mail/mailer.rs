//! The way to the mail server (RFC 5321). The operator names it, so the rules for addresses that users name
//! do not apply; its certificate is checked against those that this machine trusts.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        self, authentication,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use tacit_core::time::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

use crate::app::{
    egress::trust,
    error::{Error, Result},
};

/// How long the server may take for one command.
const COMMAND_MAX: Duration = Duration::from_secs(20);
/// How long sending one mail may take in all.
const SEND_MAX: Duration = Duration::from_mins(1);
/// Mails at a time that somebody waits for.
const WAITED_FOR_MAX: usize = 2;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// In the clear until STARTTLS (RFC 3207); a server without it gets no mail.
    StartTls,
    /// None: for a server on the same machine.
    None,
}

/// How to sign in to the mail server.
#[derive(Clone)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// The mail server, as the operator named it.
#[derive(Clone)]
pub struct SmtpServer {
    /// Its name or address, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// How to sign in, if it asks for that.
    pub credentials: Option<Credentials>,
    /// From whom mails are: `tacit@example.com` or `Tacit <tacit@example.com>`.
    pub from: String,
}

/// Why a mail was not sent. Never holds an address or what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Nobody took the connection, or it broke.
    #[error("the mail server cannot be reached")]
    NotConnected,
    /// The certificate is not trusted or TLS failed.
    #[error("TLS to the mail server failed, or its certificate is not trusted")]
    Tls,
    /// The server does not offer what the settings ask for.
    #[error("the mail server does not offer STARTTLS or a way to sign in")]
    Unsuitable,
    /// It took too long.
    #[error("the mail server took too long")]
    TimedOut,
    /// It answered with a code of failure.
    #[error("the mail server refused with code {0}")]
    Answer(u16),
    /// The recipient is no address that mail can be sent to.
    #[error("the address of the recipient cannot be used")]
    Recipient,
    /// The mail cannot be decrypted or is of no known kind.
    #[error("the server cannot read this mail")]
    Unreadable,
    /// Anything else.
    #[error("sending failed")]
    Failed,
}

impl MailError {
    /// Whether trying again cannot help. A refused sign-in is not final: the operator mends the settings.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Recipient | Self::Unreadable | Self::Answer(501 | 550..=554))
    }
}

/// A mail on its way.
pub(super) struct Outgoing<'a> {
    /// Its id, which stays the same when it is sent again.
    pub(super) id: &'a str,
    pub(super) recipient: &'a str,
    pub(super) subject: &'static str,
    pub(super) text: &'a str,
    pub(super) written_at: Timestamp,
}

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Parts>);

struct Parts {
    server: SmtpServer,
    from: Mailbox,
    roots: OnceLock<Vec<Certificate>>,
    waited_for: Semaphore,
}

/// Prints no password.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer({}:{})", self.0.server.host, self.0.server.port)
    }
}

impl Mailer {
    /// Sends by this server, and trusts the certificates of the system. `None` if `from` is no address.
    #[must_use]
    pub fn new(server: SmtpServer) -> Option<Self> {
        let from = server.from.parse().ok()?;
        let waited_for = Semaphore::new(WAITED_FOR_MAX);
        Some(Self(Arc::new(Parts { server, from, roots: OnceLock::new(), waited_for })))
    }

    /// As [`Mailer::new`], but trusts the certificates in a PEM file instead of those of the system.
    #[must_use]
    pub fn trusting(server: SmtpServer, pem: &[u8]) -> Option<Self> {
        let mailer = Self::new(server)?;
        mailer.0.roots.get_or_init(|| usable(&trust::certificates(pem)));
        Some(mailer)
    }

    /// A turn for a mail that somebody waits for.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if too many wait already.
    pub(super) fn turn(&self) -> Result<SemaphorePermit<'_>> {
        self.0.waited_for.try_acquire().map_err(|_| Error::Busy)
    }

    /// Hands one mail to the server, over a connection of its own.
    ///
    /// # Errors
    ///
    /// [`MailError`].
    pub(super) async fn send(&self, mail: Outgoing<'_>) -> Result<(), MailError> {
        let message = self.message(&mail)?;
        let transport = self.transport()?;
        let sent = tokio::time::timeout(SEND_MAX, transport.send(message)).await;
        match sent.map_err(|_| MailError::TimedOut)? {
            Ok(_) => Ok(()),
            Err(error) => Err(kind(&error)),
        }
    }

    fn message(&self, mail: &Outgoing<'_>) -> Result<Message, MailError> {
        let recipient: Address = mail.recipient.parse().map_err(|_| MailError::Recipient)?;
        let millis = u64::try_from(mail.written_at.millis()).unwrap_or(0);
        let from = &self.0.from;
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, recipient))
            .subject(mail.subject)
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
            .raw_header(auto_submitted())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.to_owned())
            .map_err(|_| MailError::Failed)
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let Parts { server, from, .. } = &*self.0;
        let tls = match server.encryption {
            Encryption::Implicit => Tls::Wrapper(self.tls()?),
            Encryption::StartTls => Tls::Required(self.tls()?),
            Encryption::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
            .port(server.port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(COMMAND_MAX));
        if let Some(Credentials { username, password }) = &server.credentials {
            let password = String::clone(password);
            builder = builder.credentials(authentication::Credentials::new(username.clone(), password));
        }
        Ok(builder.build())
    }

    fn tls(&self) -> Result<TlsParameters, MailError> {
        let roots = self.0.roots.get_or_init(|| usable(&trust::system()));
        let mut builder =
            TlsParameters::builder(self.0.server.host.clone()).certificate_store(CertificateStore::None);
        for root in roots {
            builder = builder.add_root_certificate(root.clone());
        }
        builder.build_rustls().map_err(|_| MailError::Tls)
    }
}

/// Tells programs that answer by themselves not to (RFC 3834).
fn auto_submitted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// The certificates that rustls can read: one of a system that it cannot must not end all TLS.
fn usable(certificates: &[ureq::tls::Certificate<'static>]) -> Vec<Certificate> {
    let is_usable = |der: &[u8]| rustls::RootCertStore::empty().add(der.to_vec().into()).is_ok();
    let der = certificates.iter().map(ureq::tls::Certificate::der).filter(|der| is_usable(der));
    der.filter_map(|der| Certificate::from_der(der.to_vec()).ok()).collect()
}

fn kind(error: &smtp::Error) -> MailError {
    if let Some(code) = error.status() {
        return MailError::Answer(code.into());
    }
    if error.is_tls() || is_about_tls(error) {
        return MailError::Tls;
    }
    if error.is_timeout() {
        return MailError::TimedOut;
    }
    if error.is_client() {
        return MailError::Unsuitable;
    }
    if error.is_response() { MailError::Failed } else { MailError::NotConnected }
}

/// rustls speaks through the error of the stream it wraps.
fn is_about_tls(error: &smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let inner = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if cause.is::<rustls::Error>() || inner.is_some() {
            return true;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_and_the_password_is_never_shown() {
        let mailer = |from: &str| {
            Mailer::new(SmtpServer {
                host: "mail.test".to_owned(),
                port: 587,
                encryption: Encryption::StartTls,
                credentials: Some(Credentials {
                    username: "tacit".to_owned(),
                    password: Zeroizing::new("hunter2".to_owned()),
                }),
                from: from.to_owned(),
            })
        };

        for from in ["tacit@example.test", "Tacit <tacit@example.test>"] {
            assert_eq!(format!("{:?}", mailer(from)), "Some(Mailer(mail.test:587))");
        }
        for wrong in ["", "tacit", "a@b\r\nBcc: c@d", "tacit@"] {
            assert!(mailer(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_refused_sign_in_is_tried_again_and_an_unknown_mailbox_is_not() {
        for (error, expected) in [
            (MailError::Answer(535), false),
            (MailError::Answer(451), false),
            (MailError::Answer(550), true),
            (MailError::NotConnected, false),
            (MailError::Recipient, true),
        ] {
            assert_eq!(error.is_final(), expected, "{error}");
        }
    }
}
