//! Where a passphrase comes from, if the root key is under one.

use zeroize::Zeroizing;

use crate::cli::{
    ask,
    failure::{Failure, Kind},
    terminal,
};

/// Where a passphrase comes from.
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
        let given = match self {
            Self::Given(passphrase) => return Ok(passphrase.clone()),
            Self::Ask if terminal::can_ask() => ask::password("Passphrase of the root key")?,
            Self::Ask | Self::Nobody => return Err(nobody()),
        };
        *self = Self::Given(given.clone());
        Ok(given)
    }
}

fn nobody() -> Failure {
    Failure::new(
        Kind::RootKey,
        "the root key is under a passphrase, and there is no terminal to ask for it",
        "add --passphrase-stdin; a server is given it by: tacit unseal",
    )
}
