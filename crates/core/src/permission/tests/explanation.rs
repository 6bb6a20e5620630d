//! Reasons agree with decisions.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::super::{Action, Object, PermissionSet, Subject, Verdict};
use super::permissions;
use super::strategies::{SUBJECTS, roles, thing_and_part};

/// Random roles and things; each is asked about every subject and action.
const CASES: u32 = 6_500;

#[test]
fn the_decision_is_that_of_the_engine_and_its_rules_are_met() {
    let mut asked = 0;
    let strategy = (roles(), thing_and_part());
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..CASES {
        let (roles, (whole, part)) = strategy.new_tree(&mut runner).unwrap().current();
        let set = PermissionSet::new(roles);
        for object in [whole.object(), part.object()] {
            for (subject, actions, _) in SUBJECTS {
                for action in *actions {
                    check(&set, *action, *subject, &object);
                    asked += 1;
                }
            }
        }
    }
    assert!(asked >= 100_000, "{asked}");
}

fn check(set: &PermissionSet, action: Action, subject: Subject, object: &Object<'_>) {
    let explanation = set.explain(action, subject, object);
    let allowed = set.allows(action, subject, object);
    assert_eq!(explanation.is_allowed(), allowed, "{set:?} {action:?} {subject:?} {object:?}");
    let possible = set.explain_possible(action, subject, object);
    assert_eq!(possible.is_allowed(), set.could_allow(action, subject, object));
    for part in &explanation.parts {
        assert_eq!(part.is_allowed(), set.allows(part.action, subject, object));
        for (rules, verdict) in set.sources().iter().zip(&part.verdicts) {
            let alone = PermissionSet::new(vec![rules.clone()]);
            assert_eq!(verdict.is_allowing(), alone.allows(part.action, subject, object));
            let Some(index) = verdict.rule() else { continue };
            assert_eq!(rules[index].is_inverted(), verdict.is_denying());
            let without_later = PermissionSet::new(vec![rules[..=index].to_vec()]);
            assert_eq!(without_later.explain(part.action, subject, object).parts[0].verdicts, [*verdict]);
        }
    }
}

#[test]
fn each_role_is_named_with_its_last_rule_that_fits() {
    let read = json!({ "subject": "secrets", "action": "read" });
    let no_values = json!({ "subject": "secrets", "action": "readValue", "inverted": true,
        "conditions": { "environment": "prod" } });
    let set = permissions([json!([]), json!([read]), json!([read, no_values])]);
    let explain = |environment| {
        let object = Object::new().environment(environment).secret_path("/").secret_name("KEY");
        set.explain(Action::Read, Subject::Secrets, &object)
    };

    let prod = explain("prod");
    assert!(!prod.is_allowed() && prod.parts.len() == 2);
    assert_eq!(prod.parts[0].action, Action::DescribeSecret);
    assert_eq!(prod.parts[0].verdicts, [Verdict::Silent, Verdict::Allows(0), Verdict::Allows(0)]);
    assert_eq!(prod.parts[0].deciding_source(), Some(1));
    assert_eq!(prod.parts[1].verdicts, [Verdict::Silent, Verdict::Allows(0), Verdict::Denies(1)]);
    assert_eq!(prod.parts[1].deciding_source(), Some(2));
    assert!(explain("dev").is_allowed());
    let nothing = PermissionSet::default().explain(Action::Edit, Subject::Secrets, &Object::new());
    assert_eq!((nothing.is_allowed(), nothing.parts[0].deciding_source()), (false, None));
}
