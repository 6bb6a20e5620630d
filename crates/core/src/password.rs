//! Passwords of people: Argon2id with the parameters that OWASP recommends.
//!
//! A hash is a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, with 16 bytes of salt and
//! 32 of hash. Hashing takes 19 MiB of memory and about 15 ms: run it where nobody waits for the
//! thread, a few at a time. Machines never come here: their secrets are random, see
//! [`token`](crate::token).

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use zeroize::Zeroizing;

use crate::random::Random;

/// The least number of characters that the API accepts (`decisions.md` 8).
pub const API_LENGTH_MIN: usize = 8;
/// The greatest length of a password, in bytes: hashing costs must not depend on the caller.
pub const BYTES_MAX: usize = 1024;

/// Memory in KiB (19 MiB).
const MEMORY: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes, computed one after the other.
const LANES: u32 = 1;

/// The greatest cost that a stored hash may ask for: memory in KiB, and passes. A row that asks
/// for more was not written by us, and must not take the server down.
const COST_MAX: (u32, u32) = (256 * 1024, 16);

/// A hash with our parameters that no password has: what an unknown account is checked against.
const PLACEHOLDER: &str = concat!(
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
);

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer characters than the minimum.
    #[error("the password must have at least {minimum} characters")]
    TooShort {
        /// What was asked for.
        minimum: usize,
    },
    /// More than [`BYTES_MAX`].
    #[error("the password must not be longer than {BYTES_MAX} bytes")]
    TooLong,
}

/// Checks the length of a new password. `minimum` is in characters: such as
/// [`API_LENGTH_MIN`].
///
/// # Errors
///
/// The rule it breaks.
pub fn check(password: &str, minimum: usize) -> Result<(), PasswordError> {
    if password.len() > BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    if password.chars().count() < minimum {
        return Err(PasswordError::TooShort { minimum });
    }
    Ok(())
}

/// Hashes `password` for storing, under a new salt.
#[must_use]
pub fn hash(password: &str, random: &Random) -> String {
    let salt = Zeroizing::new(random.bytes::<16>());
    hash_with_salt(password, &salt).to_string()
}

#[expect(clippy::expect_used, reason = "the constants are valid, and Argon2 takes up to 4 GiB of password")]
fn hash_with_salt(password: &str, salt: &[u8; 16]) -> PasswordHash {
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("valid parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt)
        .expect("a password of ordinary size")
}

/// Whether `phc` is the hash of `password`. Compares in constant time.
///
/// Also `false` if the password is longer than [`BYTES_MAX`], or if `phc` is damaged, of another
/// algorithm, or of an absurd cost.
#[must_use]
pub fn verify(password: &str, phc: &str) -> bool {
    if password.len() > BYTES_MAX {
        return false;
    }
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    is_acceptable(&hash) && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Does the work of [`verify`] for an account that does not exist, so that the time of the answer
/// does not tell. Always `false`.
#[must_use]
pub fn verify_unknown(password: &str) -> bool {
    let _ = verify(password, PLACEHOLDER);
    false
}

/// The parameters come from the hash, so that raising ours does not shut anyone out.
fn is_acceptable(hash: &PasswordHash) -> bool {
    let (memory_max, passes_max) = COST_MAX;
    hash.algorithm.as_str() == "argon2id"
        && Params::try_from(hash)
            .is_ok_and(|params| params.m_cost() <= memory_max && params.t_cost() <= passes_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let phc = hash("correct horse", &Random::seeded(1));

        assert!(verify("correct horse", &phc));
        assert!(!verify("correct horse ", &phc));
        assert!(!verify("", &phc));
    }

    #[test]
    fn a_hash_made_by_another_implementation_verifies() {
        let phc = concat!(
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$",
            "FlIJFODO0GA9X7RCw3B53JEk6wn2bU9ap+sAFH8TDV4",
        );

        assert!(verify("hunter2 hunter2", phc));
        assert!(!verify("hunter3 hunter3", phc));
    }

    #[test]
    fn the_parameters_are_those_of_owasp_and_the_salt_differs() {
        let random = Random::system();
        let (one, two) = (hash("same", &random), hash("same", &random));

        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert_eq!(one.len(), PLACEHOLDER.len());
    }

    #[test]
    fn an_unknown_account_costs_the_same_work_and_is_refused() {
        let ours = hash("x", &Random::seeded(1));
        let parameters = |phc: &str| phc.rsplitn(3, '$').last().map(str::to_owned);

        assert_eq!(parameters(PLACEHOLDER), parameters(&ours));
        assert!(is_acceptable(&PasswordHash::new(PLACEHOLDER).unwrap()));
        assert!(!verify_unknown("x"));
    }

    #[test]
    fn a_damaged_foreign_or_absurdly_dear_hash_is_refused_at_once() {
        let tail = PLACEHOLDER.split_once("p=1").unwrap().1;
        let stored = [
            String::new(),
            "x".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1".to_owned(),
            format!("$argon2i$v=19$m=19456,t=2,p=1{tail}"),
            format!("$argon2id$v=19$m=4294967295,t=2,p=1{tail}"),
            format!("$argon2id$v=19$m=19456,t=4294967295,p=1{tail}"),
        ];
        for phc in stored {
            assert!(!verify("x", &phc), "{phc}");
        }
    }

    #[test]
    fn lengths_are_characters_below_and_bytes_above() {
        assert_eq!(check("ööööööö", API_LENGTH_MIN), Err(PasswordError::TooShort { minimum: 8 }));
        assert_eq!(check("öööööööö", API_LENGTH_MIN), Ok(()));
        assert!(check("elevenchars", 12).is_err());
        assert_eq!(check(&"x".repeat(1024), 12), Ok(()));
        assert_eq!(check(&"x".repeat(1025), API_LENGTH_MIN), Err(PasswordError::TooLong));

        let long = "x".repeat(1025);
        assert!(!verify(&long, &hash(&long, &Random::seeded(1))));
    }
}
