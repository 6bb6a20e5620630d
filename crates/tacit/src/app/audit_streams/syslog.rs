//! Events as syslog messages (RFC 5424) over TCP with octet counting (RFC 6587, 3.4.1) or TLS (RFC 5425).
//!
//! There are no receipts in syslog. So each batch has a connection of its own, which is closed towards the server once all
//! is sent; a server that closes it in turn has read it to its end.

use tacit_core::id::OrganizationId;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::message::Message;
use crate::app::{App, egress::EgressError};

/// The facility "log audit" (RFC 5424, table 1).
const FACILITY: u8 = 13;
/// Severity of what was refused, and of the rest (table 2 there).
const WARNING: u8 = 4;
const INFORMATIONAL: u8 = 6;
/// The longest MSGID and HOSTNAME, in characters (section 6 there).
const MSGID_MAX: usize = 32;
const HOSTNAME_MAX: usize = 255;
/// What stands for nothing.
const NIL: &str = "-";

/// Where to.
#[derive(Clone, Copy)]
pub(super) struct Server<'a> {
    /// The organization whose events are sent.
    pub(super) organization_id: &'a OrganizationId,
    /// Its name or address.
    pub(super) host: &'a str,
    /// Its port.
    pub(super) port: u16,
    /// Whether by TLS.
    pub(super) is_tls: bool,
    /// PEM of the certificates to trust in place of the system's; empty for those of the system.
    pub(super) ca_certificate: &'a str,
}

/// Sends events.
///
/// # Errors
///
/// [`EgressError`], also if the server does not close the connection in time.
pub(super) async fn send(app: &App, to: Server<'_>, messages: &[Message]) -> Result<(), EgressError> {
    let sender = sender(app);
    let frames = messages.iter().fold(String::new(), |text, message| text + &frame(message, &sender));
    let host = format!("{}:{}", to.host, to.port);
    let _turn = app.egress.question_turn(to.organization_id, &host).await?;
    let sent = timeout(app.egress.limits().request, deliver(app, to, frames.as_bytes())).await;
    sent.unwrap_or(Err(EgressError::TimedOut))
}

async fn deliver(app: &App, to: Server<'_>, frames: &[u8]) -> Result<(), EgressError> {
    let stream = app.egress.connect(to.host, to.port).await?;
    if to.is_tls {
        converse(app.egress.begin_tls(stream, to.host, to.ca_certificate).await?, frames).await
    } else {
        converse(stream, frames).await
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, frames: &[u8]) -> Result<(), EgressError> {
    let failed = |_| EgressError::Failed;
    stream.write_all(frames).await.map_err(failed)?;
    stream.shutdown().await.map_err(failed)?;
    let mut said = [0; 256];
    loop {
        match stream.read(&mut said).await {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // Many servers close TLS without saying so.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(_) => return Err(EgressError::Failed),
        }
    }
}

/// The host that people know this server by.
fn sender(app: &App) -> String {
    let host = app.settings.site_url.as_deref().and_then(|url| url.split_once("://"));
    let host = host.and_then(|(_, rest)| rest.split(['/', ':']).next()).unwrap_or_default();
    word(host, HOSTNAME_MAX)
}

/// A text of visible ASCII characters without spaces, or nil.
fn word(text: &str, max: usize) -> String {
    let word: String = text.chars().filter(char::is_ascii_graphic).take(max).collect();
    if word.is_empty() { NIL.to_owned() } else { word }
}

/// A message behind its length in bytes.
fn frame(message: &Message, sender: &str) -> String {
    let severity = if message.is_denied { WARNING } else { INFORMATIONAL };
    let text = format!(
        "<{}>1 {} {sender} tacit {NIL} {} {NIL} {}",
        FACILITY * 8 + severity,
        message.time,
        word(&message.kind, MSGID_MAX),
        message.json
    );
    format!("{} {text}", text.len())
}

#[cfg(test)]
mod tests {
    use tacit_core::time::Timestamp;

    use super::*;

    #[test]
    fn a_message_is_counted_in_bytes_and_says_when_who_and_what() {
        let message = |is_denied| Message {
            kind: "login-identity-universal-auth-and-more".to_owned(),
            is_denied,
            time: Timestamp::from_millis(1_769_860_800_000),
            json: "{\"name\":\"ö\"}".to_owned(),
        };
        let text = "<110>1 2026-01-31T12:00:00.000Z tacit.test tacit - login-identity-universal-auth-an - {\"name\":\"ö\"}";
        assert_eq!(frame(&message(false), "tacit.test"), format!("{} {text}", text.len()));
        assert!(frame(&message(true), NIL).contains("<108>1 2026-01-31T12:00:00.000Z - tacit - "));
        assert_eq!(word("a b\nc\u{e9}", 2), "ab");
        assert_eq!(word("\u{e9} ", 9), NIL);
    }
}
