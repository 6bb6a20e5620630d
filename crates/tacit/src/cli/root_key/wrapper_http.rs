//! HTTP to a service that wraps root keys: asked at the start, before there is anything to serve.

use std::{path::Path, time::Duration};

use serde_json::Value;
use ureq::{Agent, http::Request};

use crate::cli::{
    client::{Trust, trust},
    failure::{Failure, Kind},
};

/// How long one try may take.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Pauses before the tries that follow the first.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// What came back.
enum Outcome {
    Answer(Value),
    /// Trying again may help.
    Later(String),
    Refused(String),
}

/// POST of JSON; tried again while nobody answers or the service fails. `sign` makes the headers of each try,
/// because a signature holds its time.
///
/// # Errors
///
/// If the service refuses or does not answer at all. What it says is shown: it holds no key.
pub(super) fn post(
    base: &str,
    path: &str,
    ca_cert: Option<&Path>,
    body: &Value,
    sign: impl Fn(&str) -> Vec<(&'static str, String)>,
) -> Result<Value, Failure> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(TIME_MAX))
        .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
        .tls_config(trust::tls_config(base, ca_cert, Trust::Configured)?)
        .build();
    let (agent, text) = (config.new_agent(), body.to_string());
    let mut pauses = PAUSES.iter();
    loop {
        match try_once(&agent, &format!("{base}{path}"), &text, &sign(&text)) {
            Outcome::Answer(answer) => return Ok(answer),
            Outcome::Refused(cause) => {
                return Err(failure(base, &cause, "check its key, its policy and the credentials"));
            }
            Outcome::Later(cause) => match pauses.next() {
                Some(pause) => std::thread::sleep(*pause),
                None => return Err(failure(base, &cause, "make it reachable, and start again")),
            },
        }
    }
}

fn failure(base: &str, cause: &str, next: &str) -> Failure {
    Failure::new(Kind::RootKey, format!("{base} does not unwrap or wrap the root key: {cause}"), next)
}

fn try_once(agent: &Agent, url: &str, body: &str, headers: &[(&'static str, String)]) -> Outcome {
    let mut request = Request::builder().method("POST").uri(url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = match request.body(body.to_owned()) {
        Ok(request) => request,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let mut response = match agent.run(request) {
        Ok(response) => response,
        Err(error) => return Outcome::Later(error.to_string()),
    };
    let status = response.status();
    let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    let answer: Value = text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if status.is_success() {
        return Outcome::Answer(answer);
    }
    let cause = format!("status {}{}", status.as_u16(), said(&answer));
    if status.is_server_error() || status.as_u16() == 429 {
        Outcome::Later(cause)
    } else {
        Outcome::Refused(cause)
    }
}

/// The sentence of AWS or of Vault.
fn said(answer: &Value) -> String {
    let kind = answer.get("__type").and_then(Value::as_str);
    let message =
        answer.get("message").or_else(|| answer.get("Message")).or_else(|| answer.pointer("/errors/0"));
    let parts = kind.into_iter().chain(message.and_then(Value::as_str));
    parts.fold(String::new(), |text, part| text + ", " + part.trim())
}
