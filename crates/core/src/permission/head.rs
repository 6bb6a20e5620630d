//! A look at a rule that is nearly always enough to leave it out.

use std::cmp::Reverse;

use super::field::Attribute;
use super::predicate::{Predicate, TextPredicate};
use super::{Conditions, Field, Object};

/// Bytes of a beginning that are kept: with its length and field it fills half a cache line.
const BYTES_MAX: usize = 30;

/// How one attribute of every thing that meets the conditions of a rule begins.
///
/// Most rules of a long role are about other places than the one asked about, and this says so without
/// following a pointer. It only ever leaves out rules whose conditions are not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    field: Field,
    length: u8,
    bytes: [u8; BYTES_MAX],
}

impl Head {
    /// Of a rule about which nothing is known.
    pub(super) const UNKNOWN: Self = Self { field: Field::Environment, length: 0, bytes: [0; BYTES_MAX] };

    /// The longest beginning that the conditions ask for.
    pub(super) fn of(conditions: &Conditions) -> Self {
        let heads = conditions.predicates.iter().filter_map(|(field, predicate)| match predicate {
            Predicate::Text(_) if *field == Field::SecretTags => None,
            Predicate::Text(TextPredicate::OneOf(items)) if items.len() == 1 => {
                Some((*field, items[0].as_str()))
            }
            Predicate::Text(TextPredicate::Like(glob)) => Some((*field, glob.head())),
            _ => None,
        });
        // Not the first of several: equal conditions may be written in any order.
        let longest = heads.max_by_key(|(field, text)| (text.len(), Reverse(*field), *text));
        longest.map_or(Self::UNKNOWN, |(field, text)| Self::new(field, text))
    }

    fn new(field: Field, text: &str) -> Self {
        let length = text.len().min(BYTES_MAX);
        let mut bytes = [0; BYTES_MAX];
        bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
        Self { field, length: u8::try_from(length).unwrap_or(0), bytes }
    }

    /// Whether `object` certainly does not meet the conditions: it states the attribute, which begins
    /// otherwise.
    pub(super) fn excludes(&self, object: &Object<'_>) -> bool {
        let head = &self.bytes[..usize::from(self.length)];
        !head.is_empty()
            && matches!(self.field.of(object), Attribute::Text(text) if !text.as_bytes().starts_with(head))
    }
}
