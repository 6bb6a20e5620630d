//! Encrypting values under a data key: AES-256-GCM, bound to the place of the value.
//!
//! A [`Ciphertext`] is, with lengths in bytes and integers in big endian:
//!
//! ```text
//! format (1) || key number (4) || nonce (12) || encrypted value (as long as the value) || tag (16)
//! ```
//!
//! The format is 1. The associated data, which is authenticated and not stored, is:
//!
//! ```text
//! format (1) || key number (4) || length (8) || table || length (8) || row id
//!            || length (8) || field || version (8)
//! ```
//!
//! Each text has its length in bytes before it, so no two places share an encoding. A ciphertext
//! that is moved to another row or field, or an old version put back, does not decrypt.
//!
//! Nonces are random. Encrypt less than 2^32 values under one key (NIST SP 800-38D, 8.3), then
//! rotate it; and give two servers that came from one memory snapshot each a new key, because a
//! copied random generator repeats its nonces.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, Tag, UnboundKey},
    constant_time::verify_slices_are_equal,
    hkdf::{HKDF_SHA256, Salt},
};
use zeroize::Zeroizing;

use crate::{random::Random, token::HashKey};

/// The only format there is so far.
const FORMAT: u8 = 1;
/// Format, key number and nonce.
const HEADER_LENGTH: usize = 1 + 4 + NONCE_LEN;
/// The GCM tag.
const TAG_LENGTH: usize = 16;

/// The 32 bytes of a data key, in the clear. Overwritten with zeros when dropped.
pub struct KeyBytes(Zeroizing<[u8; 32]>);

impl KeyBytes {
    /// Makes a new key.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Wraps existing bytes, such as a derived key.
    pub(crate) const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// As many bytes as a key has; `None` for any other number.
    pub(crate) fn from_slice(slice: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        if slice.len() != bytes.len() {
            return None;
        }
        bytes.copy_from_slice(slice);
        Some(Self(bytes))
    }

    /// The bytes, for deriving or encrypting.
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Prints no key.
impl std::fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyBytes(..)")
    }
}

/// An encrypted value, in the format of [this module](self). Safe to store and to copy.
#[derive(Clone, PartialEq, Eq)]
pub struct Ciphertext(pub Vec<u8>);

impl Ciphertext {
    /// The number of the key it was encrypted with. `None` if it is too short to be one of ours.
    ///
    /// Not authenticated before decryption: use it to choose a key, for nothing else.
    #[must_use]
    pub fn key_number(&self) -> Option<u32> {
        let number = self.0.get(1..5)?;
        number.try_into().ok().map(u32::from_be_bytes)
    }

    /// How long the value is that it holds, in bytes. Not authenticated, so it is good for showing only.
    #[must_use]
    pub const fn text_length(&self) -> usize {
        self.0.len().saturating_sub(HEADER_LENGTH + TAG_LENGTH)
    }
}

/// Prints the length, because the bytes help nobody.
impl std::fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ciphertext({} bytes)", self.0.len())
    }
}

/// The keyed hash of a value: 32 bytes, made by [`DataKey::hash_value`].
#[derive(Clone, Copy, Debug)]
pub struct ValueHash([u8; 32]);

impl ValueHash {
    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether a stored hash is of the same value. Compares in constant time.
    #[must_use]
    pub fn matches(&self, stored: &[u8]) -> bool {
        verify_slices_are_equal(&self.0, stored).is_ok()
    }
}

/// Where a value is stored. A ciphertext decrypts only at the place it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table, such as `secrets`.
    pub table: &'a str,
    /// The id of the row in that table.
    pub row_id: &'a str,
    /// The field of the row, such as `value` or `comment`.
    pub field: &'a str,
    /// The version of the row, where rows have versions; else a constant.
    pub version: i64,
}

/// The bytes were changed, belong to another place, or need another key.
///
/// There is one variant on purpose: telling these apart would help an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored value cannot be decrypted")]
pub struct DecryptError;

/// A key that encrypts values of one project or organization.
///
/// Its number tells the keys of one owner apart. It stands in each ciphertext, so that values of
/// an older key are still readable after a rotation.
///
/// While the keys of an owner are changed, one key knows the other ([`Self::beside`]): it decrypts what either
/// encrypted, and encrypts as itself.
///
/// Two more keys, derived from its bytes with HKDF-SHA256 (RFC 5869), hash values and what values refer
/// to, so that equal ones can be found: see [`hash_value`](Self::hash_value) and
/// [`hash_reference`](Self::hash_reference).
pub struct DataKey {
    number: u32,
    key: LessSafeKey,
    value_hashes: HashKey,
    reference_hashes: HashKey,
    beside: Option<Box<Self>>,
}

/// Prints no key.
impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// Makes a new key. The bytes are for wrapping under the root key, then for dropping.
    #[must_use]
    pub fn generate(number: u32, random: &Random) -> (Self, KeyBytes) {
        let bytes = KeyBytes::generate(random);
        (Self::new(number, &bytes), bytes)
    }

    /// The key with this number and these bytes.
    #[must_use]
    pub fn new(number: u32, bytes: &KeyBytes) -> Self {
        Self {
            number,
            key: aes_key(bytes),
            value_hashes: hash_key(bytes, b"tacit 1 value hash"),
            reference_hashes: hash_key(bytes, b"tacit 1 reference hash"),
            beside: None,
        }
    }

    /// This key, which decrypts also what `other` encrypted: the key before it, or the one that comes after.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        Self { beside: Some(Box::new(other)), ..self }
    }

    /// This key, and then the one beside it, if there is one: what was hashed for finding is under either.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.beside.as_deref())
    }

    /// The number of the key beside this one, if there is one.
    #[must_use]
    pub fn number_beside(&self) -> Option<u32> {
        self.beside.as_ref().map(|key| key.number)
    }

    /// The number of the key among the keys of its owner.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The keyed hash of a value, 32 bytes of HMAC-SHA256, by which it is found again.
    ///
    /// Stored beside a ciphertext it tells who has the database, but not the key, which values of one
    /// owner are equal, and nothing else about them.
    #[must_use]
    pub fn hash_value(&self, value: &str) -> ValueHash {
        ValueHash(self.value_hashes.hash(value.as_bytes()))
    }

    /// The keyed hash of what a reference means, 32 bytes of HMAC-SHA256, by which the secrets that refer
    /// to it are found. Each part has its length in bytes before it, so no two lists hash alike.
    ///
    /// Stored it tells who has the database, but not the key, which secrets of one owner refer to the
    /// same, and nothing about what that is.
    #[must_use]
    pub fn hash_reference(&self, parts: &[&str]) -> [u8; 32] {
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| 8 + part.len()).sum());
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        self.reference_hashes.hash(&bytes)
    }

    /// Encrypts `plaintext` for `place`.
    ///
    /// The result is 33 bytes longer than the plaintext.
    #[must_use]
    pub fn encrypt(&self, place: &Place<'_>, plaintext: &[u8], random: &Random) -> Ciphertext {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + plaintext.len() + TAG_LENGTH);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(plaintext);
        let tag = self.seal(nonce, place, &mut bytes[HEADER_LENGTH..]);
        bytes.extend_from_slice(tag.as_ref());
        Ciphertext(bytes)
    }

    #[expect(clippy::expect_used, reason = "GCM refuses only values above 64 GiB; ours end at 1 MiB")]
    fn seal(&self, nonce: [u8; NONCE_LEN], place: &Place<'_>, bytes: &mut [u8]) -> Tag {
        let associated_data = Aad::from(self.associated_data(place));
        self.key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), associated_data, bytes)
            .expect("a value of ordinary size")
    }

    /// Decrypts a value that was encrypted for `place` with this key.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] if any bit of the ciphertext, the key, its number or the place differs.
    pub fn decrypt(
        &self,
        place: &Place<'_>,
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        if let Some(other) = &self.beside
            && ciphertext.key_number() == Some(other.number)
        {
            return other.decrypt(place, ciphertext);
        }
        let (nonce, encrypted, tag) = self.split(ciphertext).ok_or(DecryptError)?;
        let mut plaintext = Zeroizing::new(vec![0; encrypted.len()]);
        let associated_data = Aad::from(self.associated_data(place));
        self.key
            .open_separate_gather(nonce, associated_data, encrypted, tag, &mut plaintext)
            .map_err(|_| DecryptError)?;
        Ok(plaintext)
    }

    /// Decrypts a value that is text.
    ///
    /// # Errors
    ///
    /// [`DecryptError`] as for [`decrypt`](Self::decrypt), and if the value is not UTF-8.
    pub fn decrypt_text(
        &self,
        place: &Place<'_>,
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<String>, DecryptError> {
        let mut plaintext = self.decrypt(place, ciphertext)?;
        match String::from_utf8(std::mem::take(&mut *plaintext)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(DecryptError)
            }
        }
    }

    /// Nonce, encrypted value and tag. `None` if the format or the key is another.
    fn split<'a>(&self, ciphertext: &'a Ciphertext) -> Option<(Nonce, &'a [u8], &'a [u8])> {
        let (header, rest) = ciphertext.0.split_at_checked(HEADER_LENGTH)?;
        let (encrypted, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_LENGTH)?)?;
        if header[0] != FORMAT || ciphertext.key_number() != Some(self.number) {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(&header[5..]).ok()?;
        Some((nonce, encrypted, tag))
    }

    /// The layout is in the documentation of [this module](self).
    fn associated_data(&self, place: &Place<'_>) -> Vec<u8> {
        let texts = [place.table, place.row_id, place.field];
        let length = texts.iter().map(|text| 8 + text.len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(1 + 4 + length + 8);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        for text in texts {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&place.version.to_be_bytes());
        bytes
    }
}

#[expect(clippy::expect_used, reason = "the only refusal is a length other than the type's 32 bytes")]
fn aes_key(bytes: &KeyBytes) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes.as_bytes()).expect("32 bytes"))
}

#[expect(clippy::expect_used, reason = "HKDF refuses only more than 8,160 bytes; this asks for 32")]
fn hash_key(bytes: &KeyBytes, label: &[u8]) -> HashKey {
    let mut key = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, b"tacit data key")
        .extract(bytes.as_bytes())
        .expand(&[label], HKDF_SHA256)
        .and_then(|output| output.fill(key.as_mut_slice()))
        .expect("32 bytes of output");
    HashKey::new(&key)
}

#[cfg(test)]
mod tests;
