//! The kinds of second factors.

use tacit_store::second_factor::ProofRow;

/// How a session is marked in which a recovery code was given.
pub(in crate::app) const RECOVERY_CODE: &str = "recovery-code";

/// A kind of second factor. The names are those of the wire and of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Codes of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

impl Method {
    /// All, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Totp, Self::Passkey];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "webauthn",
        }
    }

    /// The method with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// Whether what was given in a session is what is wanted; `None` wants any. A recovery code stands for the
/// factor that was lost, whichever it is.
pub(super) fn is_given(proof: &ProofRow, wanted: Option<Method>) -> bool {
    proof.second_factor_at.is_some()
        && match (&proof.second_factor_method, wanted) {
            (_, None) => true,
            (Some(given), Some(wanted)) => given == wanted.as_str() || given == RECOVERY_CODE,
            (None, Some(_)) => false,
        }
}
