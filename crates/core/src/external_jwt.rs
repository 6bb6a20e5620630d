//! JSON Web Tokens (RFC 7519) that somebody else signed: an identity provider, a cloud, a cluster.
//!
//! Only signatures by asymmetric keys count, and a key decides which algorithms it may have made: a token cannot
//! choose to be checked as something else (RFC 8725, 2.1 and 3.1). Claims are looked at after the signature is
//! known to be good.

mod claims;
mod key;

pub use claims::{Claims, TimeError, covers_audience};
pub use key::{KeyError, PublicKey, PublicKeys};

use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use serde_json::{Map, Value};

use crate::base64url;

/// The longest token that is looked at, in bytes.
pub const LENGTH_MAX: usize = 16 * 1024;

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Not three parts of base64 with JSON in them, or too long.
    #[error("the token is not a JSON Web Token")]
    Malformed,
    /// Not signed, or by an algorithm that anybody who can check it could have used, or an unknown one.
    #[error("the token names a signature algorithm that is not accepted")]
    WrongAlgorithm,
    /// No key has the id that the token names.
    #[error("none of the keys has the id that the token names")]
    UnknownKey,
    /// Changed after signing, or signed by another key.
    #[error("the signature is not by any of the keys")]
    InvalidSignature,
}

/// What a token says of its own signature. Nobody has checked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How it was signed.
    algorithm: Algorithm,
    /// Which key it was signed by.
    pub key_id: Option<String>,
}

/// Reads what a token says of its signature.
///
/// # Errors
///
/// [`JwtError::Malformed`] or [`JwtError::WrongAlgorithm`].
pub fn head(token: &str) -> Result<Head, JwtError> {
    if token.len() > LENGTH_MAX {
        return Err(JwtError::Malformed);
    }
    match jsonwebtoken::decode_header(token) {
        Ok(header) if is_symmetric(header.alg) => Err(JwtError::WrongAlgorithm),
        Ok(header) => Ok(Head { algorithm: header.alg, key_id: header.kid }),
        // A header that is JSON, but names an algorithm that the library does not know, such as `none`.
        Err(error) if matches!(error.kind(), ErrorKind::Json(json) if json.is_data()) => {
            Err(JwtError::WrongAlgorithm)
        }
        Err(_) => Err(JwtError::Malformed),
    }
}

/// What a token claims to be a text called `name`. Nobody has checked it: it is only good for finding the keys to
/// check it by.
///
/// # Errors
///
/// [`JwtError::Malformed`] or [`JwtError::WrongAlgorithm`].
pub fn claimed(token: &str, name: &str) -> Result<Option<String>, JwtError> {
    head(token)?;
    let payload = token.split('.').nth(1).and_then(base64url::decode).ok_or(JwtError::Malformed)?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).map_err(|_| JwtError::Malformed)?;
    Ok(claims.get(name).and_then(Value::as_str).map(str::to_owned))
}

const fn is_symmetric(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

/// Checks the signature and returns what the token says. Its times, issuer and audience are not looked at:
/// ask [`Claims`].
///
/// # Errors
///
/// The first [`JwtError`] that applies. [`JwtError::UnknownKey`] is worth another look at where the keys come from.
pub fn verify(token: &str, keys: &PublicKeys) -> Result<Claims, JwtError> {
    let head = head(token)?;
    let mut candidates = keys.candidates(&head).peekable();
    if candidates.peek().is_none() {
        return Err(JwtError::UnknownKey);
    }
    candidates
        .find_map(|key| verify_with(token, &head, key).transpose())
        .unwrap_or(Err(JwtError::InvalidSignature))
        .map(Claims::new)
}

/// `None` if another key may do.
fn verify_with(token: &str, head: &Head, key: &PublicKey) -> Result<Option<Map<String, Value>>, JwtError> {
    if !key.accepts(head.algorithm) {
        return Ok(None);
    }
    match jsonwebtoken::decode(token, key.decoding(), &validation(head.algorithm)) {
        Ok(data) => Ok(Some(data.claims)),
        Err(error) => match error.kind() {
            // The signature is verified before the claims are read.
            ErrorKind::Json(_) | ErrorKind::Utf8(_) => Err(JwtError::Malformed),
            _ => Ok(None),
        },
    }
}

/// One algorithm, which the key has accepted, and nothing about the claims.
fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests;
