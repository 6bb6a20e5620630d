//! Keys of the instance: what signs tokens and hashes credentials.
//!
//! They are random, and stored wrapped by the root key, so that they outlive it. Earlier releases derived
//! them from the root key; [`RootKey::derived_key`] makes those, to be stored at the first start of this one.

use super::{KeyBytes, RootKey};
use crate::{
    cipher::{Ciphertext, DecryptError},
    passkey::Challenges,
    random::Random,
    token::{HashKey, TokenKey},
};

/// The number of a key of the instance: each purpose has one.
const NUMBER: u32 = 1;

/// What a key of the instance is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstancePurpose {
    /// HMAC-SHA256 that signs access tokens.
    Token,
    /// HMAC-SHA256 of machine secrets as they are stored.
    Hash,
    /// HMAC-SHA256 that seals challenges of passkeys.
    Challenge,
    /// HMAC-SHA256 of answers, for `ETag`s.
    Etag,
}

impl InstancePurpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Token, Self::Hash, Self::Challenge, Self::Etag];

    /// The name under which the key is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Hash => "hash",
            Self::Challenge => "challenge",
            Self::Etag => "etag",
        }
    }

    /// The label under which earlier releases derived it.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Token => b"tacit 1 token",
            Self::Hash => b"tacit 1 hash",
            Self::Challenge => b"tacit 1 challenge",
            Self::Etag => b"tacit 1 etag",
        }
    }

    fn owner(self) -> String {
        format!("instance:{}", self.as_str())
    }
}

/// The keys of the instance, in use.
#[derive(Debug)]
pub struct InstanceKeys {
    /// Signs access tokens.
    pub tokens: TokenKey,
    /// Hashes machine secrets for storing.
    pub hashes: HashKey,
    /// Makes and checks challenges of passkeys.
    pub challenges: Challenges,
    /// Hashes answers into `ETag`s, so that these reveal no value.
    pub etags: HashKey,
}

impl InstanceKeys {
    /// Takes each key from where it is.
    ///
    /// # Errors
    ///
    /// What `key` fails with.
    pub fn from<E>(key: impl Fn(InstancePurpose) -> Result<KeyBytes, E>) -> Result<Self, E> {
        Ok(Self {
            tokens: TokenKey::new(key(InstancePurpose::Token)?.as_bytes()),
            hashes: HashKey::new(key(InstancePurpose::Hash)?.as_bytes()),
            challenges: Challenges::new(HashKey::new(key(InstancePurpose::Challenge)?.as_bytes())),
            etags: HashKey::new(key(InstancePurpose::Etag)?.as_bytes()),
        })
    }

    /// New keys that are stored nowhere.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        match Self::from::<std::convert::Infallible>(|_| Ok(KeyBytes::generate(random))) {
            Ok(keys) => keys,
            Err(never) => match never {},
        }
    }
}

impl RootKey {
    /// The key that earlier releases derived for `purpose`.
    #[must_use]
    pub fn derived_key(&self, purpose: InstancePurpose) -> KeyBytes {
        KeyBytes::new(self.derive(purpose.label()))
    }

    /// Encrypts a key of the instance for storing.
    #[must_use]
    pub fn wrap_instance_key(&self, purpose: InstancePurpose, key: &KeyBytes, random: &Random) -> Ciphertext {
        self.wrap(&purpose.owner(), key, NUMBER, random)
    }

    /// Decrypts a key of the instance.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if the root key, the purpose or any bit of `wrapped` differs.
    pub fn unwrap_instance_key(
        &self,
        purpose: InstancePurpose,
        wrapped: &Ciphertext,
    ) -> Result<KeyBytes, DecryptError> {
        self.unwrap_bytes(&purpose.owner(), wrapped).map(|(_, bytes)| bytes)
    }
}
