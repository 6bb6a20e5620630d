//! How much of what is at a place somebody may do something with.

use tacit_core::permission::{Action, Entry, Object, PermissionSet, Scope, Subject};

/// How far an action on the things of one kind at a place is allowed. A later one is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// A rule denies all of it, whatever other roles say.
    Denied,
    /// A rule denies some of it, and the rest is not allowed.
    SomeDenied,
    /// Nothing allows it.
    None,
    /// For some of the things, by their names or tags.
    Some,
    /// For all of them.
    All,
}

/// An action on a kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The kind of thing.
    pub subject: Subject,
    /// What is done to it.
    pub action: Action,
}

/// What lies in folders, and what can be done to it.
pub(super) const PLACE_RIGHTS: [Right; 13] = [
    secrets(Action::DescribeSecret),
    secrets(Action::ReadValue),
    secrets(Action::Create),
    secrets(Action::Edit),
    secrets(Action::Delete),
    right(Subject::SecretFolders, Action::Read),
    right(Subject::SecretFolders, Action::Create),
    right(Subject::SecretFolders, Action::Edit),
    right(Subject::SecretFolders, Action::Delete),
    right(Subject::SecretImports, Action::Read),
    right(Subject::SecretImports, Action::Create),
    right(Subject::SecretImports, Action::Edit),
    right(Subject::SecretImports, Action::Delete),
];

const fn right(subject: Subject, action: Action) -> Right {
    Right { subject, action }
}

const fn secrets(action: Action) -> Right {
    right(Subject::Secrets, action)
}

/// The rights that are about no place in particular.
pub(super) fn general_rights(scope: Scope) -> impl Iterator<Item = Right> {
    let is_general = move |entry: &&Entry| {
        scope == Scope::Organization || !PLACE_RIGHTS.iter().any(|right| right.subject == entry.subject)
    };
    let rights = |entry: &'static Entry| entry.actions.iter().map(|action| right(entry.subject, *action));
    scope.catalog().iter().filter(is_general).flat_map(rights)
}

impl Extent {
    /// What a set says about an action on all things that have the attributes of `object`.
    #[must_use]
    pub fn of(set: &PermissionSet, right: Right, object: &Object<'_>) -> Self {
        let Right { action, subject } = right;
        let reach = Self::reach(set, right, object);
        if reach.allows_some() {
            return reach;
        }
        let denies = |explanation: tacit_core::permission::Explanation| {
            explanation.parts.iter().flat_map(|part| &part.verdicts).any(|verdict| verdict.is_denying())
        };
        if denies(set.explain_possible(action, subject, object)) {
            Self::Denied
        } else if denies(set.explain(action, subject, object)) {
            Self::SomeDenied
        } else {
            Self::None
        }
    }

    /// As [`Self::of`], where all that is not allowed is [`Self::None`].
    #[must_use]
    pub fn reach(set: &PermissionSet, right: Right, object: &Object<'_>) -> Self {
        let Right { action, subject } = right;
        if set.allows(action, subject, object) {
            Self::All
        } else if set.could_allow(action, subject, object) {
            Self::Some
        } else {
            Self::None
        }
    }

    /// Its name on the wire: `denied`, `some-denied`, `none`, `some` or `all`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::SomeDenied => "some-denied",
            Self::None => "none",
            Self::Some => "some",
            Self::All => "all",
        }
    }

    /// Whether something is allowed.
    #[must_use]
    pub const fn allows_some(self) -> bool {
        matches!(self, Self::Some | Self::All)
    }
}
