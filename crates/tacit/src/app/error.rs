//! Why a use case did not succeed, without a word about HTTP.

use tacit_core::{
    cipher::DecryptError, name::NameError, permission::Missing, reference::TooMuch, token::TokenError,
};
use tacit_store::StoreError;

use super::{
    refusal::Denial,
    second_factor::Method,
    secrets::{Conflict, damaged::Damaged},
};

/// What a use case returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not succeed.
///
/// The text of every variant down to [`Error::Conflicts`] is for the client. The rest are ours: the
/// client reads one bare sentence, and the cause goes to the log once, where the answer is made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No credential, or one that is not valid any more.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// A credential that is no valid token of ours.
    #[error("{0}")]
    Token(#[from] TokenError),
    /// Valid credentials without the permission this needs.
    #[error("You are not allowed to {} on {}", .0.action.as_str(), .0.subject.as_str())]
    Forbidden(Box<Denial>),
    /// Refused for another reason than a rule: wrong organization, not a member, locked out, address.
    #[error("{0}")]
    Refused(String),
    /// A second factor that does not count (wire-contract 5.6).
    #[error("{}", if *is_ended { "This sign-in has ended. Start again." } else { "This is wrong or was used before" })]
    SecondFactor {
        /// Whether the sign-in itself has ended, so that no code would count.
        is_ended: bool,
        /// How many more codes can be tried.
        tries_left: i64,
    },
    /// The organization asks for a second factor that was not given and that the person has to set up.
    #[error("{}", missing_factor(methods))]
    SecondFactorMissing {
        /// Any of these would do.
        methods: Vec<Method>,
    },
    /// What is asked for needs the password again: the sign-in is not recent.
    #[error("Give your password again: you signed in more than 10 minutes ago")]
    PasswordNeeded,
    /// The caller tries to give away more than it holds (wire-contract 12.5).
    #[error("{message}")]
    Boundary {
        /// What was tried.
        message: &'static str,
        /// The rights the caller lacks.
        missing: Vec<Missing>,
    },
    /// It does not exist, or the caller may not know that it does.
    #[error("{0}")]
    NotFound(String),
    /// It can be understood but not done: a duplicate, a protected thing, a bad value.
    #[error("{0}")]
    Invalid(String),
    /// Values refer to more than one answer can hold.
    #[error("{0}")]
    References(#[from] TooMuch),
    /// Fields with a wrong form.
    #[error("some fields are not valid")]
    Form(Vec<Issue>),
    /// The body is larger than the route takes, in bytes.
    #[error("The request body is larger than {limit} bytes")]
    TooLarge {
        /// What it takes.
        limit: usize,
    },
    /// What was read has changed meanwhile; trying again may work.
    #[error("{0}")]
    Conflict(&'static str),
    /// The caller has as many of these at a time as it may have.
    #[error("{0}")]
    TooMany(String),
    /// What is asked for is damaged in the database: a fault of ours, and still for the client to know.
    #[error("{0}")]
    Damaged(#[from] Damaged),
    /// Changes do not fit what is there; nothing was written.
    #[error("{} of the changes do not fit what is there now", .0.len())]
    Conflicts(Vec<Conflict>),
    /// The audit journal cannot take the event, so the answer must not leave (architecture 6).
    #[error("the audit log cannot be written")]
    AuditUnavailable,
    /// The root key of this process is not the one of the database any more.
    #[error("sealed: this server does not have the present root key")]
    Sealed,
    /// Too many requests of a costly kind wait already.
    #[error("too many requests of this kind are waiting")]
    Busy,
    /// The database failed.
    #[error("database")]
    Store(#[from] StoreError),
    /// A stored value does not decrypt: damaged data or a wrong key.
    #[error("stored data does not decrypt")]
    Decrypt(#[from] DecryptError),
    /// A defect.
    #[error("{0}")]
    Internal(String),
}

fn missing_factor(methods: &[Method]) -> &'static str {
    match methods {
        [Method::Totp] => {
            "This organization asks for codes of an authenticator app. Set one up in your profile, then choose \
             it again."
        }
        [Method::Passkey] => {
            "This organization asks for a passkey. Set one up in your profile, then choose it again."
        }
        _ => {
            "This organization asks for a second factor. Set up an authenticator app or a passkey in your \
             profile, then choose it again."
        }
    }
}

/// One field with a wrong form, as the wire lists it (wire-contract 2.1, status 422).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong, for programs: `invalid_type`, `too_small`, `too_big`, `custom`.
    pub code: &'static str,
    /// Where: field names and array positions from the outside in.
    pub path: Vec<PathPart>,
    /// What is wrong, for people.
    pub message: String,
    /// The type that was expected, if the type is what is wrong.
    pub expected: Option<String>,
    /// The type that came, if the type is what is wrong.
    pub received: Option<String>,
}

/// One step of an [`Issue`]'s path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// A field.
    Field(String),
    /// A position in an array.
    Position(usize),
}

impl From<tacit_core::permission::PathPart> for PathPart {
    fn from(part: tacit_core::permission::PathPart) -> Self {
        match part {
            tacit_core::permission::PathPart::Key(key) => Self::Field(key),
            tacit_core::permission::PathPart::Index(index) => Self::Position(index),
        }
    }
}

impl Issue {
    /// An issue with the field called `field`.
    pub fn at(field: &str, message: impl Into<String>) -> Self {
        Self {
            code: "custom",
            path: vec![PathPart::Field(field.to_owned())],
            message: message.into(),
            expected: None,
            received: None,
        }
    }
}

impl Error {
    /// One field with a wrong form.
    pub fn form(field: &str, message: impl Into<String>) -> Self {
        Self::Form(vec![Issue::at(field, message)])
    }

    /// A name that breaks its rule, in the field called `field`.
    pub fn name(field: &'static str) -> impl FnOnce(NameError) -> Self {
        move |error| Self::form(field, error.to_string())
    }

    /// `Environment 'qa' was not found`.
    pub fn not_found(kind: &str, name: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{kind} '{name}' was not found"))
    }

    /// Says in the use case's own words that a row with the same key is there already.
    pub fn duplicate(message: String) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::AlreadyExists => Self::Invalid(message),
            other => Self::Store(other),
        }
    }
}
