//! Where a stream goes, and in which form.

use serde::{Deserialize, Serialize};
use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    id::AuditStreamId,
    random::Random,
};
use ureq::http::{HeaderName, HeaderValue, Uri, header};
use zeroize::Zeroizing;

use crate::app::{
    auth_method::target::check_certificates,
    bounds::Bounds,
    error::{Error, Result},
    token_settings::set,
    webhooks::target::shortened,
};

/// The longest address, in bytes.
const URL_MAX: usize = 2048;
/// The most headers, and the longest value of one, in bytes.
const HEADERS_MAX: usize = 20;
const VALUE_MAX: usize = 4096;
/// The address that stands for a file: which one, the operator and the stream's id say.
const FILE: &str = "file:";
/// Headers that are made here.
const MADE_HERE: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::USER_AGENT,
];

/// How events are put into a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// One JSON array.
    Json,
}

/// A header of each request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub key: String,
    /// Its value; often a credential.
    pub value: Zeroizing<String>,
}

/// Where a stream goes. No `Debug`: it holds credentials.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// `https://…` or `http://…`, `syslog+tls://host:port` or `syslog+tcp://host:port`, or `file:`.
    pub url: Zeroizing<String>,
    /// Headers of requests.
    pub headers: Vec<Header>,
    /// PEM of the certificates to trust in place of the system's; empty for those of the system.
    pub ca_certificate: String,
    /// The form of requests.
    pub format: Format,
}

/// What a request sets; what is absent stays.
#[derive(Clone, Default)]
pub struct TargetChange {
    /// The address.
    pub url: Option<Zeroizing<String>>,
    /// Headers of requests.
    pub headers: Option<Vec<Header>>,
    /// PEM of the certificates to trust.
    pub ca_certificate: Option<String>,
    /// The form of requests.
    pub format: Option<Format>,
}

/// What is at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody who takes HTTP requests.
    Http,
    /// A syslog server.
    Syslog {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
        /// Whether by TLS.
        is_tls: bool,
    },
    /// A file of the operator's.
    File,
}

impl Kind {
    /// As it is on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Syslog { .. } => "syslog",
            Self::File => "file",
        }
    }

    /// Reads an address; `None` if it is none.
    fn parse(url: &str) -> Option<Self> {
        if url == FILE {
            return Some(Self::File);
        }
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let syslog = |default, is_tls| {
            let is_bare = uri.query().is_none() && matches!(uri.path(), "" | "/");
            let host = authority.host().trim_matches(['[', ']']).to_owned();
            let port = authority.port_u16().unwrap_or(default);
            is_bare.then_some(Self::Syslog { host, port, is_tls })
        };
        match uri.scheme_str()? {
            "http" | "https" => Some(Self::Http),
            // The ports of RFC 5425 and RFC 6587.
            "syslog+tls" => syslog(6514, true),
            "syslog+tcp" => syslog(601, false),
            _ => None,
        }
    }
}

impl Target {
    /// A new one.
    ///
    /// # Errors
    ///
    /// [`Error::Form`].
    pub(super) fn new(change: TargetChange) -> Result<Self> {
        let mut target = Self::default();
        target.apply(change)?;
        Ok(target)
    }

    /// Changes it. Headers hold credentials, so they do not go along to another address, nor to whom other certificates make
    /// believed there.
    ///
    /// # Errors
    ///
    /// [`Error::Form`].
    pub(super) fn apply(&mut self, change: TargetChange) -> Result<()> {
        let moves = change.url.as_ref().is_some_and(|url| *url != self.url)
            || change.ca_certificate.as_ref().is_some_and(|pem| *pem != self.ca_certificate);
        if moves && !self.headers.is_empty() && change.headers.is_none() {
            let message = "give them anew with another url or caCertificate: they would be sent there";
            return Err(Error::form("headers", message));
        }
        set(&mut self.url, change.url);
        set(&mut self.headers, change.headers);
        set(&mut self.ca_certificate, change.ca_certificate);
        set(&mut self.format, change.format);
        self.check()
    }

    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("url", Some(&self.url), &(1..=URL_MAX));
        bounds.list("headers", Some(&self.headers), HEADERS_MAX);
        bounds.finish()?;
        let kind = self.kind().ok_or_else(|| {
            Error::form(
                "url",
                "must be https://…, syslog+tls://host:port, syslog+tcp://host:port or file:, without a user name",
            )
        })?;
        if kind != Kind::Http && !self.headers.is_empty() {
            return Err(Error::form("headers", "are for addresses with http or https only"));
        }
        if !self.headers.iter().all(Header::is_good) {
            return Err(Error::form(
                "headers",
                "must be names and values of headers that do not say how the request is sent",
            ));
        }
        check_certificates("caCertificate", &self.ca_certificate)
    }

    /// What is there; `None` only if the address is damaged.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.url)
    }

    /// What those see who may not change it: scheme and host, and the names of headers.
    pub(super) fn shortened(mut self) -> Self {
        if self.kind() == Some(Kind::Http) {
            self.url = Zeroizing::new(shortened(&self.url));
        }
        for header in &mut self.headers {
            header.value = Zeroizing::default();
        }
        self
    }

    /// Decrypts what the row of a stream holds.
    pub(super) fn open(key: &DataKey, id: &AuditStreamId, stored: &Ciphertext) -> Result<Self> {
        let json = key.decrypt_text(&place(id), stored)?;
        serde_json::from_str(&json).map_err(|error| Error::Internal(format!("stored target: {error}")))
    }

    /// Encrypts it for the row of a stream.
    pub(super) fn seal(&self, key: &DataKey, id: &AuditStreamId, random: &Random) -> Result<Ciphertext> {
        let json = serde_json::to_string(self).map(Zeroizing::new);
        let json = json.map_err(|error| Error::Internal(format!("target: {error}")))?;
        Ok(key.encrypt(&place(id), json.as_bytes(), random))
    }
}

impl Header {
    /// As requests have it.
    pub(super) fn name(&self) -> Option<HeaderName> {
        self.key.parse().ok()
    }

    fn is_good(&self) -> bool {
        self.name().is_some_and(|name| !MADE_HERE.contains(&name))
            && self.value.len() <= VALUE_MAX
            && HeaderValue::from_str(&self.value).is_ok()
    }
}

/// The rows have no versions.
fn place(id: &AuditStreamId) -> Place<'_> {
    Place { table: "audit_streams", row_id: id.as_str(), field: "target", version: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn syslog(host: &str, port: u16, is_tls: bool) -> Kind {
        Kind::Syslog { host: host.to_owned(), port, is_tls }
    }

    #[test]
    fn an_address_says_what_is_there() {
        assert_eq!(Kind::parse("https://logs.test/in?a=b"), Some(Kind::Http));
        assert_eq!(Kind::parse("http://127.0.0.1:9000"), Some(Kind::Http));
        assert_eq!(Kind::parse("syslog+tls://logs.test"), Some(syslog("logs.test", 6514, true)));
        assert_eq!(Kind::parse("syslog+tcp://[::1]:1514/"), Some(syslog("::1", 1514, false)));
        assert_eq!(Kind::parse("file:"), Some(Kind::File));
        for other in [
            "",
            "logs.test",
            "ftp://logs.test",
            "syslog+udp://logs.test",
            "syslog+tls://logs.test/x",
            "syslog+tls://logs.test?x",
            "syslog+tls://a@logs.test",
            "https://a:b@logs.test",
            "file:///etc/passwd",
            "file:x",
            "file:../x",
        ] {
            assert_eq!(Kind::parse(other), None, "{other}");
        }
    }

    #[test]
    fn headers_are_plain_and_leave_the_request_alone() {
        let good = |key: &str, value: &str| {
            Header { key: key.to_owned(), value: Zeroizing::new(value.to_owned()) }.is_good()
        };
        assert!(good("Authorization", "Bearer x") && good("x-key", ""));
        for (key, value) in
            [("", "x"), ("a b", "x"), ("x", "a\r\nb: c"), ("Host", "x"), ("content-type", "x"), ("TE\n", "x")]
        {
            assert!(!good(key, value), "{key}: {value}");
        }
    }

    #[test]
    fn those_who_may_not_change_it_see_no_credential() {
        let header = Header { key: "authorization".to_owned(), value: Zeroizing::new("T0KEN".to_owned()) };
        let url = Zeroizing::new("https://logs.test:8443/T0KEN?k=T0KEN".to_owned());
        let shown = Target { url, headers: vec![header], ..Target::default() }.shortened();
        assert_eq!(shown.url.as_str(), "https://logs.test:8443/…");
        assert_eq!((shown.headers[0].key.as_str(), shown.headers[0].value.as_str()), ("authorization", ""));
    }
}
