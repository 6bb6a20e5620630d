//! The Transit engine of HashiCorp Vault or `OpenBao` as what wraps the root key.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tacit_core::keyring::RootKey;
use zeroize::Zeroizing;

use super::wrapper_http;
use crate::cli::{
    config,
    failure::{Failure, Kind},
};

/// A key of Transit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Transit {
    /// Such as `https://vault.internal:8200`.
    pub(in crate::cli) address: String,
    /// Where the engine is mounted.
    pub(in crate::cli) mount: String,
    /// The name of the key.
    pub(in crate::cli) key: String,
    /// Certificates to trust, in PEM, instead of those of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) ca_cert: Option<PathBuf>,
}

impl Transit {
    /// Wraps a root key.
    ///
    /// # Errors
    ///
    /// If Vault refuses or does not answer, or there are no credentials.
    pub(super) fn encrypt(&self, root: &RootKey) -> Result<String, Failure> {
        let body = json!({ "plaintext": root.to_base64().as_str() });
        let answer =
            self.call(&format!("/v1/{}/encrypt/{}", self.mount, self.key), &body, Some(&self.token()?))?;
        text(&answer, "/data/ciphertext").map(|text| text.to_string())
    }

    /// Unwraps a root key.
    ///
    /// # Errors
    ///
    /// As [`Self::encrypt`].
    pub(super) fn decrypt(&self, ciphertext: &str) -> Result<RootKey, Failure> {
        let body = json!({ "ciphertext": ciphertext });
        let answer =
            self.call(&format!("/v1/{}/decrypt/{}", self.mount, self.key), &body, Some(&self.token()?))?;
        RootKey::parse(&text(&answer, "/data/plaintext")?).map_err(|_| unexpected())
    }

    /// The token of the environment, or the one that an `AppRole` gets.
    fn token(&self) -> Result<Zeroizing<String>, Failure> {
        let variable = |name| config::variable(name).and_then(|value| value.into_string().ok());
        if let Some(token) = variable("TACIT_TRANSIT_TOKEN") {
            return Ok(Zeroizing::new(token));
        }
        let (Some(role), Some(secret)) =
            (variable("TACIT_TRANSIT_ROLE_ID"), variable("TACIT_TRANSIT_SECRET_ID"))
        else {
            return Err(Failure::new(
                Kind::RootKey,
                "the root key is wrapped by Transit, and there are no credentials for it",
                "set TACIT_TRANSIT_TOKEN, or TACIT_TRANSIT_ROLE_ID and TACIT_TRANSIT_SECRET_ID",
            ));
        };
        let body = json!({ "role_id": role, "secret_id": secret });
        let answer = self.call("/v1/auth/approle/login", &body, None)?;
        text(&answer, "/auth/client_token")
    }

    fn call(&self, path: &str, body: &Value, token: Option<&Zeroizing<String>>) -> Result<Value, Failure> {
        let base = self.address.trim_end_matches('/');
        wrapper_http::post(base, path, self.ca_cert.as_deref(), body, |_| {
            let mut headers = vec![("content-type", "application/json".to_owned())];
            headers.extend(token.iter().map(|token| ("x-vault-token", token.to_string())));
            headers
        })
    }
}

fn text(answer: &Value, pointer: &str) -> Result<Zeroizing<String>, Failure> {
    let text = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned).map(Zeroizing::new);
    text.ok_or_else(unexpected)
}

fn unexpected() -> Failure {
    Failure::new(Kind::RootKey, "Transit answered something else than a key", "check address and mount")
}
