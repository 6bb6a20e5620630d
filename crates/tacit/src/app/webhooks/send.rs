//! Encrypting what a webhook keeps secret, and sending one notice.

use tacit_core::{
    cipher::{Ciphertext, DataKey, DecryptError, Place},
    id::WebhookId,
    random::Random,
    webhook,
};
use ureq::http::HeaderName;
use zeroize::Zeroizing;

use super::{Kind, message::Notice};
use crate::app::{
    App, Result,
    egress::{EgressError, Post},
};

/// The header with time and signature (wire-contract 13.2).
const SIGNATURE: HeaderName = HeaderName::from_static("x-infisical-signature");
/// The rows have no versions.
const VERSION: i64 = 1;
const URL: &str = "url";
const SECRET_KEY: &str = "secret_key";

/// What a webhook keeps secret, in the clear.
pub(super) struct Secrets {
    pub(super) url: Zeroizing<String>,
    pub(super) secret_key: Option<Zeroizing<String>>,
}

impl Secrets {
    /// Decrypts what the row of a webhook holds.
    pub(super) fn open(
        key: &DataKey,
        id: &WebhookId,
        url: &Ciphertext,
        secret_key: Option<&[u8]>,
    ) -> Result<Self, DecryptError> {
        let secret_key = secret_key.map(|bytes| Ciphertext(bytes.to_vec()));
        Ok(Self {
            url: open(key, id, URL, url)?,
            secret_key: secret_key.map(|key_text| open(key, id, SECRET_KEY, &key_text)).transpose()?,
        })
    }

    /// Encrypts the address for the row of a webhook.
    pub(super) fn seal_url(key: &DataKey, id: &WebhookId, url: &str, random: &Random) -> Ciphertext {
        key.encrypt(&place(id, URL), url.as_bytes(), random)
    }

    /// Encrypts the key for signing for the row of a webhook.
    pub(super) fn seal_key(key: &DataKey, id: &WebhookId, text: &str, random: &Random) -> Vec<u8> {
        key.encrypt(&place(id, SECRET_KEY), text.as_bytes(), random).0
    }

    /// Sends one notice.
    ///
    /// # Errors
    ///
    /// [`EgressError`], without a word about the address.
    pub(super) async fn send(self, app: &App, kind: Kind, notice: &Notice<'_>) -> Result<(), EgressError> {
        let body = notice.body(kind);
        let mut headers = Vec::new();
        if let Some(key) = &self.secret_key {
            let value = format!("t={};{}", notice.sent_at.millis(), webhook::sign(key, &body));
            headers.push((SIGNATURE, value));
        }
        app.egress.post(Post { url: self.url, headers, body }).await
    }
}

fn open(
    key: &DataKey,
    id: &WebhookId,
    field: &'static str,
    ciphertext: &Ciphertext,
) -> Result<Zeroizing<String>, DecryptError> {
    key.decrypt_text(&place(id, field), ciphertext)
}

fn place<'a>(id: &'a WebhookId, field: &'a str) -> Place<'a> {
    Place { table: "webhooks", row_id: id.as_str(), field, version: VERSION }
}
