//! An authenticator made of software, for tests: it writes what a browser returns, right or wrong as asked.
//!
//! It imports nothing of this crate, so that the tests of the server use it too.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaPublicKeyComponents,
    },
};

pub const PRESENT: u8 = 1;
pub const VERIFIED: u8 = 4;
pub const ELIGIBLE: u8 = 8;
pub const BACKED_UP: u8 = 16;
const CREDENTIAL: u8 = 64;

/// A private key.
pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<rsa::KeyPair>),
}

/// One passkey, and the browser around it. All of it can be changed to something wrong.
pub struct Authenticator {
    pub key: Key,
    pub credential_id: Vec<u8>,
    /// The counter to be reported; counted up with each assertion if it is not 0.
    pub sign_count: u32,
    pub flags: u8,
    pub origin: String,
    pub relying_party: String,
    /// Further fields of client data, as JSON with a comma before.
    pub more_client_data: &'static str,
    /// In place of the real COSE key.
    pub cose: Option<Vec<u8>>,
}

/// What `navigator.credentials.create()` returns.
pub struct Created {
    pub client_data: Vec<u8>,
    pub attestation_object: Vec<u8>,
}

/// What `navigator.credentials.get()` returns.
pub struct Got {
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
}

impl Authenticator {
    pub fn new(key: Key, origin: &str, relying_party: &str) -> Self {
        let mut credential_id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut credential_id).unwrap();
        Self {
            key,
            credential_id,
            sign_count: 0,
            flags: PRESENT | VERIFIED,
            origin: origin.to_owned(),
            relying_party: relying_party.to_owned(),
            more_client_data: "",
            cose: None,
        }
    }

    /// Makes the passkey. The challenge is the text that the server sent.
    pub fn create(&self, challenge: &str) -> Created {
        let mut object = head(5, 3);
        object.extend([text("fmt"), text("none"), text("attStmt"), head(5, 0), text("authData")].concat());
        object.extend(bytes(&self.data(true)));
        Created { client_data: self.client_data("webauthn.create", challenge), attestation_object: object }
    }

    /// Signs in. The challenge is the text that the server sent.
    pub fn get(&mut self, challenge: &str) -> Got {
        if self.sign_count > 0 {
            self.sign_count += 1;
        }
        let client_data = self.client_data("webauthn.get", challenge);
        let authenticator_data = self.data(false);
        let hash = digest(&SHA256, &client_data);
        let signature = self.key.sign(&[&authenticator_data[..], hash.as_ref()].concat());
        Got { client_data, authenticator_data, signature }
    }

    pub fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let (origin, more) = (&self.origin, self.more_client_data);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#).into_bytes()
    }

    fn data(&self, is_new: bool) -> Vec<u8> {
        let mut data = digest(&SHA256, self.relying_party.as_bytes()).as_ref().to_vec();
        data.push(self.flags | if is_new { CREDENTIAL } else { 0 });
        data.extend(self.sign_count.to_be_bytes());
        if is_new {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
            data.extend(&self.credential_id);
            data.extend(self.cose.clone().unwrap_or_else(|| self.key.cose()));
        }
        data
    }
}

impl Key {
    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub fn ed_dsa() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().unwrap())
    }

    pub fn rs256() -> Self {
        Self::Rs256(Box::new(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap()))
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    pub fn cose(&self) -> Vec<u8> {
        match self {
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                cose(&[(1, number(2)), (3, number(-7)), (-1, number(1)), (-2, bytes(x)), (-3, bytes(y))])
            }
            Self::EdDsa(pair) => cose(&[
                (1, number(1)),
                (3, number(-8)),
                (-1, number(6)),
                (-2, bytes(pair.public_key().as_ref())),
            ]),
            Self::Rs256(pair) => {
                let parts: RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
                cose(&[(1, number(3)), (3, number(-257)), (-1, bytes(&parts.n)), (-2, bytes(&parts.e))])
            }
        }
    }
}

/// A COSE key with these fields.
pub fn cose(fields: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut map = head(5, fields.len());
    for (label, value) in fields {
        map.extend(number(*label));
        map.extend(value);
    }
    map
}

pub fn number(value: i64) -> Vec<u8> {
    if value < 0 {
        head(1, usize::try_from(-1 - value).unwrap())
    } else {
        head(0, usize::try_from(value).unwrap())
    }
}

pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len()), value.to_vec()].concat()
}

pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len()), value.as_bytes().to_vec()].concat()
}

/// The first bytes of a CBOR item (RFC 8949 3): its kind, and a number or length.
pub fn head(kind: u8, number: usize) -> Vec<u8> {
    let kind = kind << 5;
    match number {
        0..24 => vec![kind | u8::try_from(number).unwrap()],
        24..256 => vec![kind | 0x18, u8::try_from(number).unwrap()],
        _ => [vec![kind | 0x19], u16::try_from(number).unwrap().to_be_bytes().to_vec()].concat(),
    }
}
