//! Decisions over several rules and roles.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Action, Object, PermissionSet, Rule, Scope, Subject};
use super::strategies::{right, roles, rule, thing, thing_and_part};
use super::{permissions, rules};

fn secret<'a>(environment: &'a str, path: &'a str, name: &'a str) -> Object<'a> {
    Object::new().environment(environment).secret_path(path).secret_name(name).secret_tags(&[])
}

fn allow() -> Value {
    json!({ "subject": "secrets", "action": ["read", "edit"] })
}

fn allow_in(environment: &str) -> Value {
    json!({ "subject": "secrets", "action": ["read", "edit"], "conditions": { "environment": environment } })
}

fn deny_in(environment: &str) -> Value {
    json!({
        "subject": "secrets",
        "action": ["read", "edit"],
        "inverted": true,
        "conditions": { "environment": environment },
    })
}

#[test]
fn nothing_is_allowed_without_a_rule() {
    assert!(!PermissionSet::default().allows(Action::Edit, Subject::Secrets, &secret("dev", "/", "KEY")));
    assert!(!permissions([json!([allow()])]).allows(
        Action::Delete,
        Subject::Secrets,
        &secret("dev", "/", "K")
    ));
    assert!(!permissions([json!([allow()])]).allows(Action::Edit, Subject::Tags, &Object::new()));
}

#[test]
fn within_a_role_the_last_matching_rule_decides() {
    let may_edit = |role: Value, environment| {
        permissions([role]).allows(Action::Edit, Subject::Secrets, &secret(environment, "/", "KEY"))
    };

    assert!(!may_edit(json!([allow(), deny_in("prod")]), "prod"));
    assert!(may_edit(json!([allow(), deny_in("prod")]), "dev"));
    assert!(may_edit(json!([deny_in("prod"), allow()]), "prod"));
    assert!(may_edit(json!([allow(), deny_in("prod"), allow_in("prod")]), "prod"));
}

#[test]
fn a_denial_wins_over_every_other_role() {
    let denying = json!([deny_in("prod")]);
    for roles in [[json!([allow()]), denying.clone()], [denying, json!([allow()])]] {
        let set = permissions(roles);
        assert!(!set.allows(Action::Edit, Subject::Secrets, &secret("prod", "/", "KEY")));
        assert!(set.allows(Action::Edit, Subject::Secrets, &secret("dev", "/", "KEY")));
    }
}

#[test]
fn an_overruled_denial_does_not_reach_other_roles() {
    let set = permissions([json!([deny_in("prod"), allow_in("prod")]), json!([allow()])]);

    assert!(set.allows(Action::Edit, Subject::Secrets, &secret("prod", "/", "KEY")));
}

#[test]
fn reading_a_secret_is_describing_it_and_reading_its_value() {
    let place = secret("dev", "/", "KEY");
    let may = |set: &PermissionSet, action| set.allows(action, Subject::Secrets, &place);

    let reader = permissions([json!([{ "subject": "secrets", "action": "read" }])]);
    assert!(
        may(&reader, Action::DescribeSecret) && may(&reader, Action::ReadValue) && may(&reader, Action::Read)
    );

    let describer = permissions([json!([{ "subject": "secrets", "action": "describeSecret" }])]);
    assert!(may(&describer, Action::DescribeSecret));
    assert!(!may(&describer, Action::ReadValue) && !may(&describer, Action::Read));

    let split = permissions([
        json!([{ "subject": "secrets", "action": "describeSecret" }]),
        json!([{ "subject": "secrets", "action": "readValue" }]),
    ]);
    assert!(may(&split, Action::Read));

    let denied = permissions([json!([
        { "subject": "secrets", "action": ["describeSecret", "readValue"] },
        { "subject": "secrets", "action": "read", "inverted": true },
    ])]);
    assert!(!may(&denied, Action::DescribeSecret) && !may(&denied, Action::ReadValue));
}

#[test]
fn what_is_not_stated_of_a_place_never_helps() {
    let only_dev = permissions([json!([allow_in("dev")])]);
    let not_prod = permissions([json!([allow(), deny_in("prod")])]);
    let nowhere = Object::new().secret_path("/").secret_name("KEY");

    assert!(!only_dev.allows(Action::Edit, Subject::Secrets, &nowhere));
    assert!(!not_prod.allows(Action::Edit, Subject::Secrets, &nowhere));
}

#[test]
fn an_identity_that_does_not_exist_yet_is_not_a_certain_one() {
    let rule = |inverted| json!({ "subject": "identity", "action": "create", "inverted": inverted, "conditions": { "identityId": "i" } });
    let may_create = |set: PermissionSet| set.allows(Action::Create, Subject::Identity, &Object::new());
    let anyone = json!({ "subject": "identity", "action": "create" });

    assert!(may_create(permissions([json!([anyone, rule(true)])])));
    assert!(!may_create(permissions([json!([rule(false)])])));
}

#[test]
fn the_role_that_would_be_assigned_can_be_limited() {
    let set = permissions([json!([{
        "subject": "identity",
        "action": "assign-role",
        "conditions": { "assignableRole": { "$in": ["viewer", "no-access"] } },
    }])]);
    let may = |role| set.allows(Action::AssignRole, Subject::Identity, &Object::new().assignable_role(role));

    assert!(may("viewer"));
    assert!(!may("admin"));
}

#[test]
fn a_list_looks_where_something_could_be_allowed() {
    let set = permissions([json!([
        { "subject": "secrets", "action": "read", "conditions": { "environment": "dev", "secretTags": { "$in": ["x"] } } },
        { "subject": "secrets", "action": "read", "inverted": true, "conditions": { "secretName": { "$glob": "ROOT_*" } } },
    ])]);
    let at = |environment| Object::new().environment(environment).secret_path("/");

    assert!(set.could_allow(Action::Read, Subject::Secrets, &at("dev")));
    assert!(!set.could_allow(Action::Read, Subject::Secrets, &at("prod")));
    assert!(!set.could_allow(Action::Read, Subject::Secrets, &at("dev").secret_name("ROOT_KEY")));
    assert!(set.could_allow(Action::Read, Subject::Secrets, &at("dev").secret_name("KEY")));
}

#[test]
fn a_list_is_refused_where_everything_is_denied() {
    let set = permissions([json!([allow(), deny_in("prod")])]);

    assert!(!set.could_allow(Action::Read, Subject::Secrets, &Object::new().environment("prod")));
}

#[test]
fn a_refusal_shows_the_rules_about_that_action() {
    let set =
        permissions([json!([allow(), { "subject": "tags", "action": "read" }]), json!([deny_in("prod")])]);

    let shown = set.rules_for(Action::ReadValue, Subject::Secrets);
    assert_eq!(json!(shown), json!([allow(), deny_in("prod")]));
    assert!(set.rules_for(Action::Delete, Subject::Secrets).is_empty());
    assert_eq!(set.rules_for(Action::Read, Subject::Secrets).len(), 2);
}

#[test]
fn packed_rules_drop_zeros_at_the_end() {
    let set = permissions([json!([
        { "subject": "tags", "action": ["read", "edit"], "inverted": false },
        { "subject": "secrets", "action": "read", "conditions": { "environment": "dev" } },
        { "subject": "secrets", "action": "edit", "inverted": true },
        { "subject": "secrets", "action": "edit", "inverted": true, "conditions": { "secretPath": "/x" } },
    ])]);

    assert_eq!(
        Value::Array(set.pack()),
        json!([
            ["read,edit", "tags"],
            ["read", "secrets", { "environment": "dev" }],
            ["edit", "secrets", 0, 1],
            ["edit", "secrets", { "secretPath": "/x" }, 1],
        ])
    );
}

#[test]
fn text_with_pattern_characters_in_an_attribute_never_widens() {
    let set = permissions([json!([
        { "subject": "secrets", "action": "edit", "conditions": { "environment": { "$glob": "dev-?" }, "secretPath": { "$glob": "/app/*" } } },
        { "subject": "secrets", "action": "edit", "conditions": { "secretTags": { "$in": ["safe"] } } },
        { "subject": "dynamic-secrets", "action": "lease", "conditions": { "metadata": { "$elemMatch": { "key": "team", "value": "a" } } } },
    ])]);
    for text in [
        "*",
        "**",
        "/**",
        "+",
        "a+",
        "/",
        ",",
        "safe,other",
        "{safe,other}",
        "{a,b}",
        "?",
        "[a-z]",
        "$in",
        "!b",
    ] {
        let tags = [text.to_owned()];
        let entries = [("team".to_owned(), text.to_owned()), (text.to_owned(), "a".to_owned())];
        let place = Object::new().secret_name(text).secret_tags(&tags).metadata(&entries);

        for object in
            [place.environment(text).secret_path("/app/x"), place.environment("dev-1").secret_path(text)]
        {
            assert!(!set.allows(Action::Edit, Subject::Secrets, &object), "{text}");
            assert!(!set.allows(Action::Lease, Subject::DynamicSecrets, &object), "{text}");
        }
    }
}

/// The last rule of a role that speaks about the object, by the words of the decision.
fn verdict(role: &[Rule], subject: Subject, action: Action, object: &Object<'_>) -> Option<bool> {
    let mut last = None;
    for rule in role {
        let mut alone = rule.clone();
        let inverted = rule.is_inverted();
        if inverted {
            let mut wire = serde_json::to_value(rule).unwrap();
            wire["inverted"] = json!(false);
            alone = Rule::parse(&wire, Scope::Project).unwrap();
        }
        if PermissionSet::new(vec![vec![alone]]).allows(action, subject, object) {
            last = Some(!inverted);
        }
    }
    last
}

proptest! {
    #[test]
    fn roles_are_judged_apart_and_denials_win(roles in roles(), (subject, action) in right(), thing in thing()) {
        let parts = match (subject, action) {
            (Subject::Secrets, Action::Read) => vec![Action::DescribeSecret, Action::ReadValue],
            _ => vec![action],
        };
        let object = thing.object();
        let expected = parts.into_iter().all(|part| {
            let verdicts: Vec<_> = roles.iter().map(|role| verdict(role, subject, part, &object)).collect();
            verdicts.contains(&Some(true)) && !verdicts.contains(&Some(false))
        });
        prop_assert_eq!(PermissionSet::new(roles).allows(action, subject, &object), expected);
    }

    #[test]
    fn what_is_allowed_could_be_allowed(
        roles in roles(),
        (subject, action) in right(),
        (whole, part) in thing_and_part(),
    ) {
        let set = PermissionSet::new(roles);
        if set.allows(action, subject, &whole.object()) {
            prop_assert!(set.could_allow(action, subject, &part.object()));
        }
        if set.allows(action, subject, &part.object()) {
            prop_assert!(set.could_allow(action, subject, &part.object()));
        }
    }

    #[test]
    fn leaving_out_the_place_allows_nothing_more(
        roles in roles(),
        action in prop::sample::select(vec![Action::Lease, Action::ReadRootCredential]),
        (whole, part) in thing_and_part(),
    ) {
        let set = PermissionSet::new(roles);
        if set.allows(action, Subject::DynamicSecrets, &part.object()) {
            prop_assert!(set.allows(action, Subject::DynamicSecrets, &whole.object()));
        }
    }

    #[test]
    fn a_rule_reads_back_as_it_was_written(rule in rule()) {
        let wire = serde_json::to_value(&rule).unwrap();
        let again: Rule = serde_json::from_value(wire.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&again).unwrap(), wire);
        prop_assert_eq!(again, rule);
    }
}

#[test]
fn the_wire_form_keeps_its_order_and_shape() {
    let written = r#"[{"subject":"secrets","action":"read"},{"subject":"secrets","action":["edit"],"inverted":true,"conditions":{"secretPath":"/a/","environment":{"$in":["dev"]}}}]"#;

    assert_eq!(serde_json::to_string(&rules(&serde_json::from_str(written).unwrap())).unwrap(), written);
}
