//! A root key under a passphrase: AES-256-GCM under Argon2id (RFC 9106) of the passphrase.
//!
//! The cost is stored with it, so that raising ours shuts nobody out. It is bound to the ciphertext: the row id
//! of its place is `m=<KiB>,t=<passes>,p=<lanes>,salt=<hex>`.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::RootKey;
use crate::{
    cipher::{Ciphertext, DataKey, KeyBytes, Place},
    hex,
    random::Random,
};

/// The least number of characters of a passphrase.
pub const LENGTH_MIN: usize = 12;
/// The greatest number of bytes of a passphrase.
pub const BYTES_MAX: usize = 1024;

/// Our cost: 64 MiB of memory and 3 passes, as RFC 9106 4 recommends where memory is short.
const COST: Cost = Cost { memory_kib: 65_536, passes: 3, lanes: 1 };
/// The greatest cost that is worked: memory in KiB, passes and lanes. More was not written by us.
const COST_MAX: Cost = Cost { memory_kib: 1_048_576, passes: 16, lanes: 16 };

/// What a guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes, computed one after the other.
    pub lanes: u32,
}

/// A root key that its passphrase opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassphraseWrap {
    /// What a guess costs.
    pub cost: Cost,
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The root key.
    pub ciphertext: Ciphertext,
}

/// Why a passphrase does not open a root key, or must not close one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Another passphrase, or a damaged file; nobody can tell which.
    #[error("the passphrase is wrong")]
    Wrong,
    /// Fewer than [`LENGTH_MIN`] characters.
    #[error("a passphrase has at least {LENGTH_MIN} characters")]
    TooShort,
    /// More than [`BYTES_MAX`].
    #[error("a passphrase has at most {BYTES_MAX} bytes")]
    TooLong,
    /// The stored cost is none that we work.
    #[error("the cost of a guess is out of bounds, so the file was not written by this server")]
    Cost,
}

impl PassphraseWrap {
    /// Closes a root key with a passphrase. Takes 64 MiB of memory and a good part of a second.
    ///
    /// # Errors
    ///
    /// [`PassphraseError::TooShort`] and [`PassphraseError::TooLong`].
    pub fn close(root: &RootKey, passphrase: &str, random: &Random) -> Result<Self, PassphraseError> {
        if passphrase.chars().count() < LENGTH_MIN {
            return Err(PassphraseError::TooShort);
        }
        let salt = random.bytes();
        let key = derive(passphrase, &salt, COST)?;
        let ciphertext = key.encrypt(&place(&row_id(&salt, COST)), root.0.as_bytes(), random);
        Ok(Self { cost: COST, salt, ciphertext })
    }

    /// Opens it. Costs as [`Self::close`], whatever the passphrase.
    ///
    /// # Errors
    ///
    /// Every [`PassphraseError`] but too short.
    pub fn open(&self, passphrase: &str) -> Result<RootKey, PassphraseError> {
        let key = derive(passphrase, &self.salt, self.cost)?;
        let place = row_id(&self.salt, self.cost);
        let bytes =
            key.decrypt(&self::place(&place), &self.ciphertext).map_err(|_| PassphraseError::Wrong)?;
        KeyBytes::from_slice(&bytes).map(RootKey).ok_or(PassphraseError::Wrong)
    }
}

fn derive(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<DataKey, PassphraseError> {
    if passphrase.len() > BYTES_MAX {
        return Err(PassphraseError::TooLong);
    }
    let is_bounded = cost.memory_kib <= COST_MAX.memory_kib
        && cost.passes <= COST_MAX.passes
        && cost.lanes <= COST_MAX.lanes;
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .ok()
        .filter(|_| is_bounded)
        .ok_or(PassphraseError::Cost)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| PassphraseError::Cost)?;
    Ok(DataKey::new(1, &KeyBytes::new(key)))
}

fn row_id(salt: &[u8; 16], cost: Cost) -> String {
    let Cost { memory_kib, passes, lanes } = cost;
    format!("m={memory_kib},t={passes},p={lanes},salt={}", *hex::encode(salt))
}

fn place(row_id: &str) -> Place<'_> {
    Place { table: "root_keys", row_id, field: "passphrase", version: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "correct horse battery";

    #[test]
    fn the_passphrase_opens_it_and_another_does_not() {
        let random = Random::seeded(1);
        let root = RootKey::generate(&random);
        let closed = PassphraseWrap::close(&root, PASSPHRASE, &random).unwrap();

        assert_eq!(closed.open(PASSPHRASE).unwrap().to_text(), root.to_text());
        assert_eq!(closed.open("correct horse batterz").unwrap_err(), PassphraseError::Wrong);
        let cheaper = PassphraseWrap { cost: Cost { passes: 2, ..closed.cost }, ..closed };
        assert_eq!(cheaper.open(PASSPHRASE).unwrap_err(), PassphraseError::Wrong);
    }

    #[test]
    fn a_short_passphrase_and_an_absurd_cost_are_refused() {
        let random = Random::seeded(1);
        let root = RootKey::generate(&random);
        let close = |passphrase: &str| PassphraseWrap::close(&root, passphrase, &random).unwrap_err();
        assert_eq!(close("hunter2"), PassphraseError::TooShort);
        assert_eq!(close(&"x".repeat(BYTES_MAX + 1)), PassphraseError::TooLong);

        let huge = Cost { memory_kib: u32::MAX, passes: 1, lanes: 1 };
        let wrap = PassphraseWrap { cost: huge, salt: [0; 16], ciphertext: Ciphertext(Vec::new()) };
        assert_eq!(wrap.open(PASSPHRASE).unwrap_err(), PassphraseError::Cost);
    }
}
