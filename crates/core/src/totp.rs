//! One-time codes by time (TOTP, RFC 6238) for people: HMAC-SHA1, six digits, steps of 30 seconds, which
//! is what every authenticator app knows.
//!
//! SHA-1 is sound here: HMAC does not rest on the collisions that broke it elsewhere (RFC 6238 1.2).

use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

use crate::{random::Random, time::Timestamp};

/// Bytes of a secret, as RFC 4226 4 recommends for HMAC-SHA1.
const SECRET_LENGTH: usize = 20;
/// Seconds that a code is shown for.
const STEP_SECONDS: i64 = 30;
/// Steps that a clock may be off, before and after (RFC 6238 5.2).
const STEPS_OFF_MAX: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;

/// What an authenticator app and the server share.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// Prints no secret.
impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// Makes a new secret of 160 bits.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        let mut bytes = Zeroizing::new(vec![0; SECRET_LENGTH]);
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// A secret with these bytes.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, for encrypting them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The `otpauth://` address that an app reads from a QR code. Issuer and account are shown in the app.
    #[must_use]
    pub fn url(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        let secret = base32(&self.0);
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            *secret
        ))
    }

    /// The step whose code this is: one near `now` and after `last_step`, so that no code counts twice.
    /// `None` if it is no such code. Compares in constant time.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let present = now.seconds().div_euclid(STEP_SECONDS);
        (present - STEPS_OFF_MAX..=present + STEPS_OFF_MAX).filter(|step| *step > last_step).find(|step| {
            constant_time::verify_slices_are_equal(self.code(*step).as_bytes(), code.as_bytes()).is_ok()
        })
    }

    /// The code at a time, as an app shows it.
    #[must_use]
    pub fn code_at(&self, time: Timestamp) -> Zeroizing<String> {
        self.code(time.seconds().div_euclid(STEP_SECONDS))
    }

    /// The code of a step (RFC 4226 5.3).
    fn code(&self, step: i64) -> Zeroizing<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
        let mut number = [0; 4];
        number.copy_from_slice(&bytes[offset..offset + 4]);
        let number = (u32::from_be_bytes(number) & 0x7fff_ffff) % 10_u32.pow(6);
        Zeroizing::new(format!("{number:0DIGITS$}"))
    }
}

/// Whether the text looks like a code: six digits.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code for the day the app is lost: 50 random bits as `xxxxx-xxxxx`.
#[must_use]
pub fn recovery_code(random: &Random) -> Zeroizing<String> {
    let bytes = Zeroizing::new(random.bytes::<10>());
    let letters: Zeroizing<String> =
        Zeroizing::new(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect());
    let letters = Zeroizing::new(letters.to_ascii_lowercase());
    Zeroizing::new(format!("{}-{}", &letters[..5], &letters[5..]))
}

/// Base32 of RFC 4648 6.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 without padding, as authenticator apps want it.
fn base32(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(5) * 8));
    for group in bytes.chunks(5) {
        let mut bits = [0; 8];
        bits[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bits);
        let letters = (group.len() * 8).div_ceil(5);
        for position in 0..letters {
            let index = usize::try_from(bits >> (35 - 5 * position)).unwrap_or_default() & 31;
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

/// All but the unreserved characters of RFC 3986 2.3 as `%XX`.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;

    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::new(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// RFC 6238, appendix B, the SHA-1 column, last six digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(*secret().code_at(at(seconds)), code);
            assert_eq!(secret().step_of(code, at(seconds), 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_around_and_once() {
        let step = 1_111_111_111 / 30;
        for (off, counts) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let found = secret().step_of("050471", at(1_111_111_111 + off), 0);
            assert_eq!(found, counts.then_some(step), "{off}");
        }
        assert_eq!(secret().step_of("050471", at(1_111_111_111), step), None);
        assert_eq!(secret().step_of("050471", at(1_111_111_111), step - 1), Some(step));
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "0", "50471", "0504710", " 050471", "05O471", "000000"] {
            assert_eq!(secret().step_of(text, at(1_111_111_111), 0), None, "{text}");
        }
        assert!(is_code("000000") && !is_code("00000") && !is_code("00000a") && !is_code("０００"));
    }

    /// RFC 4648, section 10, without padding.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(*base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        assert_eq!(
            *secret().url("Tacit A&B", "ada@example.test"),
            "otpauth://totp/Tacit%20A%26B:ada%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Tacit%20A%26B&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn recovery_codes_differ_and_have_their_form() {
        let random = Random::seeded(1);
        let codes: std::collections::BTreeSet<String> =
            (0..100).map(|_| recovery_code(&random).to_string()).collect();
        assert_eq!(codes.len(), 100);
        for code in codes {
            assert_eq!(code.len(), 11);
            assert!(
                code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte.to_ascii_uppercase())),
                "{code}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_check(code in "\\PC*", seconds in -1_000_000_000_000_i64..1_000_000_000_000) {
            let _ = secret().step_of(&code, at(seconds), 0);
        }
    }
}
