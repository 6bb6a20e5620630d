//! The privilege boundary.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Action, PermissionSet, ProjectRole, Rule};
use super::permissions;
use super::strategies::{SUBJECTS, Thing, roles, rule, thing_and_part};

fn edit(conditions: &Value) -> Value {
    json!({ "subject": "secrets", "action": "edit", "conditions": conditions })
}

fn never_edit(conditions: &Value) -> Value {
    json!({ "subject": "secrets", "action": "edit", "inverted": true, "conditions": conditions })
}

/// Whether one with `holder` conditions may give a right with `wanted` conditions.
fn is_held(holder: &Value, wanted: &Value) -> bool {
    permissions([json!([edit(holder)])]).missing_from(&permissions([json!([edit(wanted)])])).is_empty()
}

#[test]
fn missing_rights_are_named_with_their_conditions() {
    let holder = permissions([json!([{ "subject": "secrets", "action": "describeSecret" }])]);
    let wanted = permissions([json!([
        { "subject": "secrets", "action": ["read", "edit"], "conditions": { "environment": "dev" } },
        { "subject": "tags", "action": "read" },
    ])]);

    assert_eq!(
        json!(holder.missing_from(&wanted)),
        json!([
            { "action": "readValue", "subject": "secrets", "conditions": { "environment": "dev" } },
            { "action": "edit", "subject": "secrets", "conditions": { "environment": "dev" } },
            { "action": "read", "subject": "tags" },
        ])
    );
}

#[test]
fn a_right_without_conditions_covers_all_narrower_ones() {
    for wanted in [
        json!({}),
        json!({ "environment": "dev" }),
        json!({ "secretPath": { "$glob": "/app/**" }, "secretTags": { "$all": ["x"] } }),
    ] {
        assert!(is_held(&json!({}), &wanted), "{wanted}");
    }
    assert!(!is_held(&json!({ "environment": "dev" }), &json!({})));
}

#[test]
fn narrower_texts_are_covered_by_wider_ones() {
    let environment = |value: Value| json!({ "environment": value });
    let held = |holder: Value, wanted: Value| is_held(&environment(holder), &environment(wanted));

    assert!(held(json!("dev"), json!({ "$eq": "dev" })));
    assert!(held(json!({ "$in": ["dev", "test"] }), json!("dev")));
    assert!(held(json!({ "$in": ["dev", "test"] }), json!({ "$in": ["test", "dev"] })));
    assert!(held(json!({ "$glob": "dev-*" }), json!({ "$in": ["dev-1", "dev-2"] })));
    assert!(held(json!({ "$ne": "prod" }), json!("dev")));
    assert!(held(json!({ "$ne": "prod" }), json!({ "$nin": ["prod", "test"] })));
    assert!(held(json!({ "$ne": "prod" }), json!({ "$glob": "dev-*" })));
    assert!(held(json!({ "$glob": "dev-*" }), json!({ "$glob": "dev-*", "$ne": "dev-1" })));

    assert!(!held(json!("dev"), json!({ "$in": ["dev", "test"] })));
    assert!(!held(json!({ "$glob": "dev-*" }), json!({ "$in": ["dev-1", "prod"] })));
    assert!(!held(json!({ "$ne": "prod" }), json!({ "$glob": "p*" })));
    assert!(!held(json!({ "$nin": ["prod", "test"] }), json!({ "$ne": "prod" })));
}

#[test]
fn narrower_paths_are_covered_by_wider_ones() {
    let path = |pattern: &str| json!({ "secretPath": { "$glob": pattern } });

    assert!(is_held(&path("/**"), &path("/app/*")));
    assert!(is_held(&path("/app/**"), &path("/app/**")));
    assert!(is_held(&path("/app/**"), &json!({ "secretPath": "/app" })));
    assert!(!is_held(&path("/app/*"), &path("/app/**")));
    assert!(!is_held(&path("/app/**"), &json!({ "secretPath": "/application" })));
}

#[test]
fn one_tag_says_nothing_about_the_others() {
    let tags = |value: Value| json!({ "secretTags": value });
    let held = |holder: Value, wanted: Value| is_held(&tags(holder), &tags(wanted));

    assert!(held(json!({ "$in": ["x", "y"] }), json!("x")));
    assert!(held(json!({ "$in": ["x"] }), json!({ "$all": ["x", "y"] })));
    assert!(held(json!({ "$all": ["x"] }), json!({ "$all": ["x", "y"] })));
    assert!(held(json!({ "$all": ["x"] }), json!("x")));
    assert!(!held(json!({ "$nin": ["y"] }), json!("x")));
    assert!(!held(json!({ "$all": ["x", "y"] }), json!({ "$in": ["x", "y"] })));
}

#[test]
fn a_denial_of_the_holder_must_go_with_the_right() {
    let holder = permissions([json!([edit(&json!({})), never_edit(&json!({ "environment": "prod" }))])]);
    let missing = |role: Value| holder.missing_from(&permissions([role]));

    assert_eq!(missing(json!([edit(&json!({ "environment": "dev" }))])), vec![]);
    assert_ne!(missing(json!([edit(&json!({}))])), vec![]);
    assert_ne!(missing(json!([edit(&json!({ "environment": { "$glob": "p*" } }))])), vec![]);
    let with_denial = [edit(&json!({})), never_edit(&json!({ "environment": { "$in": ["prod", "test"] } }))];
    assert_eq!(missing(json!(with_denial)), vec![]);
    assert_ne!(missing(json!([with_denial[1], with_denial[0]])), vec![]);
}

#[test]
fn a_denial_in_another_role_of_the_holder_counts() {
    let holder =
        permissions([json!([edit(&json!({}))]), json!([never_edit(&json!({ "secretPath": "/root" }))])]);

    assert_ne!(holder.missing_from(&permissions([json!([edit(&json!({}))])])), vec![]);
    let below = permissions([json!([edit(&json!({ "secretPath": { "$glob": "/app/**" } }))])]);
    assert_eq!(holder.missing_from(&below), vec![]);
}

#[test]
fn an_overruled_denial_of_the_holder_does_not_count() {
    let holder = permissions([json!([never_edit(&json!({ "environment": "prod" })), edit(&json!({}))])]);

    assert_eq!(holder.missing_from(&permissions([json!([edit(&json!({}))])])), vec![]);
}

#[test]
fn what_the_wanted_roles_deny_again_need_not_be_held() {
    let wanted = permissions([json!([edit(&json!({})), never_edit(&json!({}))])]);

    assert_eq!(PermissionSet::default().missing_from(&wanted), vec![]);
}

/// Things with every mixture of stated and unstated attributes that matter to random rules.
fn things() -> Vec<Thing> {
    let text = |texts: &[&str]| -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).chain([None]).collect()
    };
    let mut things = Vec::new();
    for environment in text(&["dev", "prod", "d", "e"]) {
        for path in text(&["/", "/a", "/a/b", "/b", "/c/b"]) {
            for name in text(&["KEY", "L"]) {
                for tags in [None, Some(vec![]), Some(vec!["x"]), Some(vec!["x", "y"]), Some(vec!["z"])] {
                    let tags = tags.map(|tags| tags.into_iter().map(str::to_owned).collect());
                    things.push(Thing {
                        environment: environment.clone(),
                        secret_path: path.clone(),
                        secret_name: name.clone(),
                        secret_tags: tags,
                        ..Thing::default()
                    });
                }
            }
        }
    }
    things
}

/// Fails if `wanted` allows something about `thing` that `holder` does not.
fn check_within(wanted: &PermissionSet, holder: &PermissionSet, thing: &Thing) -> Result<(), TestCaseError> {
    let object = thing.object();
    for (subject, actions, _) in SUBJECTS {
        for action in *actions {
            let exceeds =
                wanted.allows(*action, *subject, &object) && !holder.allows(*action, *subject, &object);
            prop_assert!(!exceeds, "{} {} {:?}", action, subject, thing);
        }
    }
    Ok(())
}

/// Roles, and others that were made from them, so that the boundary is often kept.
fn related_roles() -> impl Strategy<Value = (Vec<Vec<Rule>>, Vec<Vec<Rule>>)> {
    roles().prop_flat_map(|holder| {
        let count = holder.len();
        let kept = prop::sample::subsequence(holder.clone(), 0..=count);
        let more = prop::collection::vec(rule(), 0..3);
        (Just(holder), kept, more, any::<prop::sample::Index>()).prop_map(
            |(holder, mut wanted, more, place)| {
                match wanted.len() {
                    0 => wanted.push(more),
                    length => wanted[place.index(length)].extend(more),
                }
                (holder, wanted)
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_missing_means_nothing_more_is_allowed(
        (holder, wanted) in prop_oneof![(roles(), roles()), related_roles()],
        (whole, part) in thing_and_part(),
    ) {
        let (holder, wanted) = (PermissionSet::new(holder), PermissionSet::new(wanted));
        if holder.missing_from(&wanted).is_empty() {
            check_within(&wanted, &holder, &whole)?;
            check_within(&wanted, &holder, &part)?;
        }
    }

    #[test]
    fn one_rule_is_held_by_another_only_if_it_is_for_all_things(holder in rule(), wanted in rule()) {
        let (holder, wanted) = (PermissionSet::new(vec![vec![holder]]), PermissionSet::new(vec![vec![wanted]]));
        if holder.missing_from(&wanted).is_empty() {
            for thing in things() {
                check_within(&wanted, &holder, &thing)?;
            }
        }
    }

    #[test]
    fn everyone_holds_their_own_rights(roles in roles()) {
        let set = PermissionSet::new(roles);
        prop_assert_eq!(set.missing_from(&set), vec![]);
    }

    #[test]
    fn a_project_admin_holds_everything(roles in roles()) {
        let admin = PermissionSet::new(vec![ProjectRole::Admin.rules()]);
        prop_assert_eq!(admin.missing_from(&PermissionSet::new(roles)), vec![]);
    }
}

#[test]
fn reading_is_held_in_parts() {
    let parts = permissions([json!([{ "subject": "secrets", "action": ["describeSecret", "readValue"] }])]);
    let whole = permissions([json!([{ "subject": "secrets", "action": "read" }])]);

    assert_eq!(parts.missing_from(&whole), vec![]);
    assert_eq!(whole.missing_from(&parts), vec![]);
    assert_eq!(whole.missing_from(&parts).iter().map(|right| right.action).collect::<Vec<Action>>(), vec![]);
}
