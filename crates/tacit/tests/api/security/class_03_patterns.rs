//! Class 3: characters of patterns in names, tags, metadata, e-mails and ids are characters.
//!
//! The rules are made from the catalogue of permissions: every subject, every attribute conditions can look
//! at, every operator. What a thing is called never makes a rule match that means another thing, and only
//! `$glob` reads its operand as a pattern.

use serde_json::{Value, json};
use tacit_core::permission::{Action, Field, Object, PermissionSet, Rule, Scope, Subject};

use super::{
    requests::encoded,
    world::{CANARY, world},
};
use crate::harness::each_engine;

/// Names with every character that some pattern language knows.
const NAMES: &[&str] = &[
    "*", "**", "?", "a*", "*a", "a?", "a/*", "/**", "+", "a+b", "{a,b}", "{a}", "[a]", "[!a]", "[a-z]",
    "(a|b)", "a|b", "a,b", ",", "!a", "\\*", "a\\", "^a$", ".*", "%", "_", "a%", "${a}", "{{a}}", "$(a)",
    "'", "\"", "a\nb", "$in", "$ne",
];

/// Fields of text, and how an object states one.
fn object<'a>(
    field: Field,
    text: &'a str,
    tags: &'a [String],
    metadata: &'a [(String, String)],
) -> Option<Object<'a>> {
    let object = Object::new();
    Some(match field {
        Field::Environment => object.environment(text),
        Field::SecretPath => object.secret_path(text),
        Field::SecretName => object.secret_name(text),
        Field::SecretTags => object.secret_tags(tags),
        Field::Metadata => object.metadata(metadata),
        Field::ConnectionId => object.connection_id(text),
        Field::IdentityId => object.identity_id(text),
        Field::UserEmail => object.user_email(text),
        Field::GroupName => object.group_name(text),
        Field::AssignableRole => object.assignable_role(text),
        // Actions and subjects are words of the catalogue, so no text gets there.
        Field::AssignableSubject | Field::AssignableAction => return None,
    })
}

fn condition(field: Field, condition: &Value) -> Value {
    if field == Field::Metadata {
        return json!({ "metadata": { "$elemMatch": { "key": "k", "value": condition } } });
    }
    json!({ field.as_str(): condition })
}

fn allows(subject: Subject, action: Action, rule: &Value, object: &Object<'_>) -> Option<bool> {
    let rule = Rule::parse(rule, Scope::Project).ok()?;
    Some(PermissionSet::new(vec![vec![rule]]).allows(action, subject, object))
}

/// The operators that compare, with what they say of `name` when they are given `operand`.
fn operators(field: Field, operand: &str, name: &str) -> Vec<(Value, bool)> {
    let mut all = vec![
        (json!(operand), operand == name),
        (json!({ "$eq": operand }), operand == name),
        (json!({ "$in": [operand] }), operand == name),
        (json!({ "$in": ["other", operand] }), operand == name),
    ];
    // Of tags and metadata there may be many, so that these ask something else.
    if !matches!(field, Field::SecretTags | Field::Metadata) {
        all.push((json!({ "$ne": operand }), operand != name));
        all.push((json!({ "$nin": [operand] }), operand != name));
    }
    all
}

#[test]
fn no_name_with_characters_of_patterns_meets_a_rule_about_another_name() {
    let (mut compared, mut fields) = (0, Vec::new());
    for entry in Scope::Project.catalog() {
        let action = entry.actions[0];
        for field in entry.fields {
            for (operand, name) in NAMES
                .iter()
                .chain(&["a", "ab"])
                .flat_map(|operand| NAMES.iter().chain(&["a", "ab", "b"]).map(move |name| (*operand, *name)))
            {
                let tags = [name.to_owned()];
                let metadata = [("k".to_owned(), name.to_owned())];
                let Some(object) = object(*field, name, &tags, &metadata) else { continue };
                for (operator, expected) in operators(*field, operand, name) {
                    let rule = json!({ "subject": entry.subject.as_str(), "action": action.as_str(),
                        "conditions": condition(*field, &operator) });
                    let Some(allowed) = allows(entry.subject, action, &rule, &object) else { continue };
                    assert_eq!(allowed, expected, "{rule} about {name:?}");
                    compared += 1;
                }
            }
            fields.push(*field);
        }
    }
    assert!(compared > 20_000, "only {compared} comparisons");
    for field in Field::ALL {
        assert!(fields.contains(field), "no subject has {field:?}");
    }
}

#[test]
fn a_pattern_takes_what_it_is_compared_with_literally() {
    for (pattern, name, expected) in [
        ("/a/*", "/a/*", true),
        ("/a/*", "/b/*", false),
        ("/a/b", "/a/*", false),
        ("/a/b", "/**", false),
        ("/a/b", "/a/?", false),
        ("/a?", "/a*", true),
        ("/a?", "/a**", false),
        ("/a/**", "/**", false),
        ("/a/**", "/*/b", false),
    ] {
        let rule = json!({ "subject": "secrets", "action": "read",
            "conditions": { "secretPath": { "$glob": pattern } } });
        let object = Object::new().secret_path(name);
        let allowed = allows(Subject::Secrets, Action::ReadValue, &rule, &object);
        assert_eq!(allowed, Some(expected), "{pattern} about {name}");
    }
    for pattern in ["/{a,b}", "/[ab]", "/(a|b)", "!/a", "/a\\*"] {
        let rule = json!({ "subject": "secrets", "action": "read",
            "conditions": { "secretPath": { "$glob": pattern } } });
        assert!(Rule::parse(&rule, Scope::Project).is_err(), "{pattern} is read in some way");
    }
}

#[tokio::test]
async fn things_called_like_patterns_are_found_as_themselves_alone() {
    each_engine(async |server| {
        let world = world(server).await;
        let project = world.id("project");
        let mut taken = Vec::new();
        for (position, name) in NAMES.iter().enumerate() {
            let encoded = encoded(name);
            let body = json!({ "projectId": project, "environment": "staging", "secretValue": format!("v{position}") });
            if world.admin.call("POST", &format!("/api/v4/secrets/{encoded}"), Some(body)).await.status == 200 {
                taken.push((position, encoded));
            }
        }
        assert!(taken.len() > 10, "only {} such names are taken", taken.len());
        for (position, encoded) in &taken {
            let path = format!("/api/v4/secrets/{encoded}?projectId={project}&environment=staging");
            let found = world.admin.ok("GET", &path, None).await;
            assert_eq!(found["secret"]["secretValue"], format!("v{position}"), "{}", NAMES[*position]);
        }
        for name in NAMES {
            let encoded = encoded(name);
            for filter in [format!("tagSlugs={encoded}"), format!("metadataFilter=key%3D{encoded}%2Cvalue%3D{encoded}")] {
                let path = format!("/api/v4/secrets?projectId={project}&environment=dev&includeImports=false&{filter}");
                let answer = world.admin.call("GET", &path, None).await;
                // A comma parts the tags that are asked for.
                let is_list = filter.starts_with("tagSlugs") && name.contains(',');
                assert!(answer.status < 500 && (is_list || !answer.text.contains(CANARY)), "{filter}: {}", answer.text);
            }
        }
    })
    .await;
}
