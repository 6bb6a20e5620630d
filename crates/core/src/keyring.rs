//! The root key: wraps the data keys and the keys of the instance.
//!
//! Derivation is HKDF-SHA256 (RFC 5869) of the 32 bytes, with salt `tacit root key` and one label
//! for each purpose, 32 bytes out:
//!
//! | label | use |
//! |---|---|
//! | `tacit 1 wrap` | AES-256-GCM over other keys, in the format of [`cipher`](crate::cipher) |
//! | `tacit 1 check` | the key-check value |
//! | `tacit 1 id` | the first 8 bytes are the fingerprint |
//! | `tacit 1 recovery` | HMAC-SHA256 of the public half of the recovery key ([`recovery`]) |
//! | `tacit 1 token`, `hash`, `challenge`, `etag` | keys of the instance as earlier releases had them ([`instance`]) |
//!
//! A wrapped key is a ciphertext at table `data_keys`, row id = owner, field `key`, version = key number;
//! the number in its header is the number of the *wrapped* key. Nothing else is encrypted, hashed or signed
//! under the root key, so that another one takes its place by wrapping these keys anew
//! ([`RootKey::rewrap`]).

use aws_lc_rs::{
    constant_time,
    hkdf::{HKDF_SHA256, Salt},
};
use zeroize::Zeroizing;

use crate::{
    audit_chain::SigningKey,
    base64url,
    cipher::{Ciphertext, DataKey, DecryptError, KeyBytes, Place},
    hex,
    random::Random,
};

pub mod instance;
pub mod passphrase;
pub mod recovery;
mod text;

/// The text is not a root key. It is not quoted, because it may be nearly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a root key is 64 hexadecimal characters, or 32 bytes in base64")]
pub struct RootKeyError;

/// The key above all others: 32 bytes that are kept apart from the data.
pub struct RootKey(KeyBytes);

/// Prints no key.
impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey(..)")
    }
}

impl RootKey {
    /// Makes a new key.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(KeyBytes::generate(random))
    }

    /// Reads a key: 64 hexadecimal characters, or 32 bytes in base64 (standard or URL-safe, with
    /// or without padding). White space around it is ignored.
    ///
    /// # Errors
    ///
    /// [`RootKeyError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, RootKeyError> {
        let text = text.trim();
        let bytes = hex::decode_32(text).or_else(|| text::decode_base64_32(text));
        bytes.map(|bytes| Self(KeyBytes::new(bytes))).ok_or(RootKeyError)
    }

    /// The key as 64 lower-case hexadecimal characters, for the key file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        hex::encode(self.0.as_bytes())
    }

    /// The key in base64 (RFC 4648 4), for services that wrap it.
    #[must_use]
    pub fn to_base64(&self) -> Zeroizing<String> {
        let mut text = base64url::encode(self.0.as_bytes()).replace('-', "+").replace('_', "/");
        text.push('=');
        Zeroizing::new(text)
    }

    /// A public fingerprint of 16 hexadecimal characters: tells keys apart and reveals nothing.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(&self.derive(ID)[..8]).to_string()
    }

    /// The 32 bytes to store beside the data, so that a start with another key is noticed.
    #[must_use]
    pub fn check_value(&self) -> Vec<u8> {
        self.derive(CHECK).to_vec()
    }

    /// Whether `check_value` was made by this key. Compares in constant time.
    #[must_use]
    pub fn matches(&self, check_value: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&*self.derive(CHECK), check_value).is_ok()
    }

    /// Encrypts a data key for storing. `owner` is `organization:<id>` or `project:<id>`; `number`
    /// is the number of the data key.
    #[must_use]
    pub fn wrap(&self, owner: &str, key: &KeyBytes, number: u32, random: &Random) -> Ciphertext {
        self.wrapping_key(number).encrypt(&place(owner, number), key.as_bytes(), random)
    }

    /// Decrypts a data key that was wrapped for `owner`. Its number is the one it was wrapped with.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if the root key, the owner or any bit of `wrapped` differs.
    pub fn unwrap(&self, owner: &str, wrapped: &Ciphertext) -> Result<DataKey, DecryptError> {
        self.unwrap_bytes(owner, wrapped).map(|(number, bytes)| DataKey::new(number, &bytes))
    }

    /// Decrypts the key that signs the audit log, which was wrapped for `owner`, `audit-signing:<id>`, as
    /// data keys are.
    ///
    /// # Errors
    ///
    /// As [`Self::unwrap`].
    pub fn unwrap_signing_key(&self, owner: &str, wrapped: &Ciphertext) -> Result<SigningKey, DecryptError> {
        let (_, seed) = self.unwrap_bytes(owner, wrapped)?;
        SigningKey::new(&seed).ok_or(DecryptError)
    }

    /// The same key as `wrapped` holds, with the same number, wrapped by the root key `next`.
    ///
    /// # Errors
    ///
    /// As [`Self::unwrap`].
    pub fn rewrap(
        &self,
        next: &Self,
        owner: &str,
        wrapped: &Ciphertext,
        random: &Random,
    ) -> Result<Ciphertext, DecryptError> {
        let (number, bytes) = self.unwrap_bytes(owner, wrapped)?;
        Ok(next.wrap(owner, &bytes, number, random))
    }

    fn unwrap_bytes(&self, owner: &str, wrapped: &Ciphertext) -> Result<(u32, KeyBytes), DecryptError> {
        let number = wrapped.key_number().ok_or(DecryptError)?;
        let plaintext = self.wrapping_key(number).decrypt(&place(owner, number), wrapped)?;
        KeyBytes::from_slice(&plaintext).map(|bytes| (number, bytes)).ok_or(DecryptError)
    }

    /// One key under any number: the number in the header is that of the wrapped key.
    fn wrapping_key(&self, number: u32) -> DataKey {
        DataKey::new(number, &KeyBytes::new(self.derive(WRAP)))
    }

    #[expect(clippy::expect_used, reason = "HKDF refuses only more than 8,160 bytes; this asks for 32")]
    fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"tacit root key")
            .extract(self.0.as_bytes())
            .expand(&[label], HKDF_SHA256)
            .and_then(|output| output.fill(key.as_mut_slice()))
            .expect("32 bytes of output");
        key
    }
}

/// Labels of derived keys. No two purposes share a label, so no two share a key.
const WRAP: &[u8] = b"tacit 1 wrap";
const CHECK: &[u8] = b"tacit 1 check";
const ID: &[u8] = b"tacit 1 id";

fn place(owner: &str, number: u32) -> Place<'_> {
    Place { table: "data_keys", row_id: owner, field: "key", version: i64::from(number) }
}

#[cfg(test)]
mod tests;
