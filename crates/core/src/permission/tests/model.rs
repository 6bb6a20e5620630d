//! The slow and obvious form of what the engine does, to compare it with.

use serde_json::Value;

use super::strategies::Thing;

/// Whether `text` fits the path pattern, by trying everything.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split('/').collect();
    let names: Vec<&str> = text.split('/').collect();
    segments(&parts, &names)
}

fn segments(pattern: &[&str], names: &[&str]) -> bool {
    match pattern.split_first() {
        None => names.is_empty(),
        Some((&"**", rest)) => (0..=names.len()).any(|count| segments(rest, &names[count..])),
        Some((part, rest)) => {
            names.split_first().is_some_and(|(name, others)| segment(part, name) && segments(rest, others))
        }
    }
}

fn segment(pattern: &str, name: &str) -> bool {
    let is_stars = !pattern.is_empty() && pattern.chars().all(|char| char == '*');
    if is_stars { !name.is_empty() } else { characters(pattern, name) }
}

fn characters(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    let mut others = name.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => (0..=name.len())
            .filter(|index| name.is_char_boundary(*index))
            .any(|index| characters(rest.as_str(), &name[index..])),
        Some(wanted) => {
            others.next().is_some_and(|char| wanted == '?' || wanted == char)
                && characters(rest.as_str(), others.as_str())
        }
    }
}

/// Whether `thing`, of which everything is stated, meets conditions in the wire's form.
pub(super) fn is_met(conditions: &Value, thing: &Thing) -> bool {
    conditions.as_object().unwrap().iter().all(|(field, condition)| match field.as_str() {
        "environment" => text(condition, thing.environment.as_deref().unwrap()),
        "secretPath" => text(&without_last_slash(condition), thing.secret_path.as_deref().unwrap()),
        "secretName" => text(condition, thing.secret_name.as_deref().unwrap()),
        "secretTags" => tags(condition, thing.secret_tags.as_deref().unwrap()),
        "metadata" => metadata(&condition["$elemMatch"], thing.metadata.as_deref().unwrap()),
        "identityId" => text(condition, thing.identity_id.as_deref().unwrap()),
        other => unreachable!("{other}"),
    })
}

fn without_last_slash(condition: &Value) -> Value {
    match condition {
        Value::String(path) if path.len() > 1 => path.strip_suffix('/').unwrap_or(path).into(),
        Value::Array(paths) => paths.iter().map(without_last_slash).collect(),
        Value::Object(operators) => {
            operators.iter().map(|(key, value)| (key.clone(), without_last_slash(value))).collect()
        }
        other => other.clone(),
    }
}

fn text(condition: &Value, text: &str) -> bool {
    if let Some(wanted) = condition.as_str() {
        return wanted == text;
    }
    condition.as_object().unwrap().iter().all(|(operator, value)| match operator.as_str() {
        "$eq" => value == text,
        "$ne" => value != text,
        "$in" => value.as_array().unwrap().iter().any(|item| item == text),
        "$nin" => !value.as_array().unwrap().iter().any(|item| item == text),
        "$glob" => glob(value.as_str().unwrap(), text),
        other => unreachable!("{other}"),
    })
}

fn tags(condition: &Value, tags: &[String]) -> bool {
    let has = |wanted: &Value| tags.iter().any(|tag| wanted == tag);
    if condition.is_string() {
        return has(condition);
    }
    condition.as_object().unwrap().iter().all(|(operator, value)| match operator.as_str() {
        "$eq" => has(value),
        "$ne" => !has(value),
        "$in" => value.as_array().unwrap().iter().any(has),
        "$nin" => !value.as_array().unwrap().iter().any(has),
        "$all" => value.as_array().unwrap().iter().all(has),
        "$glob" => tags.iter().any(|tag| glob(value.as_str().unwrap(), tag)),
        other => unreachable!("{other}"),
    })
}

fn metadata(condition: &Value, entries: &[(String, String)]) -> bool {
    let fits = |part: &str, content: &str| condition.get(part).is_none_or(|wanted| text(wanted, content));
    entries.iter().any(|(key, value)| fits("key", key) && fits("value", value))
}
