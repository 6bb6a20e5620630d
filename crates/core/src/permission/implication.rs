//! What can be proven about conditions without an object.
//!
//! Both questions are answered yes only if it is certain for every object, also for one that
//! leaves attributes out (see [`Object`](super::Object)). No means "not proven".

use super::predicate::{Predicate, TextPredicate};
use super::{Conditions, Field, Rule};

/// Whether every object that meets all of `given` meets `wanted`.
pub(super) fn all_imply(given: &[&Rule], wanted: &Rule) -> bool {
    let is_implied = |(field, wanted): &(Field, Predicate)| {
        given
            .iter()
            .filter_map(|rule| rule.conditions())
            .flat_map(|conditions| conditions.on(*field))
            .any(|given| implies(given, wanted, *field))
    };
    wanted.conditions().is_none_or(|conditions| conditions.predicates.iter().all(is_implied))
}

/// Whether no object meets both rules.
pub(super) fn are_apart(one: &Rule, other: &Rule) -> bool {
    let excluded = |one: &Conditions, other: &Conditions| {
        one.predicates
            .iter()
            .any(|(field, predicate)| other.on(*field).any(|other| excludes(predicate, other, *field)))
    };
    matches!((one.conditions(), other.conditions()), (Some(one), Some(other)) if excluded(one, other))
}

fn implies(given: &Predicate, wanted: &Predicate, field: Field) -> bool {
    use Predicate::{HasAll, HasEntry, Text};
    use TextPredicate::{NoneOf, OneOf};
    match (given, wanted) {
        // Of several tags, one that fits says nothing about the others.
        (Text(OneOf(_) | TextPredicate::Like(_)) | HasAll(_), Text(NoneOf(_)))
            if field == Field::SecretTags =>
        {
            false
        }
        (Text(given), Text(wanted)) => text_implies(given, wanted),
        (HasAll(given), Text(wanted)) => given.iter().any(|tag| wanted.accepts(tag)),
        (HasAll(given), HasAll(wanted)) => is_subset(wanted, given),
        (Text(OneOf(given)), HasAll(wanted)) => given.iter().all(|one| wanted.iter().all(|all| one == all)),
        (
            HasEntry { key: given_key, value: given_value },
            HasEntry { key: wanted_key, value: wanted_value },
        ) => texts_imply(given_key, wanted_key) && texts_imply(given_value, wanted_value),
        _ => false,
    }
}

fn texts_imply(given: &[TextPredicate], wanted: &[TextPredicate]) -> bool {
    wanted.iter().all(|wanted| given.iter().any(|given| text_implies(given, wanted)))
}

fn text_implies(given: &TextPredicate, wanted: &TextPredicate) -> bool {
    use TextPredicate::{Like, NoneOf, OneOf};
    match (given, wanted) {
        (OneOf(items), wanted) => items.iter().all(|item| wanted.accepts(item)),
        (NoneOf(given), NoneOf(wanted)) => is_subset(wanted, given),
        (Like(given), Like(wanted)) => wanted.covers(given),
        (Like(given), NoneOf(wanted)) => !wanted.iter().any(|item| given.matches(item)),
        (NoneOf(_), _) | (Like(_), OneOf(_)) => false,
    }
}

fn excludes(one: &Predicate, other: &Predicate, field: Field) -> bool {
    use Predicate::{HasAll, Text};
    use TextPredicate::{NoneOf, OneOf};
    match (one, other) {
        (Text(one), Text(other)) if field != Field::SecretTags => text_excludes(one, other),
        (Text(NoneOf(none)), Text(OneOf(some))) | (Text(OneOf(some)), Text(NoneOf(none))) => {
            is_subset(some, none)
        }
        (Text(NoneOf(none)), HasAll(all)) | (HasAll(all), Text(NoneOf(none))) => {
            all.iter().any(|tag| none.contains(tag))
        }
        _ => false,
    }
}

fn text_excludes(one: &TextPredicate, other: &TextPredicate) -> bool {
    use TextPredicate::{Like, OneOf};
    match (one, other) {
        (OneOf(items), predicate) | (predicate, OneOf(items)) => {
            !items.iter().any(|item| predicate.accepts(item))
        }
        (Like(one), Like(other)) => one.is_disjoint_from(other),
        _ => false,
    }
}

fn is_subset(part: &[String], whole: &[String]) -> bool {
    part.iter().all(|item| whole.contains(item))
}
