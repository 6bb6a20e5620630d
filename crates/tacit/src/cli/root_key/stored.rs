//! What a key file holds: the root key in the clear, or wrapped by something that has to be there too.
//!
//! In the clear it is one line, as it always was. Wrapped it is a JSON object that names the way.

use serde::{Deserialize, Serialize};
use tacit_core::{
    base64url,
    cipher::Ciphertext,
    keyring::{
        RootKey, RootKeyError,
        passphrase::{Cost, PassphraseError, PassphraseWrap},
    },
    random::Random,
};
use zeroize::Zeroizing;

use super::{
    aws_kms::AwsKms,
    pkcs11::{Pkcs11Key, Wrapped},
    transit::Transit,
    unlock::Unlock,
};
use crate::cli::failure::{Failure, Kind};

/// A root key as its file holds it.
pub(in crate::cli) enum Stored {
    /// In the clear.
    Plain(RootKey),
    /// Under a passphrase.
    Passphrase(PassphraseWrap),
    /// By a key of the AWS Key Management Service.
    AwsKms(AwsKms, String),
    /// By a key of the Transit engine of Vault or OpenBao.
    Transit(Transit, String),
    /// By a key of a PKCS#11 token.
    Pkcs11(Pkcs11Key, Wrapped),
}

/// What wraps root keys.
#[derive(Clone)]
pub(in crate::cli) enum Wrapper {
    /// Nothing.
    Plain,
    /// A passphrase.
    Passphrase(Zeroizing<String>),
    /// A key of the AWS Key Management Service.
    AwsKms(AwsKms),
    /// A key of the Transit engine of Vault or OpenBao.
    Transit(Transit),
    /// A key of a PKCS#11 token, with the token's PIN.
    Pkcs11(Pkcs11Key, Zeroizing<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum File {
    Passphrase { cost: Cost, salt: String, ciphertext: String },
    AwsKms { key: AwsKms, ciphertext: String },
    Transit { key: Transit, ciphertext: String },
    Pkcs11 { key: Pkcs11Key, wrapped: Wrapped },
}

/// The text is none of these. It is not quoted: it may be nearly a key.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(in crate::cli) enum StoredError {
    /// No root key in the clear.
    #[error(transparent)]
    Plain(#[from] RootKeyError),
    /// An object that names no way to wrap keys that this release knows.
    #[error("it is neither a root key nor one that this release can unwrap")]
    Unknown,
}

impl Stored {
    /// Reads the text of a key file.
    ///
    /// # Errors
    ///
    /// [`StoredError`] for anything else.
    pub(in crate::cli) fn parse(text: &str) -> Result<Self, StoredError> {
        if !text.trim_start().starts_with('{') {
            return Ok(Self::Plain(RootKey::parse(text)?));
        }
        match serde_json::from_str(text).map_err(|_| StoredError::Unknown)? {
            File::Passphrase { cost, salt, ciphertext } => {
                let salt = base64url::decode(&salt).and_then(|salt| salt.try_into().ok());
                let ciphertext = base64url::decode(&ciphertext).map(Ciphertext);
                let (Some(salt), Some(ciphertext)) = (salt, ciphertext) else {
                    return Err(StoredError::Unknown);
                };
                Ok(Self::Passphrase(PassphraseWrap { cost, salt, ciphertext }))
            }
            File::AwsKms { key, ciphertext } => Ok(Self::AwsKms(key, ciphertext)),
            File::Transit { key, ciphertext } => Ok(Self::Transit(key, ciphertext)),
            File::Pkcs11 { key, wrapped } => Ok(Self::Pkcs11(key, wrapped)),
        }
    }

    /// The text of the key file.
    pub(in crate::cli) fn to_text(&self) -> Result<Zeroizing<String>, Failure> {
        let file = match self {
            Self::Plain(key) => {
                let mut text = key.to_text();
                text.push('\n');
                return Ok(text);
            }
            Self::Passphrase(wrap) => File::Passphrase {
                cost: wrap.cost,
                salt: base64url::encode(&wrap.salt),
                ciphertext: base64url::encode(&wrap.ciphertext.0),
            },
            Self::AwsKms(key, ciphertext) => {
                File::AwsKms { key: key.clone(), ciphertext: ciphertext.clone() }
            }
            Self::Transit(key, ciphertext) => {
                File::Transit { key: key.clone(), ciphertext: ciphertext.clone() }
            }
            Self::Pkcs11(key, wrapped) => File::Pkcs11 { key: key.clone(), wrapped: wrapped.clone() },
        };
        let text = serde_json::to_string_pretty(&file);
        let text = text.map_err(|error| Failure::failed(format!("the key file: {error}"), "try again"))?;
        Ok(Zeroizing::new(format!("{text}\n")))
    }

    /// The name of the way: `file`, `passphrase`, `aws-kms`, `transit` or `pkcs11`.
    pub(in crate::cli) const fn mode(&self) -> &'static str {
        match self {
            Self::Plain(_) => "file",
            Self::Passphrase(_) => "passphrase",
            Self::AwsKms(..) => "aws-kms",
            Self::Transit(..) => "transit",
            Self::Pkcs11(..) => "pkcs11",
        }
    }

    /// The root key, and what wrapped it.
    ///
    /// # Errors
    ///
    /// For a wrong passphrase or PIN, and if who has to unwrap it cannot be asked or refuses.
    pub(in crate::cli) fn open(self, unlock: &mut Unlock) -> Result<(RootKey, Wrapper), Failure> {
        match self {
            Self::Plain(key) => Ok((key, Wrapper::Plain)),
            Self::Passphrase(wrap) => {
                let passphrase = unlock.passphrase()?;
                let key = wrap.open(&passphrase).map_err(refused)?;
                Ok((key, Wrapper::Passphrase(passphrase)))
            }
            Self::AwsKms(key, ciphertext) => Ok((key.decrypt(&ciphertext)?, Wrapper::AwsKms(key))),
            Self::Transit(key, ciphertext) => Ok((key.decrypt(&ciphertext)?, Wrapper::Transit(key))),
            Self::Pkcs11(key, wrapped) => {
                let pin = key.pin(unlock)?;
                Ok((key.decrypt(&wrapped, &pin)?, Wrapper::Pkcs11(key, pin)))
            }
        }
    }
}

impl Wrapper {
    /// Wraps a root key for its file.
    ///
    /// # Errors
    ///
    /// As [`Stored::open`].
    pub(in crate::cli) fn close(&self, root: &RootKey, random: &Random) -> Result<Stored, Failure> {
        match self {
            Self::Plain => {
                let copy = RootKey::parse(&root.to_text());
                copy.map(Stored::Plain).map_err(|error| Failure::failed(error.to_string(), "try again"))
            }
            Self::Passphrase(passphrase) => {
                PassphraseWrap::close(root, passphrase, random).map(Stored::Passphrase).map_err(refused)
            }
            Self::AwsKms(key) => Ok(Stored::AwsKms(key.clone(), key.encrypt(root)?)),
            Self::Transit(key) => Ok(Stored::Transit(key.clone(), key.encrypt(root)?)),
            Self::Pkcs11(key, pin) => Ok(Stored::Pkcs11(key.clone(), key.encrypt(root, pin, random)?)),
        }
    }
}

fn refused(error: PassphraseError) -> Failure {
    Failure::new(Kind::RootKey, error.to_string(), "type it again; without it only the recovery key helps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_under_a_passphrase_reads_back_from_its_file_and_shows_no_key() {
        let random = Random::seeded(1);
        let root = RootKey::generate(&random);
        let wrapper = Wrapper::Passphrase(Zeroizing::new("correct horse battery".to_owned()));
        let text = wrapper.close(&root, &random).unwrap().to_text().unwrap();
        assert!(!text.contains(&*root.to_text()));

        let stored = Stored::parse(&text).unwrap();
        assert_eq!(stored.mode(), "passphrase");
        let mut right = Unlock::Given(Zeroizing::new("correct horse battery".to_owned()));
        let (opened, _) = stored.open(&mut right).unwrap();
        assert_eq!(opened.id(), root.id());
        let mut wrong = Unlock::Given(Zeroizing::new("another horse battery".to_owned()));
        let failure = Stored::parse(&text).unwrap().open(&mut wrong).err().unwrap();
        assert_eq!(failure.kind, Kind::RootKey);
    }

    #[test]
    fn what_is_no_key_file_is_refused_and_not_quoted() {
        for text in ["", "{", "{}", "{\"kind\":\"hsm\"}", "{\"kind\":\"passphrase\",\"salt\":\"x\"}", "abc"] {
            let error = Stored::parse(text).err().unwrap().to_string();
            assert!(text.len() < 3 || !error.contains(text), "{error}");
        }
    }
}
