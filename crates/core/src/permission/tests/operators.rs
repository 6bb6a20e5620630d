//! Each operator of conditions.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Action, Object, Rule, Scope, Subject};
use super::strategies::{right, thing, wire_rule};
use super::{model, permissions};

fn allows(conditions: &Value, object: &Object<'_>) -> bool {
    permissions([json!([{ "subject": "secrets", "action": "edit", "conditions": conditions }])]).allows(
        Action::Edit,
        Subject::Secrets,
        object,
    )
}

fn in_environment(conditions: &Value, environment: &str) -> bool {
    allows(&json!({ "environment": conditions }), &Object::new().environment(environment))
}

fn with_tags(conditions: &Value, tags: &[&str]) -> bool {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    allows(&json!({ "secretTags": conditions }), &Object::new().secret_tags(&tags))
}

fn with_metadata(conditions: &Value, entries: &[(&str, &str)]) -> bool {
    let entries: Vec<_> =
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let rule = json!([{
        "subject": "dynamic-secrets",
        "action": "lease",
        "conditions": { "metadata": { "$elemMatch": conditions } },
    }]);
    let object = Object::new().metadata(&entries);
    permissions([rule]).allows(Action::Lease, Subject::DynamicSecrets, &object)
}

#[test]
fn a_plain_string_is_equality() {
    assert!(in_environment(&json!("dev"), "dev"));
    assert!(!in_environment(&json!("dev"), "Dev"));
    assert!(in_environment(&json!({ "$eq": "dev" }), "dev"));
    assert!(!in_environment(&json!("d*"), "dev"));
}

#[test]
fn lists_and_their_opposites() {
    assert!(!in_environment(&json!({ "$ne": "dev" }), "dev"));
    assert!(in_environment(&json!({ "$ne": "dev" }), "prod"));
    assert!(in_environment(&json!({ "$in": ["dev", "prod"] }), "prod"));
    assert!(!in_environment(&json!({ "$in": ["dev", "prod"] }), "test"));
    assert!(!in_environment(&json!({ "$nin": ["dev", "prod"] }), "prod"));
    assert!(in_environment(&json!({ "$nin": ["dev", "prod"] }), "test"));
}

#[test]
fn all_operators_and_all_fields_must_be_met() {
    let both = json!({ "$glob": "d*", "$ne": "dev" });
    assert!(in_environment(&both, "demo"));
    assert!(!in_environment(&both, "dev"));

    let fields = json!({ "environment": "dev", "secretPath": { "$glob": "/app/**" } });
    assert!(allows(&fields, &Object::new().environment("dev").secret_path("/app/web")));
    assert!(!allows(&fields, &Object::new().environment("prod").secret_path("/app/web")));
    assert!(!allows(&fields, &Object::new().environment("dev").secret_path("/db")));
}

#[test]
fn one_tag_is_enough_unless_all_are_asked_for() {
    assert!(with_tags(&json!({ "$in": ["x", "y"] }), &["z", "y"]));
    assert!(!with_tags(&json!({ "$in": ["x", "y"] }), &["z"]));
    assert!(!with_tags(&json!({ "$nin": ["x"] }), &["z", "x"]));
    assert!(with_tags(&json!({ "$nin": ["x"] }), &[]));
    assert!(with_tags(&json!({ "$all": ["x", "y"] }), &["y", "z", "x"]));
    assert!(!with_tags(&json!({ "$all": ["x", "y"] }), &["x"]));
    assert!(with_tags(&json!({ "$glob": "team-*" }), &["z", "team-a"]));
}

#[test]
fn a_metadata_condition_is_met_by_one_entry_as_a_whole() {
    let condition = json!({ "key": "team", "value": { "$in": ["a", "b"] } });

    assert!(with_metadata(&condition, &[("x", "y"), ("team", "b")]));
    assert!(!with_metadata(&condition, &[("team", "c"), ("x", "a")]));
    assert!(!with_metadata(&condition, &[]));
    assert!(with_metadata(&json!({ "key": { "$eq": "team" } }), &[("team", "")]));
}

#[test]
fn a_slash_at_the_end_of_a_path_does_not_matter() {
    let at = |condition: Value, path| {
        allows(&json!({ "secretPath": condition }), &Object::new().secret_path(path))
    };
    assert!(at(json!("/app/"), "/app"));
    assert!(at(json!({ "$in": ["/app/"] }), "/app"));
    assert!(at(json!({ "$glob": "/app/*/" }), "/app/web"));
    assert!(at(json!("/"), "/"));
    assert!(!at(json!("/"), "/app"));
}

proptest! {
    #[test]
    fn a_rule_is_met_as_the_obvious_model_says(wire in wire_rule(), thing in thing(), (subject, action) in right()) {
        let mut wire = wire;
        wire.as_object_mut().unwrap().remove("inverted");
        let rule = Rule::parse(&wire, Scope::Project).unwrap();
        let set = super::super::PermissionSet::new(vec![vec![rule.clone()]]);

        let listed = |action: Action| rule.actions().contains(&action);
        let part = |action: Action| listed(action) || listed(Action::Read);
        let concerns = rule.subject() == subject && match (subject, action) {
            (Subject::Secrets, Action::Read) => part(Action::DescribeSecret) && part(Action::ReadValue),
            (Subject::Secrets, Action::DescribeSecret | Action::ReadValue) => part(action),
            _ => listed(action),
        };
        let is_met = wire.get("conditions").is_none_or(|conditions| !concerns || model::is_met(conditions, &thing));
        prop_assert_eq!(set.allows(action, subject, &thing.object()), concerns && is_met);
    }
}
