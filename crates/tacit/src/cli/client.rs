//! HTTP to a running server, for `setup`, `quickstart`, `healthcheck` and `audit export`.

mod trust;

use std::{
    io::{self, ErrorKind, Write},
    net::IpAddr,
    path::Path,
    time::Duration,
};

use serde_json::Value;
use ureq::{
    Agent,
    http::{Method, Request, StatusCode, Uri, header},
};
use zeroize::Zeroizing;

use super::{arguments::ServerAddress, config, failure::Failure, terminal};

pub(super) use trust::Trust;

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A server to talk to, and as whom.
pub(super) struct Client {
    agent: Agent,
    base: String,
    token: Option<Zeroizing<String>>,
    setup_token: Option<Zeroizing<String>>,
}

/// What a request sends.
enum Content<'a> {
    Nothing,
    Json(&'a Value),
    Form(&'a [(&'a str, &'a str)]),
}

impl Client {
    /// A client of the server that the flags or this machine's settings name.
    ///
    /// # Errors
    ///
    /// If the address or the certificates cannot be used.
    pub(super) fn new(
        address: &ServerAddress,
        file: Option<&Path>,
        time_max: Duration,
        trust: Trust,
    ) -> Result<Self, Failure> {
        let base = match &address.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => config::server_url(file)?,
        };
        let host = host_of(&base)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(time_max))
            .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
            .tls_config(trust::tls_config(&base, address.ca_cert.as_deref(), trust)?);
        // A proxy could not reach this machine's loopback.
        let config = if is_loopback(&host) { config.proxy(None) } else { config };
        if trust == Trust::Configured && base.starts_with("http://") && !is_loopback(&host) {
            terminal::error_line(&format!(
                "warning: {base} has no TLS, so what is sent can be read on the way"
            ));
        }
        Ok(Self { agent: config.build().new_agent(), base, token: None, setup_token: None })
    }

    /// The server's address, without a slash at the end.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// What the commands that follow need to find the same server: nothing, or ` --url …`.
    pub(super) fn url_flag(&self) -> String {
        config::url_flag(&self.base)
    }

    /// The same server, as the holder of an access token.
    pub(super) fn with_token(&self, token: Zeroizing<String>) -> Self {
        Self { agent: self.agent.clone(), base: self.base.clone(), token: Some(token), setup_token: None }
    }

    /// The same server, with the set-up token.
    pub(super) fn with_setup_token(&self, token: Option<Zeroizing<String>>) -> Self {
        Self { agent: self.agent.clone(), base: self.base.clone(), token: None, setup_token: token }
    }

    /// GET; the answer as JSON.
    ///
    /// # Errors
    ///
    /// If nobody answers, or with anything but success: then the cause is the server's sentence.
    pub(super) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path, &Content::Nothing)
    }

    /// GET of a file of any length, which is written as it comes. Errors as [`Self::get`], and if it ends early.
    pub(super) fn save(&self, path: &str, file: &mut dyn Write) -> Result<u64, Failure> {
        let request = self.request(Method::GET, path, &Content::Nothing)?;
        let mut response = self.agent.run(request).map_err(|error| self.no_answer(&error))?;
        let status = response.status();
        if status.is_success() {
            return io::copy(&mut response.body_mut().as_reader(), file)
                .map_err(|error| Failure::failed(format!("the file is not whole: {error}"), "try again"));
        }
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = text.map_err(|error| self.no_answer(&error))?;
        Err(refused(path, status, &serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// POST of JSON. Errors as [`Self::get`].
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(Method::POST, path, &Content::Json(body))
    }

    /// POST of a form. Errors as [`Self::get`].
    pub(super) fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Value, Failure> {
        self.send(Method::POST, path, &Content::Form(fields))
    }

    /// DELETE. Errors as [`Self::get`].
    pub(super) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::DELETE, path, &Content::Nothing)
    }

    fn send(&self, method: Method, path: &str, content: &Content<'_>) -> Result<Value, Failure> {
        let request = self.request(method, path, content)?;
        let mut response = self.agent.run(request).map_err(|error| self.no_answer(&error))?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = Zeroizing::new(text.map_err(|error| self.no_answer(&error))?);
        let answer = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        Err(refused(path, status, &answer))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        content: &Content<'_>,
    ) -> Result<Request<Vec<u8>>, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.as_str()));
        }
        if let Some(token) = &self.setup_token {
            request = request.header("x-tacit-setup-token", token.as_str());
        }
        let (kind, body) = match content {
            Content::Nothing => (None, Vec::new()),
            Content::Json(body) => (Some("application/json"), body.to_string().into_bytes()),
            Content::Form(fields) => (Some("application/x-www-form-urlencoded"), form(fields)),
        };
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        request.body(body).map_err(|error| {
            Failure::failed(format!("the request cannot be made: {error}"), "check --url and the token")
        })
    }

    fn no_answer(&self, error: &ureq::Error) -> Failure {
        match error {
            ureq::Error::Io(cause) if cause.kind() == ErrorKind::ConnectionRefused => Failure::failed(
                format!("no server answers at {}", self.base),
                "start it with: tacit server, or name another with --url",
            ),
            _ if trust::is_about_tls(error) => Failure::failed(
                format!("the certificate of {} is not trusted: {error}", self.base),
                "name the certificate that signed it with --ca-cert, and the host as it is written in it",
            ),
            _ => Failure::failed(
                format!("no answer from {}: {error}", self.base),
                "check --url and the server's log",
            ),
        }
    }
}

fn refused(path: &str, status: StatusCode, answer: &Value) -> Failure {
    Failure::failed(
        format!("{} (status {}, {path})", message(answer), status.as_u16()),
        next_step(status.as_u16()),
    )
}

/// The text at a JSON pointer (RFC 6901) of an answer.
///
/// # Errors
///
/// If it is not there: the server is something else, or of another release.
pub(super) fn text(answer: &Value, pointer: &str) -> Result<String, Failure> {
    answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
        Failure::failed(
            format!("the server's answer has no {pointer}"),
            "check that --url is a tacit server of this release",
        )
    })
}

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// The server's sentence, from its envelope (wire-contract 2.1).
fn message(answer: &Value) -> String {
    match answer.get("message") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(issues)) => issues.iter().map(issue).collect::<Vec<_>>().join("; "),
        _ => "the server refused".to_owned(),
    }
}

fn issue(issue: &Value) -> String {
    let field = issue.pointer("/path/0").and_then(Value::as_str).unwrap_or("request");
    format!("{field}: {}", issue.get("message").and_then(Value::as_str).unwrap_or("not valid"))
}

fn next_step(status: u16) -> &'static str {
    match status {
        401 => "check e-mail and password, or the token",
        403 => "use an account that may do this",
        404 => "check that --url is a tacit server of this release",
        500.. => "look at the server's log; nothing was done",
        _ => "change what the sentence names and try again",
    }
}

fn host_of(base: &str) -> Result<String, Failure> {
    let uri = base.parse::<Uri>().ok();
    let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.path().len() <= 1);
    uri.and_then(|uri| uri.host().map(str::to_owned)).ok_or_else(|| {
        Failure::settings(
            format!("{base:?} is not the address of a server"),
            "write it like http://127.0.0.1:8080 or https://tacit.example.com",
        )
    })
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_is_named_by_scheme_and_host() {
        assert_eq!(host_of("https://tacit.example.com").unwrap(), "tacit.example.com");
        assert_eq!(host_of("http://[::1]:8080").unwrap(), "[::1]");
        for wrong in ["tacit.example.com", "ftp://a", "http://a/b", ""] {
            assert!(host_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["127.0.0.1.example.com", "10.0.0.7", "localhost.example.com"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn the_servers_sentence_is_shown_for_both_forms_of_errors() {
        assert_eq!(message(&json!({ "message": "No" })), "No");
        let issues = json!({ "message": [{ "path": ["email"], "message": "is empty" }] });
        assert_eq!(message(&issues), "email: is empty");
    }
}
