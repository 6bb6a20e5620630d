//! Random rules and things, of so few values that they often meet.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::super::{Action, Object, Rule, Scope, Subject};

/// Something decisions can be about; it owns what an [`Object`] borrows.
#[derive(Clone, Debug, Default)]
pub(super) struct Thing {
    pub(super) environment: Option<String>,
    pub(super) secret_path: Option<String>,
    pub(super) secret_name: Option<String>,
    pub(super) secret_tags: Option<Vec<String>>,
    pub(super) metadata: Option<Vec<(String, String)>>,
    pub(super) identity_id: Option<String>,
}

impl Thing {
    pub(super) fn object(&self) -> Object<'_> {
        let mut object = Object::new();
        object.environment = self.environment.as_deref();
        object.secret_path = self.secret_path.as_deref();
        object.secret_name = self.secret_name.as_deref();
        object.secret_tags = self.secret_tags.as_deref();
        object.metadata = self.metadata.as_deref();
        object.identity_id = self.identity_id.as_deref();
        object
    }
}

/// What the random rules are about: at least one for each kind of attribute.
pub(super) const SUBJECTS: &[(Subject, &[Action], &[&str])] = &[
    (
        Subject::Secrets,
        &[Action::Read, Action::DescribeSecret, Action::ReadValue, Action::Edit],
        &["environment", "secretPath", "secretName", "secretTags"],
    ),
    (
        Subject::DynamicSecrets,
        &[Action::Lease, Action::ReadRootCredential],
        &["environment", "secretPath", "metadata"],
    ),
    (Subject::Identity, &[Action::Read, Action::Edit], &["identityId"]),
];

/// A subject and one of its actions.
pub(super) fn right() -> impl Strategy<Value = (Subject, Action)> {
    select(SUBJECTS).prop_flat_map(|(subject, actions, _)| (Just(subject), select(actions)))
}

/// A thing of which every attribute is stated.
pub(super) fn thing() -> impl Strategy<Value = Thing> {
    let paths = ["/", "/a", "/b", "/a/b", "/a/b/c", "/ab", "/*", "/**"];
    let pairs = prop::collection::vec((owned(&["k", "l", "*"]), owned(&["v", "w", "*"])), 0..3);
    (
        owned(&["dev", "prod", "d", "*", "{dev,prod}"]),
        owned(&paths),
        owned(&["KEY", "K", "*", "**"]),
        subsequence(vec!["x".to_owned(), "y".to_owned(), "*".to_owned()], 0..=3),
        pairs,
        owned(&["i", "j"]),
    )
        .prop_map(|(environment, path, name, tags, metadata, id)| Thing {
            environment: Some(environment),
            secret_path: Some(path),
            secret_name: Some(name),
            secret_tags: Some(tags),
            metadata: Some(metadata),
            identity_id: Some(id),
        })
}

/// A thing and the same with some attributes left out.
pub(super) fn thing_and_part() -> impl Strategy<Value = (Thing, Thing)> {
    (thing(), any::<[bool; 6]>()).prop_map(|(whole, keep)| {
        let part = Thing {
            environment: whole.environment.clone().filter(|_| keep[0]),
            secret_path: whole.secret_path.clone().filter(|_| keep[1]),
            secret_name: whole.secret_name.clone().filter(|_| keep[2]),
            secret_tags: whole.secret_tags.clone().filter(|_| keep[3]),
            metadata: whole.metadata.clone().filter(|_| keep[4]),
            identity_id: whole.identity_id.clone().filter(|_| keep[5]),
        };
        (whole, part)
    })
}

/// A rule in the wire's form.
pub(super) fn wire_rule() -> impl Strategy<Value = Value> {
    select(SUBJECTS).prop_flat_map(|(subject, actions, fields)| {
        let action = prop_oneof![
            select(actions).prop_map(|action| json!(action)),
            subsequence(actions.to_vec(), 1..=actions.len()).prop_map(|actions| json!(actions)),
        ];
        (action, any::<bool>(), prop::option::of(conditions(fields))).prop_map(
            move |(action, inverted, conditions)| {
                let mut rule = json!({ "subject": subject, "action": action });
                if inverted {
                    rule["inverted"] = json!(true);
                }
                if let Some(conditions) = conditions {
                    rule["conditions"] = conditions;
                }
                rule
            },
        )
    })
}

/// A rule.
pub(super) fn rule() -> impl Strategy<Value = Rule> {
    wire_rule().prop_map(|wire| Rule::parse(&wire, Scope::Project).unwrap())
}

/// The rules of some roles.
pub(super) fn roles() -> impl Strategy<Value = Vec<Vec<Rule>>> {
    prop::collection::vec(prop::collection::vec(rule(), 0..5), 0..4)
}

fn conditions(fields: &'static [&'static str]) -> impl Strategy<Value = Value> {
    subsequence(fields.to_vec(), 0..=fields.len().min(2)).prop_flat_map(|fields| {
        let one = |field: &'static str| condition(field).prop_map(move |value| (field.to_owned(), value));
        fields
            .into_iter()
            .map(one)
            .collect::<Vec<_>>()
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>()))
    })
}

/// A condition on a field in the wire's form.
pub(super) fn condition(field: &'static str) -> BoxedStrategy<Value> {
    match field {
        "environment" => text_condition(&["dev", "prod", "d", "*"], &["*", "d*", "?", "dev", "p??d"]),
        "secretPath" => text_condition(
            &["/", "/a", "/b", "/a/b", "/a/", "/*"],
            &["/**", "/*", "/a/**", "/a/*", "/?", "**", "/**/b", "/b/**", "/a/b/", "/*/b"],
        ),
        "secretName" => text_condition(&["KEY", "K", "*"], &["*", "K*", "?", "**"]),
        "secretTags" => prop_oneof![
            3 => text_condition(&["x", "y", "*"], &["*", "x*", "?"]),
            1 => some_of(&["x", "y"]).prop_map(|items| json!({ "$all": items })),
        ]
        .boxed(),
        "metadata" => {
            let key = text_condition(&["k", "l", "*"], &["*", "k*"]);
            let value = text_condition(&["v", "w", "*"], &["*", "?"]);
            prop_oneof![
                key.clone().prop_map(|key| json!({ "$elemMatch": { "key": key } })),
                (key, value).prop_map(|(key, value)| json!({ "$elemMatch": { "key": key, "value": value } })),
            ]
            .boxed()
        }
        "identityId" => text_condition(&["i", "j", "k"], &["*", "?"]),
        other => unreachable!("{other}"),
    }
}

fn text_condition(texts: &'static [&'static str], globs: &'static [&'static str]) -> BoxedStrategy<Value> {
    let one = prop_oneof![
        select(texts).prop_map(|text| ("$eq", json!(text))),
        select(texts).prop_map(|text| ("$ne", json!(text))),
        some_of(texts).prop_map(|items| ("$in", json!(items))),
        some_of(texts).prop_map(|items| ("$nin", json!(items))),
        select(globs).prop_map(|glob| ("$glob", json!(glob))),
    ];
    prop_oneof![
        1 => select(texts).prop_map(|text| json!(text)),
        4 => prop::collection::vec(one, 1..3).prop_map(|operators| {
            Value::Object(operators.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        }),
    ]
    .boxed()
}

fn some_of(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(texts.to_vec(), 1..=texts.len())
}

fn owned(texts: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    select(texts.to_vec()).prop_map(str::to_owned)
}
