//! Requests whose answer is read: keys of an identity provider, what a cloud or a cluster says of a token.

use std::io::Read as _;

use tacit_core::id::OrganizationId;
use ureq::{
    http::{HeaderName, Method, Request, Response, Uri},
    tls::RootCerts,
};
use zeroize::Zeroizing;

use super::{Egress, EgressError, kind, trust};

/// The largest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: u64 = 512 * 1024;

/// A request whose answer is read.
pub struct Question {
    /// For whom it is asked.
    pub organization_id: OrganizationId,
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to.
    pub url: Zeroizing<String>,
    /// Headers. Their values may be credentials.
    pub headers: Vec<(HeaderName, Zeroizing<String>)>,
    /// The body; empty for none.
    pub body: Zeroizing<Vec<u8>>,
    /// PEM of the certificates to trust in place of the system's; empty for those of the system.
    pub ca_certificate: String,
}

impl Question {
    /// A `GET`.
    #[must_use]
    pub fn get(organization_id: &OrganizationId, url: &str, ca_certificate: &str) -> Self {
        Self {
            organization_id: organization_id.clone(),
            method: Method::GET,
            url: Zeroizing::new(url.to_owned()),
            headers: Vec::new(),
            body: Zeroizing::default(),
            ca_certificate: ca_certificate.to_owned(),
        }
    }

    /// Whom it asks, for counting who is asked how much.
    fn host(&self) -> String {
        let url: Option<Uri> = self.url.parse().ok();
        let authority =
            url.as_ref().and_then(Uri::authority).map(|authority| authority.as_str().to_lowercase());
        authority.unwrap_or_default()
    }
}

/// What was answered, whatever the status.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, at most [`ANSWER_BYTES_MAX`].
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The body of an answer with status 200 to 299.
    ///
    /// # Errors
    ///
    /// [`EgressError::Status`].
    pub fn success(self) -> Result<Zeroizing<Vec<u8>>, EgressError> {
        if (200..300).contains(&self.status) { Ok(self.body) } else { Err(EgressError::Status(self.status)) }
    }
}

impl Egress {
    /// Sends a request and reads the answer. A bounded number runs at a time; others wait a moment for their turn.
    ///
    /// # Errors
    ///
    /// [`EgressError`].
    pub async fn ask(&self, question: Question) -> Result<Answer, EgressError> {
        let turn = self.question_turn(&question.organization_id, &question.host()).await?;
        let egress = self.clone();
        let answered = tokio::task::spawn_blocking(move || {
            let answer = egress.ask_and_wait(question);
            drop(turn);
            answer
        });
        let answered = answered.await;
        answered.unwrap_or(Err(EgressError::Failed))
    }

    fn ask_and_wait(&self, mut question: Question) -> Result<Answer, EgressError> {
        let roots = match question.ca_certificate.trim() {
            "" => self.roots(),
            pem => RootCerts::from(trust::certificates(pem.as_bytes())),
        };
        let mut request = Request::builder().method(&question.method).uri(question.url.as_str());
        for (name, value) in &question.headers {
            request = request.header(name, value.as_str());
        }
        let agent = self.agent(roots);
        let sent: Result<Response<ureq::Body>, ureq::Error> = if question.body.is_empty() {
            agent.run(request.body(()).map_err(|_| EgressError::Failed)?)
        } else {
            let body = std::mem::take(&mut *question.body);
            agent.run(request.body(body).map_err(|_| EgressError::Failed)?)
        };
        read(sent.map_err(|error| kind(&error))?)
    }
}

fn read(response: Response<ureq::Body>) -> Result<Answer, EgressError> {
    let status = response.status().as_u16();
    let mut body = Zeroizing::new(Vec::new());
    let mut reader = response.into_body().into_reader().take(ANSWER_BYTES_MAX + 1);
    reader.read_to_end(&mut body).map_err(|error| kind(&ureq::Error::Io(error)))?;
    if body.len() as u64 > ANSWER_BYTES_MAX {
        return Err(EgressError::TooLarge);
    }
    Ok(Answer { status, body })
}
