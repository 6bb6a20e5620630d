//! The root key: wraps the data keys and derives every other key of the server.
//!
//! Derivation is HKDF-SHA256 (RFC 5869) of the 32 bytes, with salt `tacit root key` and one label
//! for each purpose, 32 bytes out:
//!
//! | label | use |
//! |---|---|
//! | `tacit 1 wrap` | AES-256-GCM over data keys, in the format of [`cipher`](crate::cipher) |
//! | `tacit 1 token` | HMAC-SHA256 that signs access tokens |
//! | `tacit 1 hash` | HMAC-SHA256 of machine secrets as they are stored |
//! | `tacit 1 challenge` | HMAC-SHA256 that seals challenges of passkeys |
//! | `tacit 1 etag` | HMAC-SHA256 of answers, for ETags |
//! | `tacit 1 check` | the key-check value |
//! | `tacit 1 id` | the first 8 bytes are the fingerprint |
//!
//! A wrapped data key is a ciphertext at table `data_keys`, row id = owner, field `key`,
//! version = key number; the number in its header is the number of the *wrapped* key.

use aws_lc_rs::{
    constant_time,
    hkdf::{HKDF_SHA256, Salt},
};
use zeroize::Zeroizing;

use crate::{
    audit_chain::SigningKey,
    cipher::{Ciphertext, DataKey, DecryptError, KeyBytes, Place},
    hex,
    passkey::Challenges,
    random::Random,
    token::{HashKey, TokenKey},
};

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

    /// A public fingerprint of 16 hexadecimal characters: tells keys apart and reveals nothing.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(&self.derive(Purpose::Id)[..8]).to_string()
    }

    /// The 32 bytes to store beside the data, so that a start with another key is noticed.
    #[must_use]
    pub fn check_value(&self) -> Vec<u8> {
        self.derive(Purpose::Check).to_vec()
    }

    /// Whether `check_value` was made by this key. Compares in constant time.
    #[must_use]
    pub fn matches(&self, check_value: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&*self.derive(Purpose::Check), check_value).is_ok()
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
        let (number, bytes) = self.unwrap_bytes(owner, wrapped)?;
        Ok(DataKey::new(number, &bytes))
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

    fn unwrap_bytes(&self, owner: &str, wrapped: &Ciphertext) -> Result<(u32, KeyBytes), DecryptError> {
        let number = wrapped.key_number().ok_or(DecryptError)?;
        let plaintext = self.wrapping_key(number).decrypt(&place(owner, number), wrapped)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if plaintext.len() != bytes.len() {
            return Err(DecryptError);
        }
        bytes.copy_from_slice(&plaintext);
        Ok((number, KeyBytes::new(bytes)))
    }

    /// The key that signs access tokens.
    #[must_use]
    pub fn token_key(&self) -> TokenKey {
        TokenKey::new(&self.derive(Purpose::Token))
    }

    /// The key under which machine secrets are hashed for storing.
    #[must_use]
    pub fn hash_key(&self) -> HashKey {
        HashKey::new(&self.derive(Purpose::Hash))
    }

    /// The key under which answers are hashed for their ETag, so that it reveals no value.
    #[must_use]
    pub fn etag_key(&self) -> HashKey {
        HashKey::new(&self.derive(Purpose::Etag))
    }

    /// What makes and checks challenges of passkeys.
    #[must_use]
    pub fn challenges(&self) -> Challenges {
        Challenges::new(HashKey::new(&self.derive(Purpose::Challenge)))
    }

    /// One key under any number: the number in the header is that of the wrapped key.
    fn wrapping_key(&self, number: u32) -> DataKey {
        DataKey::new(number, &KeyBytes::new(self.derive(Purpose::Wrap)))
    }

    #[expect(clippy::expect_used, reason = "HKDF refuses only more than 8,160 bytes; this asks for 32")]
    fn derive(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"tacit root key")
            .extract(self.0.as_bytes())
            .expand(&[purpose.label()], HKDF_SHA256)
            .and_then(|output| output.fill(key.as_mut_slice()))
            .expect("32 bytes of output");
        key
    }
}

/// What a derived key is for. No two purposes share a label, so no two share a key.
#[derive(Clone, Copy)]
enum Purpose {
    Wrap,
    Token,
    Hash,
    Challenge,
    Etag,
    Check,
    Id,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Wrap => b"tacit 1 wrap",
            Self::Token => b"tacit 1 token",
            Self::Hash => b"tacit 1 hash",
            Self::Challenge => b"tacit 1 challenge",
            Self::Etag => b"tacit 1 etag",
            Self::Check => b"tacit 1 check",
            Self::Id => b"tacit 1 id",
        }
    }
}

fn place(owner: &str, number: u32) -> Place<'_> {
    Place { table: "data_keys", row_id: owner, field: "key", version: i64::from(number) }
}

#[cfg(test)]
mod tests;
