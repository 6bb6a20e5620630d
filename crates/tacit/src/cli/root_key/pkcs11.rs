//! A key in a PKCS#11 token, such as a hardware security module or SoftHSM, as what wraps the root key.
//!
//! The mechanism is AES-GCM under an AES key of 256 bits that the token neither shows nor gives out. It authenticates
//! what it encrypts, so a changed file and another key are refused instead of opening to another root key; it takes
//! additional data as AWS KMS takes a context; and SoftHSM and the modules of networks and servers have it. Tokens
//! without it, such as most smart cards, are refused in plain words when the key is moved there.
//!
//! PKCS#11 is a library of the token's vendor, loaded into this process. A build without the feature `pkcs11` can load
//! none: it knows this form of a key file and says what to build.

mod pin;

#[cfg(not(feature = "pkcs11"))]
mod absent;
#[cfg(feature = "pkcs11")]
mod refusals;
#[cfg(feature = "pkcs11")]
mod token;

#[cfg(not(feature = "pkcs11"))]
use absent as token;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tacit_core::{base64url, keyring::RootKey, random::Random};

use crate::cli::failure::{Failure, Kind};

/// Bytes of the IV that is offered to the token. Some make one of their own, which may have another length.
const IV_BYTES: usize = 12;

/// An AES key of a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Pkcs11Key {
    /// Absolute path of the library of the token's vendor.
    pub(in crate::cli) module: PathBuf,
    /// Label of the token: at most 32 bytes.
    pub(in crate::cli) token: String,
    /// Label of the key in the token.
    pub(in crate::cli) key: String,
    /// Absolute path of a file with the PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) pin_file: Option<PathBuf>,
}

/// What a token made of a root key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Wrapped {
    mechanism: Mechanism,
    /// Base64url.
    iv: String,
    /// Base64url; the tag of 16 bytes is at its end.
    ciphertext: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mechanism {
    AesGcm,
}

impl Pkcs11Key {
    /// Wraps a root key.
    ///
    /// # Errors
    ///
    /// If there is no such module, token or key, the token refuses the PIN, does not answer or has no AES-GCM, or the
    /// key may leave the token or is shorter than 256 bits.
    pub(super) fn encrypt(&self, root: &RootKey, pin: &str, random: &Random) -> Result<Wrapped, Failure> {
        let (iv, ciphertext) = token::encrypt(self, pin, root.to_base64().as_bytes(), random.bytes())?;
        Ok(Wrapped {
            mechanism: Mechanism::AesGcm,
            iv: base64url::encode(&iv),
            ciphertext: base64url::encode(&ciphertext),
        })
    }

    /// Unwraps a root key.
    ///
    /// # Errors
    ///
    /// If there is no such module, token or key, the token refuses the PIN or does not answer, or it is not this key
    /// that wrapped it.
    pub(super) fn decrypt(&self, wrapped: &Wrapped, pin: &str) -> Result<RootKey, Failure> {
        let Mechanism::AesGcm = wrapped.mechanism;
        let parts = base64url::decode(&wrapped.iv).zip(base64url::decode(&wrapped.ciphertext));
        let (iv, ciphertext) = parts.ok_or_else(|| self.unexpected())?;
        let text = token::decrypt(self, pin, iv, &ciphertext)?;
        let text = std::str::from_utf8(&text).map_err(|_| self.unexpected())?;
        RootKey::parse(text).map_err(|_| self.unexpected())
    }

    /// Makes the key in the token: an AES key of 256 bits that never leaves it.
    ///
    /// # Errors
    ///
    /// If there is no such module or token, it has a key of this name or makes none, or it refuses the PIN.
    pub(in crate::cli) fn create(&self, pin: &str) -> Result<(), Failure> {
        token::create_key(self, pin)
    }

    fn unexpected(&self) -> Failure {
        Failure::new(
            Kind::RootKey,
            format!("the key file does not hold what the token {} made of a root key", self.token),
            "put the key file back from its copy",
        )
    }
}

/// Refuses in a build that knows no PKCS#11, before anybody is asked for a PIN.
///
/// # Errors
///
/// Then, with how to build one that does.
fn require() -> Result<(), Failure> {
    if cfg!(feature = "pkcs11") { Ok(()) } else { Err(not_built_in()) }
}

fn not_built_in() -> Failure {
    Failure::new(
        Kind::RootKey,
        "this tacit was built without PKCS#11, so it can ask no token",
        "build it with: cargo build --release -p tacit --features pkcs11",
    )
}
