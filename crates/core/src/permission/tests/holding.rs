//! What somebody holds, and what changes of it give.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::super::{Action, Holding, PermissionSet, Rule, Source, Subject};
use super::strategies::{Thing, right, roles, thing};
use super::{permissions, rules};

fn read(environment: &str) -> Value {
    json!({ "subject": "secrets", "action": "readValue", "conditions": { "environment": environment } })
}

fn never_read(environment: &str) -> Value {
    json!({ "subject": "secrets", "action": "readValue", "inverted": true,
        "conditions": { "environment": environment } })
}

fn always(wire: &Value) -> Source {
    Source::permanent(rules(wire))
}

fn ending(wire: &Value) -> Source {
    Source { rules: rules(wire), time: Some((0, 10)) }
}

fn holding(sources: &[Source]) -> Holding {
    Holding::new(sources.to_vec())
}

#[test]
fn a_denial_covers_what_is_allowed_beside_it_only_if_it_stays() {
    let holder = permissions([json!([read("dev")])]);
    let both = json!([read("dev"), read("prod")]);
    let denial = json!([never_read("prod")]);

    assert!(holding(&[always(&both), always(&denial)]).missing_from(&holder).is_empty());
    assert!(!holding(&[always(&both), ending(&denial)]).missing_from(&holder).is_empty());
    assert!(holding(&[ending(&both), always(&denial)]).missing_from(&holder).is_empty());
    assert!(!holding(&[ending(&both), ending(&denial)]).missing_from(&holder).is_empty());
}

#[test]
fn what_stays_is_not_given() {
    let holder = permissions([json!([read("dev")])]);
    let before = holding(&[always(&json!([read("prod")]))]);

    let more = before.clone().with(always(&json!([read("dev")])));
    assert!(before.gain_missing_from(&more, &holder).is_empty());
    let twice = before.clone().with(always(&json!([read("prod")])));
    assert!(!before.gain_missing_from(&twice, &holder).is_empty());
    assert!(more.gain_missing_from(&holding(&[]), &holder).is_empty());
}

#[test]
fn more_time_and_less_denial_are_given() {
    let holder = permissions([json!([read("dev")])]);
    let prod = json!([read("prod")]);

    assert!(!holding(&[ending(&prod)]).gain_missing_from(&holding(&[always(&prod)]), &holder).is_empty());
    let denies = |environment: &str| holding(&[always(&json!([never_read(environment)]))]);
    assert!(!denies("prod").gain_missing_from(&holding(&[]), &holder).is_empty());
    assert!(denies("dev").gain_missing_from(&holding(&[]), &holder).is_empty());
    let missing = denies("prod").gain_missing_from(&denies("dev"), &holder);
    assert_eq!(
        json!(missing),
        json!([{ "action": "readValue", "subject": "secrets", "conditions": { "environment": "prod" } }])
    );
}

/// What a holding allows at a moment.
fn at(sources: &[Source], now: i64) -> PermissionSet {
    let counts = |source: &&Source| source.time.is_none_or(|(from, until)| (from..until).contains(&now));
    PermissionSet::new(sources.iter().filter(counts).map(|source| source.rules.clone()).collect())
}

fn allows(set: &PermissionSet, (subject, action): (Subject, Action), thing: &Thing) -> bool {
    set.allows(action, subject, &thing.object())
}

fn time() -> impl Strategy<Value = Option<(i64, i64)>> {
    prop_oneof![3 => Just(None), 1 => select(vec![Some((0, 5)), Some((5, 10)), Some((0, 10))])]
}

/// Some of the same few roles, each with some time: of the holder, of somebody before a change, after it.
fn related() -> impl Strategy<Value = (Vec<Vec<Rule>>, Vec<Source>, Vec<Source>)> {
    roles().prop_flat_map(|pool| {
        let count = pool.len();
        let some = move |pool: &[Vec<Rule>]| subsequence(pool.to_vec(), 0..=count);
        let timed = move |pool: &[Vec<Rule>]| {
            (some(pool), prop::collection::vec(time(), count)).prop_map(|(roles, times)| {
                roles.into_iter().zip(times).map(|(rules, time)| Source { rules, time }).collect::<Vec<_>>()
            })
        };
        (some(&pool), timed(&pool), timed(&pool))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_missing_means_that_no_moment_allows_more(
        (holder, wanted, _) in related(), right in right(), thing in thing(), now in 0_i64..11
    ) {
        let holder = PermissionSet::new(holder);
        prop_assume!(Holding::new(wanted.clone()).missing_from(&holder).is_empty());
        prop_assert!(!allows(&at(&wanted, now), right, &thing) || allows(&holder, right, &thing));
    }

    #[test]
    fn a_change_that_gives_nothing_unheld_adds_nothing_unheld(
        (holder, before, after) in related(), right in right(), thing in thing(), now in 0_i64..11
    ) {
        // Reading a secret is describing it and reading its value, and each of these is judged by itself: who had one
        // of them and is given the other, which the holder has, may then do both, which the holder may not.
        prop_assume!(right != (Subject::Secrets, Action::Read));
        let holder = PermissionSet::new(holder);
        let gain = Holding::new(before.clone()).gain_missing_from(&Holding::new(after.clone()), &holder);
        prop_assume!(gain.is_empty());
        let is_gained = !allows(&at(&before, now), right, &thing) && allows(&at(&after, now), right, &thing);
        prop_assert!(!is_gained || allows(&holder, right, &thing));
    }
}
