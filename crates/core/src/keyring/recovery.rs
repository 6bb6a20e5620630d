//! The recovery key: a second way to the root key, kept on paper.
//!
//! It is the private half of an X25519 pair (RFC 7748), so that the root key can be sealed to it again after
//! every rotation without anybody typing it. Only its public half is stored, with an HMAC-SHA256 under a key
//! that is derived from the root key (label `tacit 1 recovery`): who can write to the database cannot have the
//! next root key sealed to a pair of their own.
//!
//! A sealed root key is the public half of a pair that is made for it (32 bytes) and a ciphertext in the format
//! of [`cipher`](crate::cipher) under HKDF-SHA256 of the agreed secret, with salt `tacit recovery key` and both
//! public halves as info.

use aws_lc_rs::{
    agreement::{PrivateKey, UnparsedPublicKey, X25519, agree},
    digest::SHA256,
    hkdf::{HKDF_SHA256, Salt},
};
use zeroize::Zeroizing;

use super::RootKey;
use crate::{
    cipher::{Ciphertext, DataKey, DecryptError, KeyBytes, Place},
    random::Random,
    token::HashKey,
};

/// Digits and letters that are not mistaken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes of the key and of half a pair.
const LENGTH: usize = 32;
/// Bytes of SHA-256 that tell a slip of the pen.
const CHECKSUM_LENGTH: usize = 3;
/// Characters without hyphens: 35 bytes in 5 bits each.
const CHARACTERS: usize = (LENGTH + CHECKSUM_LENGTH) * 8 / 5;
/// Characters between hyphens.
const GROUP: usize = 4;

/// The text is no recovery key. It is not quoted, because it may be nearly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is no recovery key: 14 groups of 4 letters and digits, and one of them is not as it was written down"
)]
pub struct RecoveryKeyError;

/// The private half, as people keep it.
pub struct RecoveryKey(KeyBytes);

/// Prints no key.
impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

/// The public half, to which root keys are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryPublicKey([u8; LENGTH]);

/// A root key that only the recovery key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRootKey(pub Vec<u8>);

impl RecoveryPublicKey {
    /// The public half as it is stored; `None` for another number of bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// Seals a root key, so that the private half opens it.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if this is no point that a secret can be agreed with.
    pub fn seal(&self, root: &RootKey, random: &Random) -> Result<SealedRootKey, DecryptError> {
        let once = KeyBytes::generate(random);
        let public = public_half(&once)?;
        let key = agreed_key(&once, &self.0, &public, &self.0)?;
        let mut bytes = public.to_vec();
        bytes.extend_from_slice(&key.encrypt(&PLACE, root.0.as_bytes(), random).0);
        Ok(SealedRootKey(bytes))
    }
}

impl RecoveryKey {
    /// Makes a new key.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(KeyBytes::generate(random))
    }

    /// Reads a key as people type it: in any case, with or without hyphens and spaces, O for 0, I or L for 1.
    ///
    /// # Errors
    ///
    /// [`RecoveryKeyError`] for any other text, and if the checksum does not fit.
    pub fn parse(text: &str) -> Result<Self, RecoveryKeyError> {
        let bytes = decode(text).ok_or(RecoveryKeyError)?;
        let (key, check) = bytes.split_at(LENGTH);
        let key = KeyBytes::from_slice(key).ok_or(RecoveryKeyError)?;
        if checksum(&key) == check { Ok(Self(key)) } else { Err(RecoveryKeyError) }
    }

    /// The key for people: 14 groups of four characters, of which the last ones are a checksum.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(self.0.as_bytes().to_vec());
        bytes.extend_from_slice(&checksum(&self.0));
        encode(&bytes)
    }

    /// The public half.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if the bytes are no private half, which no made key is.
    pub fn public(&self) -> Result<RecoveryPublicKey, DecryptError> {
        public_half(&self.0).map(RecoveryPublicKey)
    }

    /// Opens a sealed root key.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if it was sealed to another key or changed.
    pub fn open(&self, sealed: &SealedRootKey) -> Result<RootKey, DecryptError> {
        let (once, ciphertext) = sealed.0.split_at_checked(LENGTH).ok_or(DecryptError)?;
        let key = agreed_key(&self.0, once, once, &public_half(&self.0)?)?;
        let bytes = key.decrypt(&PLACE, &Ciphertext(ciphertext.to_vec()))?;
        KeyBytes::from_slice(&bytes).map(RootKey).ok_or(DecryptError)
    }
}

impl RootKey {
    /// What is stored beside the public half of the recovery key, to show that it is ours.
    #[must_use]
    pub fn recovery_check(&self, public: &RecoveryPublicKey) -> [u8; 32] {
        HashKey::new(&self.derive(b"tacit 1 recovery")).hash(&public.0)
    }

    /// Whether the public half was stored by who has this root key. Compares in constant time.
    #[must_use]
    pub fn knows_recovery(&self, public: &RecoveryPublicKey, check: &[u8]) -> bool {
        HashKey::new(&self.derive(b"tacit 1 recovery")).verify(&public.0, check)
    }
}

const PLACE: Place<'_> = Place { table: "recovery_keys", row_id: "root", field: "root_key", version: 1 };

fn private(half: &KeyBytes) -> Result<PrivateKey, DecryptError> {
    PrivateKey::from_private_key(&X25519, half.as_bytes()).map_err(|_| DecryptError)
}

fn public_half(half: &KeyBytes) -> Result<[u8; LENGTH], DecryptError> {
    let public = private(half)?.compute_public_key().map_err(|_| DecryptError)?;
    public.as_ref().try_into().map_err(|_| DecryptError)
}

/// The key that both sides agree on. `once` and `kept` are the public halves of the two pairs.
fn agreed_key(own: &KeyBytes, other: &[u8], once: &[u8], kept: &[u8]) -> Result<DataKey, DecryptError> {
    agree(&private(own)?, UnparsedPublicKey::new(&X25519, other), DecryptError, |secret| {
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"tacit recovery key")
            .extract(secret)
            .expand(&[once, kept], HKDF_SHA256)
            .and_then(|output| output.fill(key.as_mut_slice()))
            .map_err(|_| DecryptError)?;
        Ok(DataKey::new(1, &KeyBytes::new(key)))
    })
}

fn checksum(key: &KeyBytes) -> [u8; CHECKSUM_LENGTH] {
    let digest = aws_lc_rs::digest::digest(&SHA256, key.as_bytes());
    let mut check = [0; CHECKSUM_LENGTH];
    check.copy_from_slice(&digest.as_ref()[..CHECKSUM_LENGTH]);
    check
}

/// 5 bytes are 8 characters.
fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
    for (position, index) in bytes.chunks_exact(5).flat_map(digits).enumerate() {
        if position > 0 && position % GROUP == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[index]));
    }
    text
}

fn digits(chunk: &[u8]) -> [usize; 8] {
    let bits = chunk.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    std::array::from_fn(|position| usize::try_from(bits >> (35 - 5 * position) & 31).unwrap_or_default())
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH + CHECKSUM_LENGTH));
    let (mut pending, mut pending_bits, mut count) = (0_u32, 0, 0);
    for character in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-') {
        count += 1;
        let character = match character.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
        let index = ALPHABET.iter().position(|known| *known == character)?;
        pending = pending << 5 | u32::try_from(index).ok()?;
        pending_bits += 5;
        if pending_bits >= 8 {
            pending_bits -= 8;
            bytes.push(u8::try_from(pending >> pending_bits).ok()?);
            pending &= (1 << pending_bits) - 1;
        }
    }
    (count == CHARACTERS).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_root_key_sealed_to_the_public_half_opens_with_the_recovery_key_only() {
        let random = Random::seeded(1);
        let (root, key) = (RootKey::generate(&random), RecoveryKey::generate(&random));
        let sealed = key.public().unwrap().seal(&root, &random).unwrap();

        assert_eq!(key.open(&sealed).unwrap().to_text(), root.to_text());
        assert!(RecoveryKey::generate(&random).open(&sealed).is_err());
        for position in 0..sealed.0.len() {
            let mut damaged = sealed.clone();
            damaged.0[position] ^= 1;
            assert!(key.open(&damaged).is_err(), "{position}");
        }
        assert!(key.open(&SealedRootKey(Vec::new())).is_err());
    }

    #[test]
    fn a_public_half_that_somebody_else_stored_is_noticed() {
        let random = Random::seeded(1);
        let root = RootKey::generate(&random);
        let own = RecoveryKey::generate(&random).public().unwrap();
        let foreign = RecoveryKey::generate(&random).public().unwrap();
        let check = root.recovery_check(&own);

        assert!(root.knows_recovery(&own, &check));
        assert!(!root.knows_recovery(&foreign, &check));
        assert!(!RootKey::generate(&random).knows_recovery(&own, &check));
    }

    #[test]
    fn a_slip_of_the_pen_is_noticed_and_nothing_is_quoted() {
        let text = RecoveryKey::generate(&Random::seeded(3)).to_text();
        assert_eq!(text.len(), 69);
        for position in 0..text.len() {
            let mut wrong = text.as_bytes().to_vec();
            if wrong[position] == b'-' {
                continue;
            }
            wrong[position] = if wrong[position] == b'7' { b'8' } else { b'7' };
            let wrong = String::from_utf8(wrong).unwrap();
            let error = RecoveryKey::parse(&wrong).unwrap_err();
            assert!(!error.to_string().contains(&wrong));
        }
        for wrong in ["", "A", &text[..68], &format!("{}0", text.as_str())] {
            assert!(RecoveryKey::parse(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_key_reads_back_as_people_type_it(seed: u64) {
            let key = RecoveryKey::generate(&Random::seeded(seed));
            let typed = key.to_text().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");

            prop_assert_eq!(RecoveryKey::parse(&typed).unwrap().to_text(), key.to_text());
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text: String) {
            let _ = RecoveryKey::parse(&text);
        }
    }
}
