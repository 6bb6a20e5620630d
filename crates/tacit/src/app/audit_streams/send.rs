//! Sending some events to where a stream goes.

use tacit_core::id::{AuditStreamId, OrganizationId};
use ureq::http::{Method, header};
use zeroize::Zeroizing;

use super::{Format, Kind, Target, file, message::Message, syslog};
use crate::app::{
    App, Error, Result,
    egress::{EgressError, Question},
};

/// Why events were not delivered. Never holds the address, or a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nobody took them.
    #[error("{0}")]
    Egress(#[from] EgressError),
    /// The operator of this server has named no folder.
    #[error("this server writes no files: its operator has to start it with --audit-stream-dir")]
    NoFolder,
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    File(String),
    /// What is stored of the stream is no address.
    #[error("the server cannot read the address of this stream")]
    NoTarget,
}

/// Refuses a target that this server can never send to.
///
/// # Errors
///
/// [`Error::Invalid`].
pub(super) fn check_possible(app: &App, target: &Target) -> Result<()> {
    if target.kind() == Some(Kind::File) && app.settings.audit_stream_folder.is_none() {
        return Err(Error::Invalid(SendError::NoFolder.to_string()));
    }
    Ok(())
}

/// Sends events of an organization, in order. They may have arrived although this fails.
///
/// # Errors
///
/// [`SendError`].
pub(super) async fn send(
    app: &App,
    organization_id: &OrganizationId,
    id: &AuditStreamId,
    target: &Target,
    messages: Vec<Message>,
) -> Result<(), SendError> {
    match target.kind().ok_or(SendError::NoTarget)? {
        Kind::Http => Ok(post(app, organization_id, target, &messages).await?),
        Kind::Syslog { host, port, is_tls } => {
            let ca_certificate = &target.ca_certificate;
            let to = syslog::Server { organization_id, host: &host, port, is_tls, ca_certificate };
            Ok(syslog::send(app, to, &messages).await?)
        }
        Kind::File => {
            let folder = app.settings.audit_stream_folder.clone().ok_or(SendError::NoFolder)?;
            let (id, lines) = (id.clone(), lines(&messages));
            let written = tokio::task::spawn_blocking(move || file::append(&folder, &id, lines.as_bytes()));
            let written = written.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
            written.map_err(|error| SendError::File(error.kind().to_string()))
        }
    }
}

fn lines(messages: &[Message]) -> String {
    messages.iter().fold(String::new(), |text, message| text + &message.json + "\n")
}

/// Success is any status of 200 to 299.
async fn post(
    app: &App,
    organization_id: &OrganizationId,
    target: &Target,
    messages: &[Message],
) -> Result<(), EgressError> {
    let (kind, body) = match target.format {
        Format::Ndjson => ("application/x-ndjson", lines(messages)),
        Format::Json => {
            let all: Vec<&str> = messages.iter().map(|message| message.json.as_str()).collect();
            ("application/json", format!("[{}]", all.join(",")))
        }
    };
    let mut headers = vec![(header::CONTENT_TYPE, Zeroizing::new(kind.to_owned()))];
    for header in &target.headers {
        headers.push((header.name().ok_or(EgressError::Failed)?, header.value.clone()));
    }
    let question = Question {
        organization_id: organization_id.clone(),
        method: Method::POST,
        url: target.url.clone(),
        headers,
        body: Zeroizing::new(body.into_bytes()),
        ca_certificate: target.ca_certificate.clone(),
    };
    app.egress.ask(question).await?.success()?;
    Ok(())
}
