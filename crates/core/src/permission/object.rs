//! The thing a decision is about.

use super::{Action, Subject};

/// The attributes of the thing that a decision is about; borrowed, so that it costs nothing.
///
/// State all that the thing has. What is left out of the place, name, tags and metadata counts as
/// unknown: [`allows`](super::PermissionSet::allows) then takes allowing rules that ask for it as
/// not met and denying ones as met. Other attributes left out count as "has none".
///
/// ```
/// use tacit_core::permission::Object;
///
/// let tags = ["billing".to_owned()];
/// let secret = Object::new().environment("dev").secret_path("/app").secret_name("KEY").secret_tags(&tags);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Object<'a> {
    pub(super) environment: Option<&'a str>,
    pub(super) secret_path: Option<&'a str>,
    pub(super) secret_name: Option<&'a str>,
    pub(super) secret_tags: Option<&'a [String]>,
    pub(super) metadata: Option<&'a [(String, String)]>,
    pub(super) connection_id: Option<&'a str>,
    pub(super) identity_id: Option<&'a str>,
    pub(super) user_email: Option<&'a str>,
    pub(super) group_name: Option<&'a str>,
    pub(super) assignable_role: Option<&'a str>,
    pub(super) assignable_subject: Option<Subject>,
    pub(super) assignable_action: Option<Action>,
}

impl<'a> Object<'a> {
    /// Something without attributes, such as the settings of a project.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// In the environment with this slug.
    #[must_use]
    pub fn environment(self, slug: &'a str) -> Self {
        Self { environment: Some(slug), ..self }
    }

    /// In the folder with this path: `/`, or `/a/b` without a slash at the end.
    #[must_use]
    pub fn secret_path(self, path: &'a str) -> Self {
        Self { secret_path: Some(path), ..self }
    }

    /// The secret with this name.
    #[must_use]
    pub fn secret_name(self, name: &'a str) -> Self {
        Self { secret_name: Some(name), ..self }
    }

    /// With exactly these tags, by slug; an empty slice is a secret without tags.
    #[must_use]
    pub fn secret_tags(self, slugs: &'a [String]) -> Self {
        Self { secret_tags: Some(slugs), ..self }
    }

    /// With exactly these metadata, as key and value.
    #[must_use]
    pub fn metadata(self, entries: &'a [(String, String)]) -> Self {
        Self { metadata: Some(entries), ..self }
    }

    /// Using the connection with this id.
    #[must_use]
    pub fn connection_id(self, id: &'a str) -> Self {
        Self { connection_id: Some(id), ..self }
    }

    /// The identity with this id.
    #[must_use]
    pub fn identity_id(self, id: &'a str) -> Self {
        Self { identity_id: Some(id), ..self }
    }

    /// The person with this e-mail address.
    #[must_use]
    pub fn user_email(self, email: &'a str) -> Self {
        Self { user_email: Some(email), ..self }
    }

    /// The group with this name.
    #[must_use]
    pub fn group_name(self, name: &'a str) -> Self {
        Self { group_name: Some(name), ..self }
    }

    /// Assigning the role with this slug.
    #[must_use]
    pub fn assignable_role(self, slug: &'a str) -> Self {
        Self { assignable_role: Some(slug), ..self }
    }

    /// Assigning a right to this action on this subject.
    #[must_use]
    pub fn assignable_right(self, action: Action, subject: Subject) -> Self {
        Self { assignable_action: Some(action), assignable_subject: Some(subject), ..self }
    }
}
