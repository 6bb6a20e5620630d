//! Keys of passkeys as COSE writes them (RFC 9053), and checking their signatures.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use minicbor::Decoder;

use super::{PasskeyError, Result, malformed};

/// The algorithms that are asked for, the best known first: ES256, EdDSA, RS256 (5.4, IANA's COSE registry).
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// Labels of a COSE key (RFC 9052 7.1). Those below zero mean something else for each kind.
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
/// Kinds (RFC 9053 7, RFC 8230 4).
const KIND_OKP: i64 = 1;
const KIND_EC2: i64 = 2;
const KIND_RSA: i64 = 3;
/// Curves (RFC 9053 7.1).
const CURVE_P256: i64 = 1;
const CURVE_ED25519: i64 = 6;
/// The least and the greatest length of an RSA modulus: 2048 and 4096 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// The greatest length of an RSA exponent; all use 65537.
const RSA_EXPONENT_BYTES_MAX: usize = 4;

/// A key of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    cose: Vec<u8>,
    key: Key,
}

/// What the algorithms check with. The algorithm belongs to the key: nothing that signs in chooses it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    /// An uncompressed point on P-256: 4, then both coordinates.
    Es256([u8; 65]),
    /// A point of Ed25519.
    EdDsa([u8; 32]),
    /// Modulus and exponent, without leading zeros.
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

/// The fields of a COSE key that is one of ours.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    /// Label -1: a curve as a number, or an RSA modulus as bytes.
    curve: Option<i64>,
    modulus: Option<&'a [u8]>,
    /// Label -2: the first coordinate, or an RSA exponent.
    second: Option<&'a [u8]>,
    /// Label -3: the second coordinate.
    third: Option<&'a [u8]>,
}

impl PublicKey {
    /// Reads a COSE key: a map with `alg` and what its kind needs, each once and nothing else (6.5.1.1).
    ///
    /// # Errors
    ///
    /// [`PasskeyError::Algorithm`] for a kind that was not asked for or does not fit its algorithm,
    /// [`PasskeyError::Malformed`] for everything else.
    pub fn parse(cose: &[u8]) -> Result<Self> {
        let fields = Fields::read(cose)?;
        let key = match (fields.algorithm, fields.kind, fields.curve) {
            (Some(ES256), Some(KIND_EC2), Some(CURVE_P256)) => fields.point()?,
            (Some(EDDSA), Some(KIND_OKP), Some(CURVE_ED25519)) => fields.ed25519()?,
            (Some(RS256), Some(KIND_RSA), None) => fields.rsa()?,
            _ => return Err(PasskeyError::Algorithm),
        };
        Ok(Self { cose: cose.to_vec(), key })
    }

    /// The key as it was read, for storing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.cose
    }

    /// Whether `signature` is one over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<()> {
        let outcome = match &self.key {
            Key::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Key::EdDsa(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Key::Rs256 { modulus: n, exponent: e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        outcome.map_err(|_| PasskeyError::Signature)
    }
}

impl<'a> Fields<'a> {
    fn read(cose: &'a [u8]) -> Result<Self> {
        let mut decoder = Decoder::new(cose);
        let length =
            malformed(decoder.map())?.filter(|length| *length <= 5).ok_or(PasskeyError::Malformed)?;
        let mut fields = Self::default();
        for _ in 0..length {
            let label = malformed(decoder.i64())?;
            fields.read_field(label, &mut decoder)?;
        }
        if decoder.position() == cose.len() { Ok(fields) } else { Err(PasskeyError::Malformed) }
    }

    fn read_field(&mut self, label: i64, decoder: &mut Decoder<'a>) -> Result<()> {
        let is_bytes = malformed(decoder.datatype())? == minicbor::data::Type::Bytes;
        let is_first = match (label, is_bytes) {
            (KIND, false) => self.kind.replace(malformed(decoder.i64())?).is_none(),
            (ALGORITHM, false) => self.algorithm.replace(malformed(decoder.i64())?).is_none(),
            (-1, false) => self.curve.replace(malformed(decoder.i64())?).is_none(),
            (-1, true) => self.modulus.replace(malformed(decoder.bytes())?).is_none(),
            (-2, true) => self.second.replace(malformed(decoder.bytes())?).is_none(),
            (-3, true) => self.third.replace(malformed(decoder.bytes())?).is_none(),
            _ => false,
        };
        if is_first { Ok(()) } else { Err(PasskeyError::Malformed) }
    }

    fn point(&self) -> Result<Key> {
        let (None, Some(x), Some(y)) = (self.modulus, self.second, self.third) else {
            return Err(PasskeyError::Malformed);
        };
        let bytes = [&[4], x, y].concat();
        if x.len() != y.len() {
            return Err(PasskeyError::Malformed);
        }
        malformed(bytes.try_into()).map(Key::Es256)
    }

    fn ed25519(&self) -> Result<Key> {
        let (None, Some(x), None) = (self.modulus, self.second, self.third) else {
            return Err(PasskeyError::Malformed);
        };
        malformed(x.try_into()).map(Key::EdDsa)
    }

    fn rsa(&self) -> Result<Key> {
        let (Some(modulus), Some(exponent), None) = (self.modulus, self.second, self.third) else {
            return Err(PasskeyError::Malformed);
        };
        let is_plain = |bytes: &[u8]| bytes.first().is_some_and(|byte| *byte != 0);
        let is_sound = RSA_BYTES.contains(&modulus.len())
            && exponent.len() <= RSA_EXPONENT_BYTES_MAX
            && is_plain(modulus)
            && is_plain(exponent);
        if !is_sound {
            return Err(PasskeyError::Malformed);
        }
        Ok(Key::Rs256 { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }
}
