//! The one-time token that proves who may set the instance up from another machine
//! (`decisions.md` 13).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tacit_core::{random::Random, time::Timestamp, token::HashKey};
use zeroize::Zeroizing;

/// How long it is good for.
const TTL_SECONDS: i64 = 30 * 60;
/// Wrong tries after which it is good for nothing; the next start makes another.
const WRONG_TRIES_MAX: u32 = 20;
/// Characters, of 5 bits each: 140 bits.
const LENGTH: usize = 28;
/// Digits and letters that are not mistaken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A token in memory: 140 random bits, good for 30 minutes and one set-up.
pub struct SetupToken {
    text: Zeroizing<String>,
    expires_at: Timestamp,
    wrong_tries: AtomicU32,
    is_spent: AtomicBool,
}

/// Prints no token.
impl std::fmt::Debug for SetupToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetupToken(..)")
    }
}

impl SetupToken {
    /// Makes a token that is good from `now` on.
    #[must_use]
    pub fn new(random: &Random, now: Timestamp) -> Self {
        let bytes = Zeroizing::new(random.bytes::<LENGTH>());
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / 4));
        for (position, byte) in bytes.iter().enumerate() {
            if position > 0 && position % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        Self {
            text,
            expires_at: now.plus_seconds(TTL_SECONDS),
            wrong_tries: AtomicU32::new(0),
            is_spent: AtomicBool::new(false),
        }
    }

    /// The token in groups of four, for the person who started the server.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `text` is this token, in any case and with or without hyphens, and still good.
    /// A wrong one is counted.
    #[must_use]
    pub fn accepts(&self, text: &str, key: &HashKey, now: Timestamp) -> bool {
        let is_good = !self.is_spent.load(Ordering::SeqCst)
            && now < self.expires_at
            && self.wrong_tries.load(Ordering::SeqCst) < WRONG_TRIES_MAX;
        let is_right = key.verify(plain(text).as_bytes(), &key.hash(plain(&self.text).as_bytes()));
        if !is_right {
            self.wrong_tries.fetch_add(1, Ordering::SeqCst);
        }
        is_good && is_right
    }

    /// The instance is set up: the token is good for nothing now.
    pub fn spend(&self) {
        self.is_spent.store(true, Ordering::SeqCst);
    }
}

/// Without hyphens and spaces, in capitals, as typed by people who take O for 0 and I or L for 1.
fn plain(text: &str) -> Zeroizing<String> {
    let characters = text.chars().filter(char::is_ascii_alphanumeric).take(2 * LENGTH);
    Zeroizing::new(
        characters
            .map(|character| match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use tacit_core::keyring::instance::InstanceKeys;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn token() -> (SetupToken, HashKey) {
        let random = Random::seeded(1);
        (SetupToken::new(&random, NOW), InstanceKeys::generate(&random).hashes)
    }

    #[test]
    fn it_is_good_in_any_spelling_until_it_expires_or_is_spent() {
        let (token, key) = token();
        let spelling = token.text().to_lowercase().replace('-', " ");

        assert_eq!(token.text().len(), 34);
        assert!(token.accepts(token.text(), &key, NOW));
        assert!(token.accepts(&spelling, &key, NOW.plus_seconds(1799)));
        assert!(!token.accepts(&spelling, &key, NOW.plus_seconds(1800)));
        token.spend();
        assert!(!token.accepts(token.text(), &key, NOW));
    }

    #[test]
    fn after_too_many_wrong_tries_the_right_one_is_refused_too() {
        let (token, key) = token();
        for _ in 0..WRONG_TRIES_MAX {
            assert!(!token.accepts("", &key, NOW));
        }

        assert!(!token.accepts(token.text(), &key, NOW));
    }

    #[test]
    fn it_is_not_printed() {
        let (token, _) = token();
        assert_eq!(format!("{token:?}"), "SetupToken(..)");
    }
}
