//! Where a passphrase comes from, if the root key is under one, or the PIN of the token that wraps it.

use zeroize::Zeroizing;

use crate::cli::{
    ask,
    failure::{Failure, Kind},
    terminal,
};

/// Where a passphrase or a PIN comes from.
#[derive(Clone)]
pub(in crate::cli) enum Unlock {
    /// Asked for on the terminal, once.
    Ask,
    /// It was given.
    Given(Zeroizing<String>),
    /// Nobody can be asked.
    Nobody,
}

impl Unlock {
    /// From standard input, or else from the terminal.
    ///
    /// # Errors
    ///
    /// If standard input cannot be read.
    pub(in crate::cli) fn new(is_on_stdin: bool) -> Result<Self, Failure> {
        if is_on_stdin { Ok(Self::Given(ask::password_from_stdin()?)) } else { Ok(Self::Ask) }
    }

    /// The passphrase. It is asked for only where it is needed, and kept for the next file.
    pub(super) fn passphrase(&mut self) -> Result<Zeroizing<String>, Failure> {
        self.get(
            "Passphrase of the root key",
            "the root key is under a passphrase",
            "add --passphrase-stdin; a server is given it by: tacit unseal",
        )
    }

    /// The PIN of the token with this label, in the same way.
    pub(super) fn pin(&mut self, token: &str) -> Result<Zeroizing<String>, Failure> {
        self.get(
            &format!("PIN of the token {token}"),
            &format!("the token {token} needs its PIN"),
            "set TACIT_PKCS11_PIN, or name a file by --pkcs11-pin-file; a server is given it by: tacit unseal",
        )
    }

    /// `need` and `next` are what is said if nobody can be asked.
    fn get(&mut self, question: &str, need: &str, next: &str) -> Result<Zeroizing<String>, Failure> {
        let given = match self {
            Self::Given(given) => return Ok(given.clone()),
            Self::Ask if terminal::can_ask() => ask::password(question)?,
            Self::Ask | Self::Nobody => {
                let cause = format!("{need}, and there is no terminal to ask for it");
                return Err(Failure::new(Kind::RootKey, cause, next));
            }
        };
        *self = Self::Given(given.clone());
        Ok(given)
    }
}
