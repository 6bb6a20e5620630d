//! Why a command did not succeed, what to do about it, and the exit code that says so to scripts.

use std::process::ExitCode;

/// What kind of failure it is. Each kind has an exit code, which `--help` and docs/server.md list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The server refused, did not answer, or is not healthy.
    Failed = 1,
    /// A flag, a variable or tacit.toml is wrong; clap exits with the same code.
    Settings = 2,
    /// The database cannot be opened.
    Database = 3,
    /// The root key is missing, unsafe or another one.
    RootKey = 4,
    /// The address or the certificate cannot be used.
    Listen = 5,
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind as u8)
    }
}

/// A failure: one sentence for the cause and one for the next step. Never holds a secret.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub(super) struct Failure {
    /// Which exit code it has.
    pub(super) kind: Kind,
    /// What went wrong.
    pub(super) cause: String,
    /// What to do about it.
    pub(super) next: String,
}

impl Failure {
    /// A failure with its next step.
    pub(super) fn new(kind: Kind, cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind, cause: cause.into(), next: next.into() }
    }

    /// Wrong settings.
    pub(super) fn settings(cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Kind::Settings, cause, next)
    }

    /// A request that did not succeed.
    pub(super) fn failed(cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Kind::Failed, cause, next)
    }
}
