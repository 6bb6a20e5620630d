//! One operator of a condition, compiled.

use super::Glob;
use super::field::Attribute;

/// What an attribute must be like.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    /// `$eq`, `$ne`, `$in`, `$nin`, `$glob`. Of several tags one must do, or with
    /// [`TextPredicate::NoneOf`] every one.
    Text(TextPredicate),
    /// `$all`: has each of these tags.
    HasAll(Vec<String>),
    /// `$elemMatch`: one metadata entry has such a key and such a value.
    HasEntry {
        /// What the key must be like.
        key: Vec<TextPredicate>,
        /// What the value must be like.
        value: Vec<TextPredicate>,
    },
}

/// What a text must be like.
#[derive(Clone, Debug)]
pub(super) enum TextPredicate {
    /// `$eq`, `$in`.
    OneOf(Vec<String>),
    /// `$ne`, `$nin`.
    NoneOf(Vec<String>),
    /// `$glob`.
    Like(Glob),
}

impl Predicate {
    /// Whether `attribute`, which must not be absent, is like this.
    pub(super) fn accepts(&self, attribute: Attribute<'_>) -> bool {
        match (self, attribute) {
            (Self::Text(predicate), Attribute::Text(text)) => predicate.accepts(text),
            (Self::Text(predicate @ TextPredicate::NoneOf(_)), Attribute::Tags(tags)) => {
                tags.iter().all(|tag| predicate.accepts(tag))
            }
            (Self::Text(predicate), Attribute::Tags(tags)) => tags.iter().any(|tag| predicate.accepts(tag)),
            (Self::HasAll(items), Attribute::Tags(tags)) => items.iter().all(|item| tags.contains(item)),
            (Self::HasEntry { key, value }, Attribute::Metadata(entries)) => {
                let fits = |wanted: &[TextPredicate], text: &str| wanted.iter().all(|one| one.accepts(text));
                entries.iter().any(|entry| fits(key, &entry.0) && fits(value, &entry.1))
            }
            _ => false,
        }
    }

    /// Whether only one of two texts is like this, or is among what this asks for.
    pub(super) fn tells_apart(&self, one: &str, other: &str) -> bool {
        match self {
            Self::Text(predicate) => predicate.accepts(one) != predicate.accepts(other),
            Self::HasAll(items) => {
                let asks_for = |text: &str| items.iter().any(|item| item == text);
                asks_for(one) != asks_for(other)
            }
            Self::HasEntry { .. } => false,
        }
    }

    /// Whether a thing that has no such attribute is like this.
    pub(super) fn accepts_nothing(&self) -> bool {
        matches!(self, Self::Text(TextPredicate::NoneOf(_)))
    }
}

impl TextPredicate {
    /// Whether `text` is like this.
    pub(super) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::OneOf(items) => items.iter().any(|item| item == text),
            Self::NoneOf(items) => items.iter().all(|item| item != text),
            Self::Like(glob) => glob.matches(text),
        }
    }
}
