//! What is said to a token. Each call loads the module, logs in once, and ends what it began: no session is left open
//! in the server.

use std::{ffi::c_ulong, sync::atomic::Ordering};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{Mechanism, aead::GcmParams},
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};
use zeroize::Zeroizing;

use super::{IV_BYTES, Pkcs11Key, pin, refusals};
use crate::cli::failure::Failure;

/// Authenticated with what is encrypted: what was wrapped for something else does not unwrap here.
const CONTEXT: &[u8] = b"tacit root key";
/// Bytes of the tag at the end of a ciphertext.
const TAG_BYTES: usize = 16;
/// Bytes of the keys that are made and taken.
const KEY_BYTES: u8 = 32;

/// Encrypts. Returns the IV that counts, and the ciphertext with its tag. The IV is `iv`, unless the token insists on
/// one of its own, as modules in FIPS mode do.
pub(super) fn encrypt(
    key: &Pkcs11Key,
    pin: &str,
    plaintext: &[u8],
    mut iv: [u8; IV_BYTES],
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let login = Login::new(key, pin)?;
    let handle = login.find_key()?;
    login.refuse_weak_key(handle)?;
    let output = match login.encrypt(handle, &mut iv, plaintext) {
        // AWS CloudHSM takes zeros alone, and writes its own IV there.
        Err(Error::Pkcs11(RvError::MechanismParamInvalid | RvError::ArgumentsBad, _)) => {
            iv = [0; IV_BYTES];
            login.encrypt(handle, &mut iv, plaintext)
        }
        outcome => outcome,
    };
    let output = output.map_err(|error| refusals::encrypt(key, &error))?;
    parts(&iv, &output, plaintext.len()).ok_or_else(|| refusals::strange(key))
}

/// Decrypts what [`encrypt`] returned.
pub(super) fn decrypt(
    key: &Pkcs11Key,
    pin: &str,
    mut iv: Vec<u8>,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let login = Login::new(key, pin)?;
    let handle = login.find_key()?;
    let plaintext = mechanism(&mut iv)
        .and_then(|mechanism| login.session.decrypt(&mechanism, handle, ciphertext))
        .map_err(|error| refusals::decrypt(key, &error))?;
    Ok(Zeroizing::new(plaintext))
}

/// Makes an AES key that never leaves the token.
pub(super) fn create_key(key: &Pkcs11Key, pin: &str) -> Result<(), Failure> {
    let login = Login::new(key, pin)?;
    if !login.keys()?.is_empty() {
        return Err(refusals::key_exists(key));
    }
    let mut template = login.template();
    template.extend([
        Attribute::ValueLen(c_ulong::from(KEY_BYTES).into()),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
    ]);
    login
        .session
        .generate_key(&Mechanism::AesKeyGen, &template)
        .map(|_| ())
        .map_err(|error| refusals::create(key, &error))
}

/// A module that was initialized; when it is dropped its sessions end.
struct Module(Pkcs11);

impl Module {
    fn load(key: &Pkcs11Key) -> Result<Self, Failure> {
        let module = Pkcs11::new(&key.module).map_err(|error| refusals::module(key, &error))?;
        // It stays loaded until the process ends: some modules leave exit handlers behind, which would run in code that
        // is not there any more.
        std::mem::forget(module.clone());
        module
            .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
            .map_err(|error| refusals::module(key, &error))?;
        Ok(Self(module))
    }

    fn slot(&self, key: &Pkcs11Key) -> Result<Slot, Failure> {
        let slots = self.0.get_slots_with_token().map_err(|error| refusals::away(key, &error))?;
        // A slot that says nothing is that of another token, or this one is away.
        let labelled: Vec<(Slot, String)> = slots
            .into_iter()
            .filter_map(|slot| Some((slot, self.0.get_token_info(slot).ok()?.label().to_owned())))
            .filter(|(_, label)| !label.is_empty())
            .collect();
        let mut found = labelled.iter().filter(|(_, label)| *label == key.token.trim_end());
        match (found.next(), found.next()) {
            (Some((slot, _)), None) => Ok(*slot),
            (Some(_), Some(_)) => Err(refusals::several_tokens(key)),
            (None, _) => {
                let labels: Vec<String> = labelled.into_iter().map(|(_, label)| label).collect();
                Err(refusals::no_token(key, &labels))
            }
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // If it cannot be ended there is nothing else to do about it; the process ends it.
        let _ = self.0.clone().finalize();
    }
}

/// A session of the token's user. The session ends before its module does.
struct Login<'a> {
    session: Session,
    _module: Module,
    key: &'a Pkcs11Key,
}

impl<'a> Login<'a> {
    /// Logs in, with one try.
    fn new(key: &'a Pkcs11Key, pin: &str) -> Result<Self, Failure> {
        let module = Module::load(key)?;
        let slot = module.slot(key)?;
        // AWS CloudHSM has no other sessions than those that may write.
        let session = module.0.open_rw_session(slot).map_err(|error| refusals::away(key, &error))?;
        match session.login(UserType::User, Some(&AuthPin::from(pin))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                Ok(Self { session, _module: module, key })
            }
            Err(error) => {
                if refusals::is_wrong_pin(&error) {
                    pin::IS_REFUSED.store(true, Ordering::Relaxed);
                }
                Err(refusals::login(key, &error))
            }
        }
    }

    /// What is looked for and what is made: an AES key of that name.
    fn template(&self) -> Vec<Attribute> {
        vec![
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Token(true),
            Attribute::Label(self.key.key.as_bytes().to_vec()),
        ]
    }

    fn keys(&self) -> Result<Vec<ObjectHandle>, Failure> {
        self.session.find_objects(&self.template()).map_err(|error| refusals::away(self.key, &error))
    }

    fn find_key(&self) -> Result<ObjectHandle, Failure> {
        match self.keys()?.as_slice() {
            [] => Err(refusals::no_key(self.key)),
            [handle] => Ok(*handle),
            _ => Err(refusals::several_keys(self.key)),
        }
    }

    /// A key that its owner could read, or have wrapped by a key that he knows, would not be bound to the token.
    fn refuse_weak_key(&self, handle: ObjectHandle) -> Result<(), Failure> {
        let asked = [AttributeType::Extractable, AttributeType::Sensitive, AttributeType::ValueLen];
        let attributes = self.session.get_attributes(handle, &asked);
        for attribute in attributes.map_err(|error| refusals::away(self.key, &error))? {
            match attribute {
                Attribute::Extractable(true) | Attribute::Sensitive(false) => {
                    return Err(refusals::weak_key(self.key, "may leave the token"));
                }
                Attribute::ValueLen(bytes) if *bytes < c_ulong::from(KEY_BYTES) => {
                    return Err(refusals::weak_key(self.key, "has fewer than 256 bits"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn encrypt(
        &self,
        handle: ObjectHandle,
        iv: &mut [u8; IV_BYTES],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.session.encrypt(&mechanism(iv)?, handle, plaintext)
    }
}

fn mechanism(iv: &mut [u8]) -> Result<Mechanism<'_>, Error> {
    let tag_bits = (TAG_BYTES * 8).try_into()?;
    Ok(Mechanism::AesGcm(GcmParams::new(iv, CONTEXT, tag_bits)?))
}

/// IV and ciphertext of what a token gave. `iv` is what stands afterwards where it was given one: AWS CloudHSM writes its
/// own there. Thales Luna and ProtectServer append theirs to the ciphertext. `None` if there is no IV, or it is all zeros,
/// which only asked for one: two messages under one IV would give away both.
fn parts(iv: &[u8], output: &[u8], plaintext_bytes: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let (ciphertext, appended) = output.split_at_checked(plaintext_bytes + TAG_BYTES)?;
    let iv = if appended.is_empty() { iv } else { appended };
    iv.iter().any(|byte| *byte != 0).then(|| (iv.to_vec(), ciphertext.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_iv_that_counts_is_the_one_that_the_token_used() {
        let output = [[1; 4].as_slice(), &[2; TAG_BYTES], &[3; 16]].concat();
        let (ciphertext, appended) = output.split_at(4 + TAG_BYTES);

        let own = parts(&[9; IV_BYTES], ciphertext, 4);
        assert_eq!(own, Some((vec![9; IV_BYTES], ciphertext.to_vec())));
        assert_eq!(parts(&[9; IV_BYTES], &output, 4), Some((appended.to_vec(), ciphertext.to_vec())));
        assert_eq!(parts(&[0; IV_BYTES], &output, 4), Some((appended.to_vec(), ciphertext.to_vec())));
        assert_eq!(parts(&[0; IV_BYTES], ciphertext, 4), None);
        assert_eq!(parts(&[9; IV_BYTES], &ciphertext[1..], 4), None);
    }
}
