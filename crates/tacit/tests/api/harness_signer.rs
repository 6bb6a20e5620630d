//! Somebody who signs JSON Web Tokens, and publishes the keys they are checked by.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use tacit_core::base64url;

/// A P-256 key with an id.
pub struct Signer {
    pub key_id: String,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(key_id: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        Self { key_id: key_id.to_owned(), pair }
    }

    /// Its public key as a key of a set (RFC 7517).
    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.key_id,
            "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..]) })
    }

    /// Its public key in PEM.
    pub fn pem(&self) -> String {
        // SubjectPublicKeyInfo of a P-256 key (RFC 5480): a constant head and the point.
        let mut der = vec![0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8];
        der.extend([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0]);
        der.extend(self.pair.public_key().as_ref());
        pem("PUBLIC KEY", &der)
    }

    /// A token that says `claims`.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "typ": "JWT", "kid": self.key_id }), claims)
    }

    /// A token with a header of its own.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", encode(header), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", base64url::encode(signature.as_ref()))
    }
}

/// The set of some keys, as it is published.
pub fn key_set(signers: &[&Signer]) -> String {
    json!({ "keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>() }).to_string()
}

/// JSON as a part of a token.
pub fn encode(value: &Value) -> String {
    base64url::encode(value.to_string().as_bytes())
}

/// PEM of some bytes.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = base64url::encode(der).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    format!("-----BEGIN {label}-----\n{text}{padding}\n-----END {label}-----\n")
}
