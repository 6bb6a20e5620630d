//! Machine secrets and access tokens: making, hashing and checking them.
//!
//! A machine secret (client secret, refresh token) is 256 random bits. Being unguessable it needs
//! no slow hash: the database holds its HMAC-SHA256 under a [`HashKey`].
//!
//! An access token is a JWT (RFC 7519), signed with HMAC-SHA256 (`HS256`) under a [`TokenKey`].
//! Clients decode its claims without checking them; whether it still counts is server state
//! (`decisions.md` 4, 9, 10).

use aws_lc_rs::{digest::SHA256, hmac};
use zeroize::Zeroizing;

use crate::{hex, random::Random};

mod claims;
mod jwt;
mod named_secret;

pub use claims::{Claims, IdentityClaims, UserClaims};
pub use jwt::{TokenError, TokenKey};
pub use named_secret::{NamedSecret, SecretKind};

/// A key for hashing machine secrets with HMAC-SHA256.
pub struct HashKey(hmac::Key);

/// Prints no key.
impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl HashKey {
    /// A key of 32 bytes, one of [`InstanceKeys`](crate::keyring::instance::InstanceKeys) or of a
    /// [`DataKey`](crate::cipher::DataKey).
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The 32 bytes to store for `secret`, or to look it up by.
    #[must_use]
    pub fn hash(&self, secret: &[u8]) -> [u8; 32] {
        first_32(hmac::sign(&self.0, secret).as_ref())
    }

    /// Whether `hash` is the hash of `secret`. Compares in constant time.
    #[must_use]
    pub fn verify(&self, secret: &[u8], hash: &[u8]) -> bool {
        hmac::verify(&self.0, secret, hash).is_ok()
    }
}

/// Makes a machine secret: 256 random bits as 64 lower-case hexadecimal characters.
#[must_use]
pub fn new_secret(random: &Random) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(bytes.as_mut_slice());
    hex::encode(bytes.as_slice())
}

/// SHA-256 of a token, for finding the state of one that was verified before without keeping the
/// token itself.
#[must_use]
pub fn digest(token: &str) -> [u8; 32] {
    first_32(aws_lc_rs::digest::digest(&SHA256, token.as_bytes()).as_ref())
}

/// The output of SHA-256, which is 32 bytes long, as an array.
fn first_32(output: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(output);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hashing_is_hmac_sha_256_and_looking_up_is_sha_256() {
        // RFC 4231 test case 1, whose key of 20 bytes HMAC itself pads with zeros.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let hash = HashKey::new(&key).hash(b"Hi There");
        let known = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(*hex::encode(&hash), known);

        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(*hex::encode(&digest("abc")), known);
    }

    #[test]
    fn a_secret_is_64_hexadecimal_characters_and_never_twice_the_same() {
        let secret = new_secret(&Random::system());

        assert!(hex::decode_32(&secret).is_some());
        assert_eq!(secret.to_lowercase(), *secret);
        assert_ne!(secret, new_secret(&Random::system()));
    }

    proptest! {
        #[test]
        fn a_hash_verifies_its_secret_only(secret: Vec<u8>, other: Vec<u8>) {
            let key = HashKey::new(&[7; 32]);
            let hash = key.hash(&secret);

            prop_assert!(key.verify(&secret, &hash));
            prop_assert_eq!(key.verify(&other, &hash), other == secret);
            prop_assert!(!key.verify(&secret, &hash[..31]));
            prop_assert!(!key.verify(&secret, &[]));
            prop_assert!(!HashKey::new(&[8; 32]).verify(&secret, &hash));
        }
    }
}
