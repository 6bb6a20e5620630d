//! Where the PIN of a token comes from. It is never a flag: everybody can read the arguments of a process.

use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use super::{Pkcs11Key, Wrapped, require};
use crate::cli::{
    config,
    failure::{Failure, Kind},
    root_key::{read_private, unlock::Unlock},
};

/// Whether a token has refused a PIN of this process. From then on only a person gives one: tokens lock after a few
/// wrong ones, and who reads the key file every two seconds (`root_key/watch.rs`) would use these up by itself.
pub(super) static IS_REFUSED: AtomicBool = AtomicBool::new(false);

impl Pkcs11Key {
    /// The PIN: what a person gave for this, or else that of `TACIT_PKCS11_PIN` or of its file, or else a person is
    /// asked.
    ///
    /// # Errors
    ///
    /// If there is none and nobody can be asked, its file cannot be read or others may read it, or this build knows no
    /// PKCS#11.
    pub(in crate::cli) fn pin(&self, unlock: &mut Unlock) -> Result<Zeroizing<String>, Failure> {
        require()?;
        if let Unlock::Given(pin) = unlock {
            return Ok(pin.clone());
        }
        match self.configured_pin()? {
            Some(pin) => Ok(pin),
            None => unlock.pin(&self.token),
        }
    }

    /// Whether a person has to give the PIN. One that is configured is tried, once: a server that ended because it is
    /// wrong would be started again, and again, until the token is locked.
    ///
    /// # Errors
    ///
    /// As [`Self::decrypt`], but for a wrong PIN.
    pub(in crate::cli::root_key) fn needs_pin(&self, wrapped: &Wrapped) -> Result<bool, Failure> {
        require()?;
        let Some(pin) = self.configured_pin()? else { return Ok(true) };
        match self.decrypt(wrapped, &pin) {
            Ok(_) => Ok(false),
            Err(failure) if IS_REFUSED.load(Ordering::Relaxed) => {
                tracing::error!(next = failure.next, "{}", failure.cause);
                Ok(true)
            }
            Err(failure) => Err(failure),
        }
    }

    fn configured_pin(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if IS_REFUSED.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if let Some(pin) = config::variable("TACIT_PKCS11_PIN").and_then(|pin| pin.into_string().ok()) {
            return Ok(Some(Zeroizing::new(pin)));
        }
        let Some(path) = &self.pin_file else { return Ok(None) };
        let text = read_private(path, "the PIN")?.ok_or_else(|| {
            Failure::new(
                Kind::RootKey,
                format!("the file with the PIN of the token {} is missing: {}", self.token, path.display()),
                "put it back, or set TACIT_PKCS11_PIN",
            )
        })?;
        Ok(Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
    }
}

#[cfg(all(test, feature = "pkcs11"))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::*;

    fn with_pin_file(path: &Path) -> Pkcs11Key {
        Pkcs11Key {
            module: "/nowhere".into(),
            token: "tacit".to_owned(),
            key: "tacit".to_owned(),
            pin_file: Some(path.to_owned()),
        }
    }

    #[test]
    fn a_pin_that_was_refused_is_not_offered_again_until_somebody_types_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        fs::write(&path, "1234\n").unwrap();
        let key = with_pin_file(&path);
        assert_eq!(key.pin(&mut Unlock::Nobody).err().unwrap().kind, Kind::RootKey, "others may read it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(*key.pin(&mut Unlock::Nobody).unwrap(), "1234");

        IS_REFUSED.store(true, Ordering::Relaxed);

        assert!(key.pin(&mut Unlock::Nobody).is_err());
        let typed = || Zeroizing::new("5678".to_owned());
        assert_eq!(*key.pin(&mut Unlock::Given(typed())).unwrap(), "5678");
    }
}
