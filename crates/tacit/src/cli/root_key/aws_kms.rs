//! The AWS Key Management Service as what wraps the root key.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tacit_core::{
    keyring::RootKey,
    sigv4::{self, Credentials, Request, Scope},
};
use zeroize::Zeroizing;

use super::wrapper_http;
use crate::{
    app::Clock,
    cli::{
        config,
        failure::{Failure, Kind},
    },
};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// A symmetric key of KMS.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct AwsKms {
    /// Id, ARN or alias of the key.
    pub(in crate::cli) key_id: String,
    /// Such as `eu-central-1`.
    pub(in crate::cli) region: String,
    /// Another address than that of the region, such as a VPC endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) endpoint: Option<String>,
}

impl AwsKms {
    /// Wraps a root key.
    ///
    /// # Errors
    ///
    /// If KMS refuses or does not answer, or there are no credentials.
    pub(super) fn encrypt(&self, root: &RootKey) -> Result<String, Failure> {
        let plaintext = root.to_base64();
        let body = json!({
            "KeyId": self.key_id, "Plaintext": plaintext.as_str(), "EncryptionContext": context(),
        });
        let answer = self.call("TrentService.Encrypt", &body)?;
        text(&answer, "CiphertextBlob").map(|text| text.to_string())
    }

    /// Unwraps a root key.
    ///
    /// # Errors
    ///
    /// As [`Self::encrypt`].
    pub(super) fn decrypt(&self, ciphertext: &str) -> Result<RootKey, Failure> {
        let body = json!({
            "KeyId": self.key_id, "CiphertextBlob": ciphertext, "EncryptionContext": context(),
        });
        let answer = self.call("TrentService.Decrypt", &body)?;
        RootKey::parse(&text(&answer, "Plaintext")?).map_err(|_| unexpected())
    }

    fn call(&self, target: &str, body: &Value) -> Result<Value, Failure> {
        let credentials = credentials()?;
        let base = match &self.endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://kms.{}.amazonaws.com", self.region),
        };
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host).to_owned();
        wrapper_http::post(&base, "/", None, body, |text| self.headers(&credentials, &host, target, text))
    }

    /// The headers of a request that is made now, with its signature.
    fn headers(
        &self,
        credentials: &Credentials,
        host: &str,
        target: &str,
        body: &str,
    ) -> Vec<(&'static str, String)> {
        let now = Clock::system().now();
        let mut headers = vec![
            ("content-type", CONTENT_TYPE.to_owned()),
            ("host", host.to_owned()),
            ("x-amz-date", sigv4::date(now)),
        ];
        if let Some(token) = &credentials.session_token {
            headers.push(("x-amz-security-token", token.to_string()));
        }
        headers.push(("x-amz-target", target.to_owned()));
        let signed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request =
            Request { method: "POST", path: "/", query: "", headers: &signed, body: body.as_bytes() };
        let scope = Scope { region: &self.region, service: "kms" };
        let authorization = sigv4::authorization(&request, credentials, scope, now);
        headers.push(("authorization", authorization));
        headers
    }
}

/// Authenticated by KMS: what was wrapped for something else does not unwrap here.
fn context() -> Value {
    json!({ "tacit": "root key" })
}

fn credentials() -> Result<Credentials, Failure> {
    let variable = |name| config::variable(name).and_then(|value| value.into_string().ok());
    let (Some(access_key_id), Some(secret)) =
        (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(Failure::new(
            Kind::RootKey,
            "the root key is wrapped by AWS KMS, and there are no credentials for it",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN with temporary ones",
        ));
    };
    Ok(Credentials {
        access_key_id,
        secret_access_key: Zeroizing::new(secret),
        session_token: variable("AWS_SESSION_TOKEN").map(Zeroizing::new),
    })
}

fn text(answer: &Value, field: &str) -> Result<Zeroizing<String>, Failure> {
    let text = answer.get(field).and_then(Value::as_str).map(str::to_owned).map(Zeroizing::new);
    text.ok_or_else(unexpected)
}

fn unexpected() -> Failure {
    Failure::new(Kind::RootKey, "AWS KMS answered something else than a key", "check the endpoint")
}
