//! Permission on secrets.

use tacit_core::permission::{Action, Object, Subject};

use super::{location::Place, state::Tag};
use crate::app::{access::ProjectAccess, error::Result};

/// Refuses what no secret at that place could allow: the part of the decision that comes before
/// looking (`decisions.md` 1, 28).
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) if nothing there could be allowed.
pub(super) fn possible(access: &ProjectAccess, action: Action, object: &Object<'_>) -> Result<()> {
    access.require_possible_at(action, Subject::Secrets, object)
}

/// Whether a secret at that place could be allowed.
pub(super) fn could(access: &ProjectAccess, action: Action, object: &Object<'_>) -> bool {
    access.permissions.could_allow(action, Subject::Secrets, object)
}

/// A secret that was found, for the decision on all that it has.
pub(super) struct Judged<'a> {
    access: &'a ProjectAccess,
    place: &'a Place,
    name: &'a str,
    tag_slugs: Vec<String>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(access: &'a ProjectAccess, place: &'a Place, name: &'a str, tags: &[Tag]) -> Self {
        Self { access, place, name, tag_slugs: slugs(tags) }
    }

    pub(super) fn allows(&self, action: Action) -> bool {
        let object = self.place.object(self.name, &self.tag_slugs);
        self.access.permissions.allows(action, Subject::Secrets, &object)
    }

    pub(super) fn require(&self, action: Action) -> Result<()> {
        self.access.require(action, Subject::Secrets, &self.place.object(self.name, &self.tag_slugs))
    }
}

/// Asks for the right to turn a secret into another state, and says whether its value was readable.
///
/// Who may edit but not read would otherwise come to read by renaming or by taking a tag off.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without `edit` on both states, or if the value
/// is readable only afterwards.
pub(super) fn require_change(before: &Judged<'_>, after: &Judged<'_>) -> Result<bool> {
    before.require(Action::Edit)?;
    after.require(Action::Edit)?;
    let was_readable = before.allows(Action::ReadValue);
    if !was_readable && after.allows(Action::ReadValue) {
        before.require(Action::ReadValue)?;
    }
    Ok(was_readable)
}

/// The slugs of tags, as rules compare them.
pub(in crate::app) fn slugs(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(|tag| tag.slug.clone()).collect()
}

#[cfg(test)]
mod tests;
