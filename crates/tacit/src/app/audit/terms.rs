//! What an event can be found by without reading its block.

use std::collections::HashSet;

use serde_json::{Map, Value};
use tacit_core::{
    id::ProjectId,
    term_filter::{Term, filter_of},
};
use tacit_store::audit_events::AuditEventRow;

/// The facts that filters of the wire name (wire-contract 13.1).
pub(super) const FACTS: [&str; 3] = ["environment", "secretPath", "secretKey"];

/// Whether an event is found by this fact.
pub(super) fn is_indexed(fact: &str) -> bool {
    FACTS.contains(&fact)
}

/// The filter over the terms of the events of a block.
pub(super) fn filter(rows: &[AuditEventRow]) -> Vec<u8> {
    // Values are far fewer than events: each is hashed once.
    let mut texts: HashSet<(&str, String)> = HashSet::new();
    for row in rows {
        let columns = [
            ("project", row.project_id.as_ref().map(ProjectId::as_str)),
            ("actor", row.actor_id.as_deref()),
            ("actorType", Some(row.actor_type.as_str())),
            ("type", Some(row.event_type.as_str())),
            ("result", Some(row.result.as_str())),
            ("ip", row.ip.as_deref()),
            ("userAgentType", row.user_agent_type.as_deref()),
        ];
        texts.extend(columns.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))));
        let facts: Map<String, Value> = serde_json::from_str(&row.metadata).unwrap_or_default();
        for name in FACTS {
            texts.extend(fact_texts(&facts, name).into_iter().map(|value| (name, value)));
        }
    }
    filter_of(&texts.iter().map(|(name, value)| Term::new(name, value)).collect::<Vec<_>>())
}

/// What an event says under a name: of itself, and of each of the secrets that it lists.
pub(in crate::app) fn fact_texts(facts: &Map<String, Value>, name: &str) -> Vec<String> {
    let listed = facts.get("secrets").and_then(Value::as_array).into_iter().flatten();
    let values = facts.get(name).into_iter().chain(listed.filter_map(|secret| secret.get(name)));
    values.filter_map(text).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
