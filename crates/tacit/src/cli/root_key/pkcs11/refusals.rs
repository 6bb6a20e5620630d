//! What a token or its module refused, in words for people. None holds a PIN or a key.

use cryptoki::error::{Error, RvError};

use super::Pkcs11Key;
use crate::cli::failure::{Failure, Kind};

fn refusal(cause: impl Into<String>, next: impl Into<String>) -> Failure {
    Failure::new(Kind::RootKey, cause, next)
}

/// The function and the name of what it answered: the standard's own sentences are a paragraph each.
fn said(error: &Error) -> String {
    match error {
        Error::Pkcs11(answer, function) => format!("C_{function:?} answers {answer:?}"),
        error => error.to_string(),
    }
}

/// The library is not there, or is none.
pub(super) fn module(key: &Pkcs11Key, error: &Error) -> Failure {
    let path = key.module.display();
    let cause = match error {
        Error::LibraryLoading(error) => format!("the PKCS#11 module {path} cannot be loaded: {error}"),
        Error::MissingSymbol(_) => format!("{path} is no PKCS#11 module"),
        error => format!("the PKCS#11 module {path} does not start: {}", said(error)),
    };
    refusal(
        cause,
        "install the library of the token's vendor there, with its settings, or name it with --pkcs11-module",
    )
}

/// The token does not answer as it should.
pub(super) fn away(key: &Pkcs11Key, error: &Error) -> Failure {
    refusal(
        format!("the token {} does not answer: {}", key.token, said(error)),
        "make it reachable, and start again",
    )
}

/// `others` are the labels of the tokens that are there.
pub(super) fn no_token(key: &Pkcs11Key, others: &[String]) -> Failure {
    let there = if others.is_empty() {
        "there is none".to_owned()
    } else {
        format!("there are: {}", others.join(", "))
    };
    refusal(
        format!("{} has no token with the label {}; {there}", key.module.display(), key.token),
        "plug it in or make it reachable, and start again; --pkcs11-token takes a label",
    )
}

/// A PIN could go to the wrong one.
pub(super) fn several_tokens(key: &Pkcs11Key) -> Failure {
    refusal(
        format!("{} has several tokens with the label {}", key.module.display(), key.token),
        "give each a label of its own",
    )
}

/// Whether it is the PIN that is wrong. Some tokens say of one that it is too short or too long.
pub(super) fn is_wrong_pin(error: &Error) -> bool {
    matches!(error, Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _))
}

/// What came of logging in.
pub(super) fn login(key: &Pkcs11Key, error: &Error) -> Failure {
    let label = &key.token;
    match error {
        error if is_wrong_pin(error) => refusal(
            format!("the token {label} refuses the PIN"),
            "it is not tried again by itself, since tokens lock after a few wrong ones: correct TACIT_PKCS11_PIN or \
             the file with the PIN",
        ),
        Error::Pkcs11(RvError::PinLocked, _) => refusal(
            format!("the PIN of the token {label} is locked"),
            "whoever administers the token unlocks it, with the tool of its vendor",
        ),
        Error::Pkcs11(RvError::UserPinNotInitialized | RvError::PinExpired, _) => refusal(
            format!("the PIN of the token {label} has to be set first: {}", said(error)),
            "set it with the tool of the token's vendor",
        ),
        error => away(key, error),
    }
}

/// There is no AES key of that name.
pub(super) fn no_key(key: &Pkcs11Key) -> Failure {
    refusal(
        format!("the token {} has no AES key with the label {}", key.token, key.key),
        "name another with --pkcs11-key, or have it made: add --pkcs11-create-key to tacit key migrate",
    )
}

/// Nobody can say which it is.
pub(super) fn several_keys(key: &Pkcs11Key) -> Failure {
    refusal(
        format!("the token {} has several AES keys with the label {}", key.token, key.key),
        "give each a label of its own",
    )
}

/// One is not made over another.
pub(super) fn key_exists(key: &Pkcs11Key) -> Failure {
    refusal(
        format!("the token {} has a key with the label {} already", key.token, key.key),
        "leave --pkcs11-create-key away to use it, or name another with --pkcs11-key",
    )
}

/// Somebody with the PIN could take it along, or it is too short.
pub(super) fn weak_key(key: &Pkcs11Key, what: &str) -> Failure {
    refusal(
        format!("the key {} of the token {} {what}", key.key, key.token),
        "have another made, with another label: --pkcs11-create-key",
    )
}

/// What came of making a key.
pub(super) fn create(key: &Pkcs11Key, error: &Error) -> Failure {
    refusal(
        format!("the token {} makes no AES key: {}", key.token, said(error)),
        "make one of 256 bits with the tool of its vendor, and leave --pkcs11-create-key away",
    )
}

/// What came of wrapping.
pub(super) fn encrypt(key: &Pkcs11Key, error: &Error) -> Failure {
    match error {
        Error::Pkcs11(RvError::MechanismInvalid, _) => refusal(
            format!("the token {} does not have AES-GCM", key.token),
            "take a token that has; the root key is where it was",
        ),
        Error::Pkcs11(RvError::KeyFunctionNotPermitted | RvError::KeyTypeInconsistent, _) => {
            weak_key(key, "may not be used to encrypt")
        }
        error => away(key, error),
    }
}

/// It answered with something that is not AES-GCM as it is known.
pub(super) fn strange(key: &Pkcs11Key) -> Failure {
    refusal(
        format!("the token {} encrypts by AES-GCM in a way that is not known here", key.token),
        "please report which token it is; the root key is where it was",
    )
}

/// What came of unwrapping. Tokens do not agree on how to say that a tag is wrong.
pub(super) fn decrypt(key: &Pkcs11Key, error: &Error) -> Failure {
    refusal(
        format!("the key {} of the token {} does not open the root key: {}", key.key, key.token, said(error)),
        "is it the key that wrapped it, and the key file unchanged? The recovery key opens the database without the \
         token: tacit key recover",
    )
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    /// What SoftHSM does not answer, and other tokens do.
    #[test]
    fn a_locked_pin_and_a_token_that_went_away_are_said_in_plain_words() {
        let key = Pkcs11Key {
            module: "/m.so".into(),
            token: "safe".to_owned(),
            key: "root".to_owned(),
            pin_file: None,
        };
        let locked = login(&key, &Error::Pkcs11(RvError::PinLocked, Function::Login));
        assert_eq!(locked.cause, "the PIN of the token safe is locked");
        let gone = login(&key, &Error::Pkcs11(RvError::DeviceRemoved, Function::Login));
        assert_eq!(gone.cause, "the token safe does not answer: C_Login answers DeviceRemoved");
    }
}
