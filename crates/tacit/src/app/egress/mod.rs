//! Requests to addresses that users name (security 3): no redirects, only permitted addresses, the
//! connection goes to the address that was checked, everything has a time limit and a size limit.

mod ask;
mod connection;
pub mod limits;
mod resolver;
mod trials;
pub mod trust;

use std::sync::{Arc, OnceLock};

use tacit_core::egress::EgressRules;
use ureq::{
    Agent,
    http::{HeaderName, Request, Response, header},
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::transport::DefaultConnector,
};
use zeroize::Zeroizing;

pub use ask::{ANSWER_BYTES_MAX, Answer, Question};
use limits::Questions;
pub use limits::{Limits, QuestionTurn};
use resolver::{PermittedResolver, Refused};
pub use trials::TrialTurn;
use trials::Trials;

/// The largest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Why a request did not succeed. Never holds the address or what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The rules do not permit any address of the host.
    #[error("the address is not permitted: it is private, or reserved for something else")]
    Refused,
    /// The name has no address.
    #[error("the host name has no address")]
    UnknownHost,
    /// Nobody took the connection.
    #[error("the connection failed")]
    NotConnected,
    /// The certificate is not trusted or TLS failed.
    #[error("TLS failed, or the certificate is not trusted")]
    Tls,
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
    /// Too many requests wait already.
    #[error("too many requests are waiting for an answer")]
    Busy,
    /// The answer is larger than any that is wanted.
    #[error("the answer is too large")]
    TooLarge,
    /// Another status than success; redirects are not followed.
    #[error("the receiver answered with status {0}")]
    Status(u16),
    /// Anything else.
    #[error("the request failed")]
    Failed,
}

/// A POST of JSON.
pub struct Post {
    /// Where to.
    pub url: Zeroizing<String>,
    /// More headers.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Egress(Arc<Parts>);

struct Parts {
    rules: EgressRules,
    roots: OnceLock<RootCerts>,
    trials: Trials,
    questions: Questions,
    limits: Limits,
}

impl Egress {
    /// Sends where `rules` permit.
    #[must_use]
    pub fn new(rules: EgressRules) -> Self {
        Self::with(rules, OnceLock::new(), Limits::default())
    }

    /// Sends where `rules` permit, and trusts these certificates instead of those of the system.
    #[must_use]
    pub fn trusting(rules: EgressRules, roots: Vec<Certificate<'static>>) -> Self {
        Self::limited(rules, roots, Limits::default())
    }

    /// As [`trusting`](Self::trusting), with limits of its own.
    #[must_use]
    pub fn limited(rules: EgressRules, roots: Vec<Certificate<'static>>, limits: Limits) -> Self {
        Self::with(rules, OnceLock::from(RootCerts::from(roots)), limits)
    }

    fn with(rules: EgressRules, roots: OnceLock<RootCerts>, limits: Limits) -> Self {
        let (trials, questions) = Default::default();
        Self(Arc::new(Parts { rules, roots, trials, questions, limits }))
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Sends; success is any status of 200 to 299. The caller bounds how many it sends at a time.
    ///
    /// # Errors
    ///
    /// [`EgressError`].
    pub async fn post(&self, post: Post) -> Result<(), EgressError> {
        let egress = self.clone();
        let sent = tokio::task::spawn_blocking(move || egress.post_and_wait(post)).await;
        sent.unwrap_or(Err(EgressError::Failed))
    }

    fn post_and_wait(&self, post: Post) -> Result<(), EgressError> {
        let mut request = Request::post(post.url.as_str()).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        let request = request.body(post.body).map_err(|_| EgressError::Failed)?;
        let response: Response<ureq::Body> =
            self.agent(self.roots()).run(request).map_err(|error| kind(&error))?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(EgressError::Status(status.as_u16())) }
    }

    /// Whom to trust if a request does not say.
    fn roots(&self) -> RootCerts {
        self.0.roots.get_or_init(|| RootCerts::from(trust::system())).clone()
    }

    /// A new one each time, so that no connection outlives the check of its address.
    fn agent(&self, roots: RootCerts) -> Agent {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(roots);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy would look the name up once more, behind the check.
            .proxy(None)
            .timeout_resolve(Some(self.0.limits.connect))
            .timeout_connect(Some(self.0.limits.connect))
            .timeout_global(Some(self.0.limits.request))
            .max_response_header_size(HEAD_BYTES_MAX)
            .max_idle_connections(0)
            .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build());
        let resolver = PermittedResolver::new(self.0.rules.clone());
        Agent::with_parts(config.build(), DefaultConnector::default(), resolver)
    }
}

fn kind(error: &ureq::Error) -> EgressError {
    match error {
        ureq::Error::Other(cause) if cause.is::<Refused>() => EgressError::Refused,
        ureq::Error::HostNotFound => EgressError::UnknownHost,
        ureq::Error::ConnectionFailed => EgressError::NotConnected,
        ureq::Error::Timeout(_) => EgressError::TimedOut,
        _ if trust::is_about_tls(error) => EgressError::Tls,
        ureq::Error::Io(cause) => match cause.kind() {
            std::io::ErrorKind::TimedOut => EgressError::TimedOut,
            std::io::ErrorKind::ConnectionRefused
            | std::io::ErrorKind::HostUnreachable
            | std::io::ErrorKind::NetworkUnreachable => EgressError::NotConnected,
            _ => EgressError::Failed,
        },
        _ => EgressError::Failed,
    }
}
