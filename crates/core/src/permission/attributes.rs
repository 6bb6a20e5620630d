//! What is known of a thing, kept for later.

use std::collections::BTreeMap;

use super::field::Attribute;
use super::{Action, Field, Object, Subject};

/// The attributes of a thing that are one text each, such as its place and name: what is worth keeping
/// of an [`Object`] once the decision has been made.
///
/// Tags and metadata are left out. Whoever decides again looks them up again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<Field, String>);

impl Attributes {
    /// Those that `object` states.
    #[must_use]
    pub fn of(object: &Object<'_>) -> Self {
        let text = |field: &Field| match field.of(object) {
            Attribute::Text(text) => Some((*field, text.to_owned())),
            Attribute::Absent | Attribute::Tags(_) | Attribute::Metadata(_) => None,
        };
        Self(Field::ALL.iter().filter_map(text).collect())
    }

    /// With another one. Tags and metadata are not taken.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<String>) -> Self {
        if !matches!(field, Field::SecretTags | Field::Metadata) {
            self.0.insert(field, text.into());
        }
        self
    }

    /// What is known about `field`.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// All of them, in the order of [`Field::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, text)| (*field, text.as_str()))
    }

    /// A thing with these attributes.
    #[must_use]
    pub fn object(&self) -> Object<'_> {
        Object {
            environment: self.get(Field::Environment),
            secret_path: self.get(Field::SecretPath),
            secret_name: self.get(Field::SecretName),
            secret_tags: None,
            metadata: None,
            connection_id: self.get(Field::ConnectionId),
            identity_id: self.get(Field::IdentityId),
            user_email: self.get(Field::UserEmail),
            group_name: self.get(Field::GroupName),
            assignable_role: self.get(Field::AssignableRole),
            assignable_subject: self.get(Field::AssignableSubject).and_then(Subject::parse),
            assignable_action: self.get(Field::AssignableAction).and_then(Action::parse),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_the_same_thing_without_tags_and_metadata() {
        let tags = ["x".to_owned()];
        let whole = Object::new()
            .environment("dev")
            .secret_path("/a")
            .secret_name("KEY")
            .secret_tags(&tags)
            .identity_id("i")
            .user_email("e")
            .group_name("g")
            .connection_id("c")
            .assignable_role("r")
            .assignable_right(Action::Read, Subject::Tags);

        let kept = Attributes::of(&whole);

        assert_eq!(kept.iter().count(), 10);
        assert_eq!(Attributes::of(&kept.object()), kept);
        assert!(kept.object().secret_tags.is_none());
        assert_eq!(kept.get(Field::SecretPath), Some("/a"));
        assert_eq!(Attributes::default().with(Field::SecretTags, "x"), Attributes::default());
    }
}
