//! The conditions of a rule.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::field::Attribute;
use super::predicate::Predicate;
use super::{Field, Object};

/// The conditions of a rule: all must be met (wire-contract 12.3).
///
/// Kept as the client wrote them, for answers, and compiled, for decisions.
#[derive(Clone, Debug)]
pub struct Conditions {
    pub(super) wire: Map<String, Value>,
    pub(super) predicates: Vec<(Field, Predicate)>,
}

/// How to take what an [`Object`] does not state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// The object is stated as far as it is known; nothing unknown may help the caller.
    Whole,
    /// What is not stated may be anything; assume what helps the caller most.
    Partial,
}

impl Conditions {
    /// Whether `object` meets all of them, in a rule that is `inverted` or not.
    pub(super) fn are_met(&self, object: &Object<'_>, inverted: bool, sight: Sight) -> bool {
        self.predicates.iter().all(|(field, predicate)| match field.of(object) {
            Attribute::Absent => match sight {
                Sight::Partial => !inverted,
                Sight::Whole if field.is_inherent() => inverted,
                Sight::Whole => predicate.accepts_nothing(),
            },
            attribute => predicate.accepts(attribute),
        })
    }

    /// What they say about `field`.
    pub(super) fn on(&self, field: Field) -> impl Iterator<Item = &Predicate> {
        self.predicates.iter().filter(move |(other, _)| *other == field).map(|(_, predicate)| predicate)
    }

    /// Whether one of them, asking about `field`, is met by one of two values only.
    pub(super) fn tell_apart(&self, field: Field, one: &str, other: &str) -> bool {
        self.on(field).any(|predicate| predicate.tells_apart(one, other))
    }

    /// The form of the wire, exactly as it was written.
    #[must_use]
    pub fn as_json(&self) -> &Map<String, Value> {
        &self.wire
    }
}

/// Two conditions are equal if they are written the same; keys may come in any order.
impl PartialEq for Conditions {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
    }
}

impl Eq for Conditions {}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire.serialize(serializer)
    }
}
