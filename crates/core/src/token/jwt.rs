//! Signing and verifying access tokens.

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, crypto::aws_lc, errors::ErrorKind,
};

use super::Claims;
use crate::time::Timestamp;

/// The longest token that is looked at, in bytes. Ours are below 1 KiB unless a name is long.
const LENGTH_MAX: usize = 8 * 1024;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three parts of base64 with JSON in the first.
    #[error("the access token is malformed: sign in again to get a new one")]
    Malformed,
    /// Signed with something else than `HS256`, or not signed at all.
    #[error("the access token names a signature algorithm that is not accepted")]
    WrongAlgorithm,
    /// Changed after signing, or signed by another key.
    #[error("the access token has an invalid signature")]
    InvalidSignature,
    /// Its `exp` is reached.
    #[error("the access token has expired: sign in again to get a new one")]
    Expired,
    /// Signed by us, but no access token.
    #[error("the token is of a kind that is not accepted here")]
    UnknownKind,
}

/// The key that signs and verifies access tokens.
pub struct TokenKey {
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

/// Prints no key.
impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

impl TokenKey {
    /// A key of 32 bytes, one of [`InstanceKeys`](crate::keyring::instance::InstanceKeys).
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // The library wants a provider for the whole process. Choosing it here means that nobody
        // can forget it; that it was chosen before (by another key) is no failure.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        Self {
            signing: EncodingKey::from_secret(key),
            verifying: DecodingKey::from_secret(key),
            validation: validation(),
        }
    }

    /// Makes the token that says `claims`.
    #[must_use]
    #[expect(clippy::expect_used, reason = "claims are texts and numbers, and HMAC takes any message")]
    #[expect(clippy::missing_panics_doc, reason = "it does not")]
    pub fn sign(&self, claims: &Claims) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.signing)
            .expect("claims that serialize, and a key for this algorithm")
    }

    /// Checks algorithm, signature and end of `token` and returns what it says.
    ///
    /// The end counts to the second, without leeway: at `exp` the token is over (RFC 7519, 4.1.4).
    /// Whether the token was revoked is not known here.
    ///
    /// # Errors
    ///
    /// The first [`TokenError`] that applies. A token whose signature is wrong is never asked for
    /// its end or kind.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        require_hs256(token)?;
        let claims: Claims = jsonwebtoken::decode(token, &self.verifying, &self.validation)
            .map_err(|error| refusal(error.kind()))?
            .claims;
        if claims.expires_at().is_some_and(|end| end <= now.seconds()) {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

/// One algorithm, and no look at the system's clock: time is an argument here.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation
}

/// Refuses every other algorithm before anything is computed, and `none` with them.
fn require_hs256(token: &str) -> Result<(), TokenError> {
    if token.len() > LENGTH_MAX {
        return Err(TokenError::Malformed);
    }
    match jsonwebtoken::decode_header(token) {
        Ok(Header { alg: Algorithm::HS256, .. }) => Ok(()),
        Ok(_) => Err(TokenError::WrongAlgorithm),
        // A header that is JSON, but names an algorithm that the library does not know.
        Err(error) if matches!(error.kind(), ErrorKind::Json(json) if json.is_data()) => {
            Err(TokenError::WrongAlgorithm)
        }
        Err(_) => Err(TokenError::Malformed),
    }
}

/// What a failure means once the header is known to be good.
fn refusal(error: &ErrorKind) -> TokenError {
    match error {
        ErrorKind::InvalidSignature => TokenError::InvalidSignature,
        ErrorKind::InvalidAlgorithm => TokenError::WrongAlgorithm,
        // The signature is verified before the claims are read.
        ErrorKind::Json(_) | ErrorKind::InvalidAudience => TokenError::UnknownKind,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod tests;
