//! What is proven about conditions, checked against every thing that matters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::implication::{all_imply, are_apart};
use super::super::{Action, PermissionSet, Rule, Scope, Subject};
use super::model;
use super::strategies::{Thing, condition};

const FIELDS: &[(&str, &str, &str)] = &[
    ("secrets", "edit", "environment"),
    ("secrets", "edit", "secretPath"),
    ("secrets", "edit", "secretTags"),
    ("dynamic-secrets", "lease", "metadata"),
    ("identity", "edit", "identityId"),
];

/// A rule with conditions on one field.
fn rule_on(field: usize, inverted: bool, condition: &Value) -> Rule {
    let (subject, action, field) = FIELDS[field];
    let wire = json!({
        "subject": subject, "action": action, "inverted": inverted, "conditions": { field: condition },
    });
    Rule::parse(&wire, Scope::Project).unwrap()
}

/// Two conditions on the same field.
fn pair() -> impl Strategy<Value = (usize, Value, Value)> {
    (0..FIELDS.len())
        .prop_flat_map(|field| (Just(field), condition(FIELDS[field].2), condition(FIELDS[field].2)))
}

/// All mixtures of up to two of `items`.
fn mixtures<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let mut mixtures = vec![vec![]];
    for (index, one) in items.iter().enumerate() {
        mixtures.push(vec![one.clone()]);
        mixtures.extend(items[index + 1..].iter().map(|other| vec![one.clone(), other.clone()]));
    }
    mixtures
}

/// Things with every value of the field that a random condition can tell apart, and without it.
fn things(field: usize) -> Vec<Thing> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut things: Vec<Thing> = match FIELDS[field].2 {
        "environment" => texts(&["dev", "prod", "d", "p", "de", "other", "*", "pxyd"])
            .into_iter()
            .map(|text| Thing { environment: Some(text), ..Thing::default() })
            .collect(),
        "secretPath" => texts(&["/", "/a", "/b", "/a/b", "/b/b", "/a/c", "/a/b/c", "/ab", "/x/y/b", "/*"])
            .into_iter()
            .map(|text| Thing { secret_path: Some(text), ..Thing::default() })
            .collect(),
        "secretTags" => mixtures(&texts(&["x", "y", "z", "xy", "*"]))
            .into_iter()
            .map(|tags| Thing { secret_tags: Some(tags), ..Thing::default() })
            .collect(),
        "metadata" => {
            let pair =
                |key: &str| texts(&["v", "w", "vw", "*"]).into_iter().map(|v| (key.to_owned(), v)).collect();
            let pairs: Vec<_> = ["k", "l", "kl", "*"].into_iter().flat_map::<Vec<_>, _>(pair).collect();
            let thing = |entries| Thing { metadata: Some(entries), ..Thing::default() };
            mixtures(&pairs).into_iter().map(thing).collect()
        }
        _ => texts(&["i", "j", "k", "ij"])
            .into_iter()
            .map(|text| Thing { identity_id: Some(text), ..Thing::default() })
            .collect(),
    };
    things.push(Thing::default());
    things
}

/// Whether the rule speaks about `thing`, as a decision sees it.
fn is_met(rule: &Rule, field: usize, thing: &Thing) -> bool {
    let (subject, action) =
        (Subject::parse(FIELDS[field].0).unwrap(), Action::parse(FIELDS[field].1).unwrap());
    let mut rules = vec![rule.clone()];
    if rule.is_inverted() {
        rules.insert(0, Rule::allow(subject, &[action]));
    }
    PermissionSet::new(vec![rules]).allows(action, subject, &thing.object()) != rule.is_inverted()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn an_operator_is_met_as_the_obvious_model_says((field, condition, _) in pair(), inverted in any::<bool>()) {
        let rule = rule_on(field, inverted, &condition);
        let stated = things(field);
        for thing in &stated[..stated.len() - 1] {
            let expected = model::is_met(&json!({ FIELDS[field].2: condition }), thing);
            prop_assert_eq!(is_met(&rule, field, thing), expected, "{:?}", thing);
        }
    }

    #[test]
    fn what_is_implied_is_met(
        (field, given, wanted) in pair(),
        inverted in prop::sample::select(vec![(false, false), (false, true), (true, true)]),
    ) {
        let (given, wanted) = (rule_on(field, inverted.0, &given), rule_on(field, inverted.1, &wanted));
        if all_imply(&[&given], &wanted) {
            for thing in things(field) {
                prop_assert!(!is_met(&given, field, &thing) || is_met(&wanted, field, &thing), "{:?}", thing);
            }
        }
    }

    #[test]
    fn rules_that_are_apart_are_never_met_together(
        (field, one, other) in pair(),
        inverted in any::<bool>(),
    ) {
        let (one, other) = (rule_on(field, false, &one), rule_on(field, inverted, &other));
        if are_apart(&one, &other) || are_apart(&other, &one) {
            for thing in things(field) {
                prop_assert!(!(is_met(&one, field, &thing) && is_met(&other, field, &thing)), "{:?}", thing);
            }
        }
    }
}

#[test]
fn conditions_on_tags_are_apart_only_if_no_tags_meet_both() {
    let apart = |one: Value, other: Value| are_apart(&rule_on(2, false, &one), &rule_on(2, true, &other));

    assert!(apart(json!({ "$nin": ["x", "y"] }), json!({ "$in": ["x"] })));
    assert!(apart(json!({ "$all": ["x", "z"] }), json!({ "$ne": "x" })));
    assert!(!apart(json!({ "$nin": ["x"] }), json!({ "$in": ["x", "y"] })));
    assert!(!apart(json!({ "$all": ["z"] }), json!({ "$ne": "x" })));
    assert!(!apart(json!("x"), json!("y")));
}
