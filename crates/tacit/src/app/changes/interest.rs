//! What a subscription is about.

use tacit_core::permission::{Action, Glob, Object, Subject};

use super::change::{EventKind, LoggedChange};
use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
};

/// Events that one subscription can register at most.
pub const REGISTRATIONS_MAX: usize = 10;

/// What a subscription is about.
#[derive(Clone, Debug)]
pub enum Interest {
    /// Some events about secrets: 1 to [`REGISTRATIONS_MAX`] registrations.
    Registered(Vec<Registration>),
    /// All that its reader may hear of.
    Everything,
}

/// One kind of events about secrets.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Which kind.
    pub event: EventKind,
    /// Only in the environment with this slug.
    pub environment: Option<String>,
    /// Only in folders whose path fits.
    pub path: Option<PathPattern>,
}

/// A path, or a pattern of paths as in conditions of rules.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    glob: Glob,
}

impl PathPattern {
    /// Every text is one. A slash at the end or none at the beginning counts as little as it does in a
    /// path.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let short = text.trim_end_matches('/');
        let is_whole = short.starts_with(['/', '*']);
        let text = if is_whole { short.to_owned() } else { format!("/{short}") };
        Self { glob: Glob::new(&text), text }
    }

    fn is_one_path(&self) -> bool {
        !self.text.contains(['*', '?'])
    }
}

impl Interest {
    /// Asks for the right to hear of what the subscription is about, as far as that is known before
    /// anything happens. Each event is judged again when it does.
    pub(super) fn require(&self, access: &ProjectAccess) -> Result<()> {
        match self {
            Self::Registered(registrations) => {
                if registrations.is_empty() || registrations.len() > REGISTRATIONS_MAX {
                    return Err(Error::form("register", format!("must have 1 to {REGISTRATIONS_MAX} items")));
                }
                registrations.iter().try_for_each(|registration| registration.require(access))
            }
            Self::Everything => {
                let subject = Subject::SecretEventSubscriptions;
                let is_possible = EventKind::ALL
                    .into_iter()
                    .any(|event| access.permissions.could_allow(event.action(), subject, &Object::default()));
                if is_possible {
                    return Ok(());
                }
                Err(access.impossible(Action::SubscribeToUpdateEvents, subject, &Object::default()))
            }
        }
    }

    /// Whether it is about events that secrets of imported folders make.
    pub(super) fn has_import_mutations(&self) -> bool {
        let is_one = |one: &Registration| one.event == EventKind::ImportMutation;
        matches!(self, Self::Registered(registrations) if registrations.iter().any(is_one))
    }

    /// Whether a change is among what the subscription is about.
    pub(super) fn includes(&self, change: &LoggedChange) -> bool {
        match self {
            Self::Registered(registrations) => registrations.iter().any(|one| one.includes(change)),
            Self::Everything => true,
        }
    }
}

impl Registration {
    fn require(&self, access: &ProjectAccess) -> Result<()> {
        let (action, subject) = (self.event.action(), Subject::SecretEventSubscriptions);
        let mut object = Object::new();
        if let Some(environment) = &self.environment {
            object = object.environment(environment);
        }
        let path = self.path.as_ref().filter(|path| path.is_one_path());
        if let Some(path) = path {
            object = object.secret_path(&path.text);
        }
        let is_allowed = if path.is_some() && self.environment.is_some() {
            access.permissions.allows(action, subject, &object)
        } else {
            access.permissions.could_allow(action, subject, &object)
        };
        if is_allowed { Ok(()) } else { Err(access.impossible(action, subject, &object)) }
    }

    fn includes(&self, change: &LoggedChange) -> bool {
        let fits_path = |pattern: &PathPattern| {
            change.path.as_deref().is_some_and(|path| path == pattern.text || pattern.glob.matches(path))
        };
        change.event() == Some(self.event)
            && self.environment.as_ref().is_none_or(|slug| change.environment.as_ref() == Some(slug))
            && self.path.as_ref().is_none_or(fits_path)
    }
}
