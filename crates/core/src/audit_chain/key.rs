//! Who signs: Ed25519 (RFC 8032).

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};

use crate::{cipher::KeyBytes, hex};

/// The fingerprint of a public key: 32 hexadecimal digits, half of the SHA-256 of
/// `tacit audit key 1`, a zero byte, and the 32 bytes of the key. So the name of a key cannot be given
/// to another.
pub type KeyId = String;

/// A key that signs, made from 32 random bytes.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: VerifyingKey,
}

/// Prints no key.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.id())
    }
}

impl SigningKey {
    /// The key that belongs to these bytes. `None` if the library refuses them, which it does for none.
    #[must_use]
    pub fn new(seed: &KeyBytes) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_bytes()).ok()?;
        let public = VerifyingKey::from_bytes(pair.public_key().as_ref())?;
        Some(Self { pair, public })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &VerifyingKey {
        &self.public
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// The public half of a [`SigningKey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    bytes: [u8; 32],
    id: KeyId,
}

impl VerifyingKey {
    /// From stored bytes. `None` unless there are 32.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 32] = bytes.try_into().ok()?;
        let mut labelled = b"tacit audit key 1\0".to_vec();
        labelled.extend_from_slice(&bytes);
        let id = hex::encode(&digest(&SHA256, &labelled).as_ref()[..16]).to_string();
        Some(Self { bytes, id })
    }

    /// Reads 64 hexadecimal digits. `None` if `text` is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(hex::decode_32(text)?.as_slice())
    }

    /// Its fingerprint.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The key as 64 hexadecimal digits.
    #[must_use]
    pub fn to_text(&self) -> String {
        hex::encode(&self.bytes).to_string()
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes).verify(message, signature).is_ok()
    }
}
