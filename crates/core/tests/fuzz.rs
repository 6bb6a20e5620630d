//! Whatever text and JSON arrives, the parsers of core answer: yes, and then always the same, or no.
//!
//! More cases by `PROPTEST_CASES`.

#![expect(clippy::panic, reason = "tests")]

use std::net::IpAddr;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use tacit_core::{
    name::{Email, FolderName, ProjectName, SecretName, SecretPath, Slug, secret_value, slugify},
    permission::{Action, Glob, Object, PermissionSet, Rule, Scope, Subject},
    reference::{self, Part},
    trusted_ip::TrustedIp,
};

/// Text with what parsers stumble over: separators, white space of all kinds, NUL, wide characters, marks.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[A-Za-z0-9_-]{1,6}",
        3 => select(vec![
            "/", "//", ".", "..", ":", "%2F", "\\", " ", "\t", "\r\n", "\u{0}", "\u{a0}", "\u{85}", "\u{200b}",
            "\u{202e}", "\u{feff}", "\u{fffd}", "İ", "ß", "ﬀ", "e\u{301}", "\u{1f600}", "@", "$", "${", "}", "*", "**", "{",
            "[", "]", "!", ",", "?", "(", ")", "|", "+",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a/]{250,260}",
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// JSON of any form, with the words that rules are made of.
fn json_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![3 => word(), 1 => text()];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key, inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn word() -> impl Strategy<Value = String> {
    select(vec![
        "subject",
        "action",
        "inverted",
        "conditions",
        "environment",
        "secretPath",
        "secretName",
        "secretTags",
        "metadata",
        "$eq",
        "$ne",
        "$in",
        "$glob",
        "$all",
        "$elemMatch",
        "key",
        "value",
        "secrets",
        "secret-folders",
        "read",
        "readValue",
        "describeSecret",
        "edit",
        "create",
        "delete",
        "/",
        "/app/**",
        "dev",
        "ipAddress",
        "prefix",
        "type",
    ])
    .prop_map(str::to_owned)
}

/// An object that is nearly a rule, so that what lies deeper is reached.
fn rule() -> impl Strategy<Value = Value> {
    let action =
        prop_oneof![json_value(), vec(word(), 0..4).prop_map(Value::from), word().prop_map(Value::from)];
    let field =
        select(vec!["environment", "secretPath", "secretName", "secretTags", "metadata", "identityId"]);
    let operator = select(vec!["$eq", "$ne", "$in", "$glob", "$all", "$elemMatch"]);
    let condition = (field, operator, json_value())
        .prop_map(|(field, operator, value)| json!({ field: { operator: value } }));
    let conditions = prop_oneof![condition, json_value()];
    (word(), action, conditions, any::<Option<bool>>()).prop_map(|(subject, action, conditions, inverted)| {
        let mut rule = json!({ "subject": subject, "action": action, "conditions": conditions });
        if let Some(inverted) = inverted {
            rule["inverted"] = inverted.into();
        }
        rule
    })
}

/// What is accepted has no NUL and parses to itself.
fn stays<N, E>(text: &str, parse: impl Fn(&str) -> Result<N, E>, as_str: impl Fn(&N) -> &str) {
    if let Ok(name) = parse(text) {
        let again = parse(as_str(&name)).unwrap_or_else(|_| panic!("{text:?} is refused the second time"));
        assert_eq!(as_str(&again), as_str(&name));
        assert!(!as_str(&name).contains('\0'), "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_value_is_made_of_text_and_references_and_nothing_is_lost(value in text()) {
        let parts: Vec<_> = reference::parts(&value).collect();

        prop_assert_eq!(parts.iter().map(Part::as_str).collect::<String>(), value.clone());
        let inside = parts.iter().filter(|part| matches!(part, Part::Reference(_))).count();
        prop_assert_eq!(reference::references(&value).count(), inside);
        prop_assert!(inside == 0 || reference::may_have_references(&value));
    }

    #[test]
    fn any_text_is_a_name_that_stays_the_same_or_is_refused(text in text()) {
        stays(&text, SecretName::parse, SecretName::as_str);
        stays(&text, FolderName::parse, FolderName::as_str);
        stays(&text, SecretPath::parse, SecretPath::as_str);
        stays(&text, ProjectName::parse, ProjectName::as_str);
        stays(&text, Email::parse, Email::as_str);
        stays(&text, |text| Slug::parse(text, 1, 64), Slug::as_str);
        stays(&text, Slug::parse_for_new_project, Slug::as_str);
        stays(&text, Slug::parse_for_existing_project, Slug::as_str);
        let slug = slugify(&text);
        prop_assert_eq!(slugify(&slug), slug);
        let value = secret_value(&text);
        prop_assert_eq!(secret_value(&value), value);
    }

    #[test]
    fn a_path_names_no_folder_above_the_root(text in text()) {
        if let Ok(path) = SecretPath::parse(&text) {
            prop_assert!(path.as_str().starts_with('/'));
            prop_assert!(path.segments().all(|part| !part.is_empty() && part != "." && part != ".."));
        }
    }

    #[test]
    fn any_text_is_a_range_of_addresses_that_stays_the_same_or_is_refused(
        text in "[0-9a-fA-F:./% ]{0,45}|([0-9]{1,3}[.]){3}[0-9]{1,3}(/[0-9]{1,3})?|[0-9a-f:]{2,20}/[0-9]{1,4}",
        peer: IpAddr,
    ) {
        if let Ok(range) = TrustedIp::parse(&text) {
            let _ = range.contains(peer);
            let wire = serde_json::to_value(range).unwrap();
            prop_assert_eq!(serde_json::from_value::<TrustedIp>(wire).unwrap(), range);
        }
    }

    #[test]
    fn any_json_is_a_range_of_addresses_or_is_refused(value in json_value(), prefix in json_value()) {
        let _ = serde_json::from_value::<TrustedIp>(value.clone());
        let _ = serde_json::from_value::<TrustedIp>(json!({ "ipAddress": value, "prefix": prefix }));
        let _ = serde_json::from_value::<TrustedIp>(json!({ "ipAddress": "10.0.0.0", "prefix": prefix }));
    }

    #[test]
    fn any_json_is_a_rule_that_stays_the_same_or_is_refused(
        value in prop_oneof![3 => rule(), 1 => json_value()],
        path in text(),
        name in text(),
    ) {
        for scope in [Scope::Project, Scope::Organization] {
            let Ok(rule) = Rule::parse(&value, scope) else { continue };
            let written = serde_json::to_value(&rule).unwrap();
            prop_assert_eq!(Rule::parse(&written, scope), Ok(rule.clone()));
            let rights = PermissionSet::new(vec![vec![rule]]);
            let object = Object::new().environment("dev").secret_path(&path).secret_name(&name);
            // What is allowed for sure is also possible.
            let is_allowed = rights.allows(Action::ReadValue, Subject::Secrets, &object);
            prop_assert!(!is_allowed || rights.could_allow(Action::ReadValue, Subject::Secrets, &object));
        }
    }

    #[test]
    fn any_pattern_is_matched_against_any_text(pattern in text(), subject in text()) {
        let _ = Glob::new(&pattern).matches(&subject);
    }
}
