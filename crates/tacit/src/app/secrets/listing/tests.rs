use serde_json::{Value, json};
use tacit_core::{name::SecretPath, random::Random, time::Timestamp};
use tacit_store::secrets::SecretRow;

use super::super::{
    Overrides,
    content::{Content, Plaintext},
    fixtures::{access, place, tags},
    location::Location,
};
use super::*;
use crate::app::access::ProjectName;

fn key() -> DataKey {
    DataKey::generate(1, &Random::seeded(7)).0
}

fn row(name: &str) -> SecretRow {
    let content = Content { value: Plaintext::value("v").unwrap(), ..Content::default() };
    let encrypted = content.encrypt(&key(), name, 1, &Random::seeded(8)).unwrap();
    let now = Timestamp::from_millis(0);
    SecretRow {
        id: name.to_owned().into(),
        folder_id: "f".to_owned().into(),
        name: name.to_owned(),
        owner_user_id: String::new(),
        version: 1,
        value_ciphertext: encrypted.value,
        value_hash: None,
        comment_ciphertext: encrypted.comment,
        metadata_ciphertext: encrypted.metadata,
        skip_multiline_encoding: false,
        reminder_note: None,
        reminder_repeat_days: None,
        actor_type: "identity".to_owned(),
        actor_id: "i".to_owned(),
        actor_name: "ci".to_owned(),
        created_at: now,
        updated_at: now,
    }
}

/// What a list of `/` shows of a secret: `absent`, `hidden`, or its value, which is `v`.
fn shown(rules: &Value, path: &str, name: &str, slugs: &[&str], wants_value: bool) -> String {
    let request = ListSecrets {
        at: Location {
            project: ProjectName::Id("p".to_owned()),
            environment: "dev".to_owned(),
            path: SecretPath::root(),
        },
        shows_values: wants_value,
        is_recursive: true,
        tag_slugs: Vec::new(),
        moment: None,
        overrides: Overrides::Without,
        expands: false,
        includes_imports: false,
        metadata: Vec::new(),
    };
    let (access, base) = (access(rules), place("/"));
    let listing = Listing { access: &access, key: &key(), request: &request, base: &base };
    match listing.secret(&Arc::new(place(path)), &StoredSecret::new(row(name), tags(slugs))).unwrap() {
        None => "absent".to_owned(),
        Some(secret) => secret.value.map_or_else(|| "hidden".to_owned(), |value| value.as_str().to_owned()),
    }
}

#[test]
fn what_may_be_described_but_not_read_is_hidden_here_and_left_out_below() {
    let rules = json!([{ "subject": "secrets", "action": "describeSecret" }]);
    assert_eq!(shown(&rules, "/", "A", &[], true), "hidden");
    assert_eq!(shown(&rules, "/app", "A", &[], true), "absent");
    assert_eq!(shown(&rules, "/app", "A", &[], false), "hidden");
}

#[test]
fn what_may_not_be_described_is_left_out() {
    let rules = json!([{ "subject": "secrets", "action": "readValue" }]);
    assert_eq!(shown(&rules, "/", "A", &[], true), "absent");
    assert_eq!(shown(&json!([]), "/", "A", &[], true), "absent");
}

#[test]
fn each_secret_is_decided_by_its_own_name_path_and_tags() {
    let rules = json!([
        { "subject": "secrets", "action": "read", "conditions": { "secretPath": { "$glob": "/app/**" } } },
        { "subject": "secrets", "action": "read", "inverted": true, "conditions": { "secretName": "ROOT" } },
        {
            "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "secretTags": { "$in": ["pci"] } },
        },
    ]);
    assert_eq!(shown(&rules, "/app/web", "A", &["other"], true), "v");
    assert_eq!(shown(&rules, "/app/web", "ROOT", &[], true), "absent");
    assert_eq!(shown(&rules, "/other", "A", &[], true), "absent");
    assert_eq!(shown(&rules, "/app/web", "A", &["other", "pci"], true), "absent");
    assert_eq!(shown(&rules, "/app/web", "A", &["pci"], false), "hidden");
}

#[test]
fn a_value_that_is_not_wanted_is_hidden_also_from_who_may_read_it() {
    let rules = json!([{ "subject": "secrets", "action": "read" }]);
    assert_eq!(shown(&rules, "/", "A", &[], true), "v");
    assert_eq!(shown(&rules, "/", "A", &[], false), "hidden");
}
