//! Why a rule is refused.

use serde::Serialize;

use super::{Field, Scope, Subject};

/// A rule that cannot be taken, and where it is wrong. Holds nothing the client sent but keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct RuleError {
    /// Where, from the outermost key: `conditions`, `secretPath`, `$glob`.
    pub path: Vec<PathPart>,
    /// What is wrong there.
    pub problem: RuleProblem,
}

/// One step of the way to an offending field, in the form of the wire's 422 (wire-contract 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathPart {
    /// A key of an object.
    Key(String),
    /// A place in an array, from 0.
    Index(usize),
}

/// What is wrong with a rule, as a sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// A field that every rule has is missing.
    #[error("Required")]
    Missing,
    /// The wrong kind of JSON.
    #[error("Must be {0}")]
    NotA(&'static str),
    /// Not a subject, or only one of the other scope.
    #[error("Not a subject of {0} permissions")]
    UnknownSubject(Scope),
    /// Not an action, or one of another subject.
    #[error("Not an action of the subject {0}")]
    UnknownAction(Subject),
    /// Not a condition field, or one of another subject.
    #[error("Not a field for conditions on the subject {0}")]
    UnknownField(Subject),
    /// Not an operator, or one that this field does not have.
    #[error("Not an operator for the field {0}; it has {list}", list = super::parse::operators(*.0).join(", "))]
    UnknownOperator(Field),
    /// Not a part of a metadata entry.
    #[error("Not a part of a metadata entry; use key and value")]
    UnknownEntryPart,
    /// Denying where conditions are impossible (wire-contract 12.3).
    #[error("Permissions on the subject {0} cannot be inverted")]
    CannotBeInverted(Subject),
    /// Nothing where something is needed.
    #[error("Must not be empty")]
    Empty,
    /// Text above the limit of bytes.
    #[error("Must be at most {0} bytes long")]
    TooLong(usize),
    /// More items than the limit.
    #[error("Must have at most {0} items")]
    TooMany(usize),
    /// A path that could never match one.
    #[error("A path must start with /")]
    NotAPath,
    /// A pattern with characters that mean something elsewhere, but not here.
    #[error("A pattern has *, ** and ? only: no {{ }} [ ] ( ) \\ and no ! at its beginning")]
    NotAPattern,
}

impl RuleProblem {
    /// This problem, right here.
    pub(super) fn here(self) -> RuleError {
        RuleError { path: Vec::new(), problem: self }
    }

    /// This problem in the field `key`.
    pub(super) fn at(self, key: &str) -> RuleError {
        self.here().under(key)
    }
}

impl RuleError {
    /// The same error, seen from the object whose field `key` has it.
    pub(super) fn under(mut self, key: &str) -> Self {
        self.path.insert(0, PathPart::Key(key.to_owned()));
        self
    }

    /// The same error, seen from the array whose item it is.
    pub(super) fn at_index(mut self, index: usize) -> Self {
        self.path.insert(0, PathPart::Index(index));
        self
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Organization => "organization",
            Self::Project => "project",
        })
    }
}
