//! The rules of webhooks: which folders one is about, its signature, when to try again.

use aws_lc_rs::hmac;

use crate::{hex, name::SecretPath, permission::Glob};

/// How often a notice is sent at most before it is given up.
pub const ATTEMPTS_MAX: i64 = 8;
/// Seconds after the first failed attempt; four times as long after each further one.
const RETRY_FIRST_SECONDS: i64 = 10;
/// Seconds between two attempts at most.
const RETRY_SECONDS_MAX: i64 = 3600;

/// A pattern of folders is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderPatternError {
    /// More than [`FolderPattern::BYTES_MAX`].
    #[error("must not have more than {} bytes", FolderPattern::BYTES_MAX)]
    TooLong,
    /// `//`, `.`, `..` or a control character.
    #[error("must be a path such as /app or a pattern such as /app/**")]
    Invalid,
}

/// The folders a webhook is about: a path, or a pattern with the wildcards of [`Glob`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPattern(String);

impl FolderPattern {
    /// The greatest length: that of a path.
    pub const BYTES_MAX: usize = SecretPath::BYTES_MAX;

    /// Reads a pattern. A leading `/` is added, one trailing `/` removed; empty text is the root.
    ///
    /// # Errors
    ///
    /// [`FolderPatternError`] if it could match no folder or is too long.
    pub fn parse(text: &str) -> Result<Self, FolderPatternError> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        if inner.is_empty() {
            return Ok(Self("/".to_owned()));
        }
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.len() >= Self::BYTES_MAX {
            return Err(FolderPatternError::TooLong);
        }
        let is_usable = |segment: &str| !matches!(segment, "" | "." | "..");
        if !inner.split('/').all(is_usable) || inner.chars().any(char::is_control) {
            return Err(FolderPatternError::Invalid);
        }
        Ok(Self(format!("/{inner}")))
    }

    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a stored pattern is about the folder at `path`.
    #[must_use]
    pub fn is_about(pattern: &str, path: &str) -> bool {
        Glob::new(pattern).matches(path)
    }
}

/// The signature of a body: HMAC-SHA256 in lower-case hexadecimal (wire-contract 13.2).
#[must_use]
pub fn sign(key: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hex::encode(hmac::sign(&key, body).as_ref()).as_str().to_owned()
}

/// Seconds until the next attempt after `attempts` failed ones; `None` if it is to be given up.
#[must_use]
pub fn retry_after_seconds(attempts: i64) -> Option<i64> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let steps = u32::try_from(attempts.max(1) - 1).unwrap_or(0);
    Some(RETRY_FIRST_SECONDS.saturating_mul(4_i64.saturating_pow(steps)).min(RETRY_SECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_hmac_sha_256_in_hexadecimal() {
        // RFC 4231, test case 2
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn attempts_come_ever_later_and_end() {
        let delays: Vec<_> = (1..=ATTEMPTS_MAX).map(retry_after_seconds).collect();
        let expected = [Some(10), Some(40), Some(160), Some(640), Some(2560), Some(3600), Some(3600), None];
        assert_eq!(delays, expected);
        assert_eq!(retry_after_seconds(i64::MAX), None);
    }

    #[test]
    fn a_pattern_is_a_path_or_has_wildcards() {
        for (text, expected) in [("", "/"), ("/", "/"), ("app/", "/app"), ("/app/**", "/app/**"), ("*", "/*")]
        {
            assert_eq!(FolderPattern::parse(text).unwrap().as_str(), expected);
        }
        for wrong in ["//", "/a//b", "/a/../b", "/.", "/a\u{7}"] {
            assert_eq!(FolderPattern::parse(wrong), Err(FolderPatternError::Invalid), "{wrong:?}");
        }
        let long = "a".repeat(FolderPattern::BYTES_MAX);
        assert_eq!(FolderPattern::parse(&long), Err(FolderPatternError::TooLong));
    }

    #[test]
    fn a_pattern_is_about_the_folders_it_matches() {
        for (pattern, path, is_about) in [
            ("/", "/", true),
            ("/", "/app", false),
            ("/app", "/app/db", false),
            ("/app/*", "/app/db", true),
            ("/app/**", "/app", true),
            ("/**", "/", true),
        ] {
            assert_eq!(FolderPattern::is_about(pattern, path), is_about, "{pattern} {path}");
        }
    }
}
