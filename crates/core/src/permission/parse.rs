//! Reading conditions.

use serde_json::{Map, Value};

use super::predicate::{Predicate, TextPredicate};
use super::rule_error::{RuleError, RuleProblem};
use super::{Conditions, Entry, Field, Glob};

/// Bytes of one text in a condition: a deep path, with room to spare.
pub const CONDITION_TEXT_BYTES_MAX: usize = 1024;

/// Texts of one `$in`, `$nin` or `$all`.
pub const CONDITION_ITEMS_MAX: usize = 500;

const TEXT_OPERATORS: &[&str] = &["$eq", "$ne", "$in", "$nin", "$glob"];
const TAG_OPERATORS: &[&str] = &["$eq", "$ne", "$in", "$nin", "$glob", "$all"];
const METADATA_OPERATORS: &[&str] = &["$elemMatch"];

/// The operators that conditions on `field` can use.
pub(super) const fn operators(field: Field) -> &'static [&'static str] {
    match field {
        Field::SecretTags => TAG_OPERATORS,
        Field::Metadata => METADATA_OPERATORS,
        _ => TEXT_OPERATORS,
    }
}

/// Reads the `conditions` of a rule on the subject of `entry`.
pub(super) fn conditions(value: &Value, entry: &Entry) -> Result<Conditions, RuleError> {
    let wire = object(value)?;
    let mut predicates = Vec::new();
    for (key, condition) in wire {
        let field = Field::parse(key)
            .filter(|field| entry.fields.contains(field))
            .ok_or_else(|| RuleProblem::UnknownField(entry.subject).at(key))?;
        for predicate in field_predicates(condition, field).map_err(|error| error.under(key))? {
            predicates.push((field, predicate));
        }
    }
    Ok(Conditions { wire: wire.clone(), predicates })
}

fn field_predicates(condition: &Value, field: Field) -> Result<Vec<Predicate>, RuleError> {
    if field != Field::Metadata && condition.is_string() {
        return Ok(vec![Predicate::Text(text_predicate("$eq", condition, field)?)]);
    }
    let read = |operator: &str, value: &Value| match operator {
        _ if !operators(field).contains(&operator) => Err(RuleProblem::UnknownOperator(field).here()),
        "$elemMatch" => entry_predicate(value),
        "$all" => Ok(Predicate::HasAll(texts(value, field)?)),
        _ => text_predicate(operator, value, field).map(Predicate::Text),
    };
    each_operator(condition, read)
}

/// Reads `{key: …, value: …}`, of which one part may be missing.
fn entry_predicate(value: &Value) -> Result<Predicate, RuleError> {
    let (mut key, mut content) = (Vec::new(), Vec::new());
    for (part, condition) in filled(object(value)?)? {
        let side = match part.as_str() {
            "key" => &mut key,
            "value" => &mut content,
            _ => return Err(RuleProblem::UnknownEntryPart.at(part)),
        };
        *side = entry_part(condition).map_err(|error| error.under(part))?;
    }
    Ok(Predicate::HasEntry { key, value: content })
}

fn entry_part(condition: &Value) -> Result<Vec<TextPredicate>, RuleError> {
    if condition.is_string() {
        return Ok(vec![text_predicate("$eq", condition, Field::Metadata)?]);
    }
    each_operator(condition, |operator, value| text_predicate(operator, value, Field::Metadata))
}

fn text_predicate(operator: &str, value: &Value, field: Field) -> Result<TextPredicate, RuleError> {
    Ok(match operator {
        "$eq" => TextPredicate::OneOf(vec![text(value, field)?]),
        "$ne" => TextPredicate::NoneOf(vec![text(value, field)?]),
        "$in" => TextPredicate::OneOf(texts(value, field)?),
        "$nin" => TextPredicate::NoneOf(texts(value, field)?),
        "$glob" => TextPredicate::Like(pattern(value, field)?),
        _ => return Err(RuleProblem::UnknownOperator(field).here()),
    })
}

/// Reads a pattern. Braces, classes and negation mean something in other globs and would be plain
/// characters in ours: a denial that never applies would be an open door.
fn pattern(value: &Value, field: Field) -> Result<Glob, RuleError> {
    let text = text(value, field)?;
    if text.starts_with('!') || text.contains(['{', '}', '[', ']', '(', ')', '\\']) {
        return Err(RuleProblem::NotAPattern.here());
    }
    Ok(Glob::new(&text))
}

/// Reads `{operator: value, …}`, at least one.
fn each_operator<T>(
    condition: &Value,
    read: impl Fn(&str, &Value) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    let operators = condition.as_object().ok_or(RuleProblem::NotA("a string or an object").here())?;
    let one =
        |(operator, value): (&String, &Value)| read(operator, value).map_err(|error| error.under(operator));
    filled(operators)?.iter().map(one).collect()
}

fn texts(value: &Value, field: Field) -> Result<Vec<String>, RuleError> {
    let items = value.as_array().ok_or(RuleProblem::NotA("an array of strings").here())?;
    match items.len() {
        0 => Err(RuleProblem::Empty.here()),
        count if count > CONDITION_ITEMS_MAX => Err(RuleProblem::TooMany(CONDITION_ITEMS_MAX).here()),
        _ => {
            let one = |(index, item)| text(item, field).map_err(|error| error.at_index(index));
            items.iter().enumerate().map(one).collect()
        }
    }
}

/// Reads a text to compare `field` with.
///
/// Paths of things never end in a slash, so neither must what they are compared with: a denial
/// for `/app/` that never applied would be an open door.
fn text(value: &Value, field: Field) -> Result<String, RuleError> {
    let text = value.as_str().ok_or(RuleProblem::NotA("a string").here())?;
    match text.len() {
        0 => return Err(RuleProblem::Empty.here()),
        length if length > CONDITION_TEXT_BYTES_MAX => {
            return Err(RuleProblem::TooLong(CONDITION_TEXT_BYTES_MAX).here());
        }
        _ if field != Field::SecretPath => return Ok(text.to_owned()),
        _ => {}
    }
    if !text.starts_with('/') && !text.starts_with("**") {
        return Err(RuleProblem::NotAPath.here());
    }
    Ok(text.strip_suffix('/').filter(|shorter| !shorter.is_empty()).unwrap_or(text).to_owned())
}

fn object(value: &Value) -> Result<&Map<String, Value>, RuleError> {
    value.as_object().ok_or(RuleProblem::NotA("an object").here())
}

fn filled(map: &Map<String, Value>) -> Result<&Map<String, Value>, RuleError> {
    if map.is_empty() { Err(RuleProblem::Empty.here()) } else { Ok(map) }
}
