//! Public keys, from PEM and from key sets (RFC 7517), and what each may have signed.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde_json::Value;

use super::Head;

/// Keys that a set may have; further ones are left out.
const KEYS_MAX: usize = 100;

/// Why a text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM of an RSA, EC or Ed25519 public key.
    #[error("this is not a public key of RSA, P-256, P-384 or Ed25519 in PEM")]
    NoPublicKey,
    /// Not a JSON Web Key Set.
    #[error("this is not a JSON Web Key Set")]
    NoKeySet,
}

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    id: Option<String>,
    decoding: DecodingKey,
    accepts: Vec<Algorithm>,
}

/// Prints no key.
impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:?}, {:?})", self.id, self.accepts)
    }
}

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

impl PublicKey {
    /// Reads a key in PEM (`BEGIN PUBLIC KEY`, for RSA also `BEGIN RSA PUBLIC KEY`).
    ///
    /// # Errors
    ///
    /// [`KeyError::NoPublicKey`], also for a private key or a certificate.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let new = |decoding, accepts: &[Algorithm]| Self { id: None, decoding, accepts: accepts.to_vec() };
        let bytes = pem.trim().as_bytes();
        if !pem.contains("PUBLIC KEY-----") {
            return Err(KeyError::NoPublicKey);
        }
        if let Ok(key) = DecodingKey::from_rsa_pem(bytes) {
            return Ok(new(key, &RSA));
        }
        if let Ok(key) = DecodingKey::from_ed_pem(bytes) {
            return Ok(new(key, &[Algorithm::EdDSA]));
        }
        let key = DecodingKey::from_ec_pem(bytes).map_err(|_| KeyError::NoPublicKey)?;
        // An uncompressed point is 1 + 2 × the size of the field.
        match key.try_get_as_bytes().map(<[u8]>::len) {
            Ok(65) => Ok(new(key, &[Algorithm::ES256])),
            Ok(97) => Ok(new(key, &[Algorithm::ES384])),
            _ => Err(KeyError::NoPublicKey),
        }
    }

    /// Reads a key of a set; `None` if it is not for signatures or of a kind that is not accepted.
    fn from_jwk(value: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
        if !jwk.common.public_key_use.as_ref().is_none_or(is_for_tokens) {
            return None;
        }
        let accepts: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => &RSA,
            AlgorithmParameters::EllipticCurve(point) => match point.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => return None,
        };
        let mut accepts = accepts.to_vec();
        if let Some(only) = jwk.common.key_algorithm {
            let only: Algorithm = only.to_string().parse().ok()?;
            accepts.retain(|algorithm| *algorithm == only);
        }
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { id: jwk.common.key_id, decoding, accepts })
    }

    pub(super) fn accepts(&self, algorithm: Algorithm) -> bool {
        self.accepts.contains(&algorithm)
    }

    pub(super) const fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

/// A trust bundle of SPIFFE says of its keys whether they sign tokens or certificates, in words of its own (SPIFFE
/// Trust Domain and Bundle, 4.2.2).
fn is_for_tokens(usage: &PublicKeyUse) -> bool {
    match usage {
        PublicKeyUse::Signature => true,
        PublicKeyUse::Other(usage) => usage == "jwt-svid",
        PublicKeyUse::Encryption => false,
    }
}

/// The keys of one signer.
#[derive(Clone, Debug, Default)]
pub struct PublicKeys(Vec<PublicKey>);

impl PublicKeys {
    /// These keys.
    #[must_use]
    pub fn new(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }

    /// Reads a JSON Web Key Set. Keys that are not for signatures, symmetric, or of an unknown kind are left out.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoKeySet`] if it is not JSON with a list called `keys`.
    pub fn from_json(json: &[u8]) -> Result<Self, KeyError> {
        let set: Value = serde_json::from_slice(json).map_err(|_| KeyError::NoKeySet)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(KeyError::NoKeySet)?;
        Ok(Self(keys.iter().take(KEYS_MAX).filter_map(PublicKey::from_jwk).collect()))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that may have signed a token: those with the id it names. A key without an id may always have, and a
    /// token without one may be by any key.
    pub(super) fn candidates<'a>(&'a self, head: &'a Head) -> impl Iterator<Item = &'a PublicKey> {
        self.0.iter().filter(|key| match (&key.id, &head.key_id) {
            (Some(id), Some(named)) => id == named,
            _ => true,
        })
    }
}
