//! Rules that are refused, and where.

use serde_json::{Value, json};

use super::super::{Action, CONDITION_ITEMS_MAX, CONDITION_TEXT_BYTES_MAX, RULES_MAX, Rule, Scope, Subject};

/// The path of the problem, as JSON, and the sentence.
fn refusal(wire: &Value, scope: Scope) -> (Value, String) {
    let error = Rule::parse(wire, scope).unwrap_err();
    (json!(error.path), error.to_string())
}

fn refused_at(wire: &Value) -> Value {
    refusal(wire, Scope::Project).0
}

/// Where these conditions on secrets are refused, below `conditions`.
fn conditions_refused_at(conditions: &Value) -> Value {
    let path = refused_at(&json!({ "subject": "secrets", "action": "read", "conditions": conditions }));
    let path = path.as_array().unwrap();
    assert_eq!(path[0], "conditions");
    path[1..].iter().cloned().collect()
}

#[test]
fn a_rule_needs_a_subject_and_an_action() {
    assert_eq!(refused_at(&json!([])), json!([]));
    assert_eq!(refused_at(&json!({ "action": "read" })), json!(["subject"]));
    assert_eq!(refused_at(&json!({ "subject": 1, "action": "read" })), json!(["subject"]));
    assert_eq!(refused_at(&json!({ "subject": "secrets" })), json!(["action"]));
    assert_eq!(refused_at(&json!({ "subject": "secrets", "action": [] })), json!(["action"]));
    assert_eq!(refused_at(&json!({ "subject": "secrets", "action": {} })), json!(["action"]));
    assert_eq!(refused_at(&json!({ "subject": "secrets", "action": ["read", 1] })), json!(["action", 1]));
}

#[test]
fn subjects_and_actions_belong_to_a_scope() {
    let billing = json!({ "subject": "billing", "action": "read" });
    let secrets = json!({ "subject": "secrets", "action": "read" });
    let new_project = json!({ "subject": "workspace", "action": "create" });

    assert!(Rule::parse(&billing, Scope::Organization).is_ok());
    assert_eq!(refusal(&billing, Scope::Project).0, json!(["subject"]));
    assert_eq!(refusal(&secrets, Scope::Organization).0, json!(["subject"]));
    assert!(Rule::parse(&new_project, Scope::Organization).is_ok());
    assert_eq!(refusal(&new_project, Scope::Project).0, json!(["action"]));
    assert_eq!(refused_at(&json!({ "subject": "Secrets", "action": "read" })), json!(["subject"]));
    assert_eq!(refused_at(&json!({ "subject": "tags", "action": ["read", "lease"] })), json!(["action", 1]));
}

#[test]
fn unknown_keys_of_a_rule_are_ignored() {
    let rule =
        Rule::parse(&json!({ "subject": "tags", "action": "read", "reason": "x" }), Scope::Project).unwrap();

    assert_eq!(json!(rule), json!({ "subject": "tags", "action": "read" }));
}

#[test]
fn only_subjects_with_conditions_can_be_inverted() {
    let inverted = |subject| json!({ "subject": subject, "action": "read", "inverted": true });

    assert!(Rule::parse(&inverted("secrets"), Scope::Project).is_ok());
    assert_eq!(refused_at(&inverted("tags")), json!(["inverted"]));
    assert_eq!(refusal(&inverted("member"), Scope::Organization).0, json!(["inverted"]));
    assert_eq!(
        refused_at(&json!({ "subject": "tags", "action": "read", "inverted": "no" })),
        json!(["inverted"])
    );
    assert!(
        Rule::parse(&json!({ "subject": "tags", "action": "read", "inverted": false }), Scope::Project)
            .is_ok()
    );
}

#[test]
fn a_condition_names_a_field_of_its_subject() {
    assert_eq!(conditions_refused_at(&json!("dev")), json!([]));
    assert_eq!(conditions_refused_at(&json!({ "identityId": "i" })), json!(["identityId"]));
    assert_eq!(conditions_refused_at(&json!({ "env": "dev" })), json!(["env"]));
    let tags = json!({ "subject": "tags", "action": "read", "conditions": { "environment": "dev" } });
    assert_eq!(refused_at(&tags), json!(["conditions", "environment"]));
}

#[test]
fn a_condition_uses_an_operator_of_its_field() {
    for (field, operator) in [
        ("environment", "$regex"),
        ("environment", "$all"),
        ("secretTags", "$elemMatch"),
        ("secretName", "eq"),
    ] {
        let path = conditions_refused_at(&json!({ field: { operator: ["x"] } }));
        assert_eq!(path, json!([field, operator]));
    }
    let metadata = |condition: Value| {
        refused_at(&json!({
            "subject": "dynamic-secrets", "action": "lease", "conditions": { "metadata": condition },
        }))
    };
    assert_eq!(metadata(json!({ "$eq": "x" })), json!(["conditions", "metadata", "$eq"]));
    assert_eq!(metadata(json!("x")), json!(["conditions", "metadata"]));
    assert_eq!(metadata(json!({ "$elemMatch": {} })), json!(["conditions", "metadata", "$elemMatch"]));
    assert_eq!(
        metadata(json!({ "$elemMatch": { "id": "x" } })),
        json!(["conditions", "metadata", "$elemMatch", "id"])
    );
    assert_eq!(
        metadata(json!({ "$elemMatch": { "key": { "$all": ["x"] } } })),
        json!(["conditions", "metadata", "$elemMatch", "key", "$all"])
    );
}

#[test]
fn the_value_of_an_operator_has_its_form() {
    for wrong in
        [json!({ "$eq": 1 }), json!({ "$eq": "" }), json!({ "$glob": ["x"] }), json!({ "$in": "dev" })]
    {
        let path = conditions_refused_at(&json!({ "environment": wrong }));
        assert_eq!(path.as_array().unwrap().len(), 2, "{wrong}");
    }
    for wrong in [json!({}), json!(1), json!(null), json!(["dev"]), json!("")] {
        assert_eq!(
            conditions_refused_at(&json!({ "environment": wrong })),
            json!(["environment"]),
            "{wrong}"
        );
    }
    assert_eq!(
        conditions_refused_at(&json!({ "environment": { "$in": [] } })),
        json!(["environment", "$in"])
    );
    assert_eq!(
        conditions_refused_at(&json!({ "environment": { "$in": ["dev", 1] } })),
        json!(["environment", "$in", 1])
    );
}

#[test]
fn a_path_that_could_never_match_is_refused() {
    assert_eq!(conditions_refused_at(&json!({ "secretPath": "app" })), json!(["secretPath"]));
    assert_eq!(
        conditions_refused_at(&json!({ "secretPath": { "$glob": "*/app" } })),
        json!(["secretPath", "$glob"])
    );
}

#[test]
fn everything_has_a_limit() {
    let text = "x".repeat(CONDITION_TEXT_BYTES_MAX + 1);
    let items = vec!["x"; CONDITION_ITEMS_MAX + 1];
    let rules = vec![json!({ "subject": "tags", "action": "read" }); RULES_MAX + 1];
    let actions = vec!["read"; Action::ALL.len() + 1];

    assert_eq!(conditions_refused_at(&json!({ "environment": text })), json!(["environment"]));
    assert_eq!(
        conditions_refused_at(&json!({ "environment": { "$in": items } })),
        json!(["environment", "$in"])
    );
    assert!(Rule::parse_all(&rules, Scope::Project).is_err());
    assert!(Rule::parse_all(&rules[1..], Scope::Project).is_ok());
    assert_eq!(refused_at(&json!({ "subject": "tags", "action": actions })), json!(["action"]));
}

#[test]
fn an_error_in_a_list_begins_with_the_index_and_says_what_is_possible() {
    let wire = [
        json!({ "subject": "tags", "action": "read" }),
        json!({ "subject": "secrets", "action": "read", "conditions": { "secretTags": { "$like": "x" } } }),
    ];
    let error = Rule::parse_all(&wire, Scope::Project).unwrap_err();

    assert_eq!(json!(error.path), json!([1, "conditions", "secretTags", "$like"]));
    assert_eq!(
        error.to_string(),
        "Not an operator for the field secretTags; it has $eq, $ne, $in, $nin, $glob, $all"
    );
}

#[test]
fn every_name_reads_back() {
    for subject in Subject::ALL {
        assert_eq!(Subject::parse(subject.as_str()), Some(*subject));
        assert_eq!(json!(subject), json!(subject.as_str()));
    }
    for action in Action::ALL {
        assert_eq!(Action::parse(action.as_str()), Some(*action));
        assert_eq!(serde_json::from_value::<Action>(json!(action.as_str())).unwrap(), *action);
    }
}

#[test]
fn a_stored_rule_of_either_scope_reads_back() {
    for wire in [
        json!({ "subject": "workspace", "action": "create" }),
        json!({ "subject": "cmek", "action": "sign" }),
    ] {
        assert_eq!(json!(serde_json::from_value::<Rule>(wire.clone()).unwrap()), wire);
    }
    assert!(serde_json::from_value::<Rule>(json!({ "subject": "workspace", "action": "lease" })).is_err());
}

#[test]
fn a_pattern_means_what_it_means_elsewhere() {
    for glob in ["{a,b}", "[ab]", "a(b)", "!a", "a\\*"] {
        assert_eq!(
            conditions_refused_at(&json!({ "secretName": { "$glob": glob } })),
            json!(["secretName", "$glob"]),
            "{glob}"
        );
    }
}
