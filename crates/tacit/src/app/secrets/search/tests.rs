use serde_json::{Value, json};
use tacit_core::random::Random;
use tacit_store::{Database, Settings};

use super::super::{
    content::{Content, MetadataEntry},
    fixtures::{access, place, tags},
};
use super::*;

fn key() -> DataKey {
    DataKey::generate(1, &Random::seeded(7)).0
}

/// A secret with the value `v`, a comment, and a plain and an encrypted metadata entry.
fn row(name: &str) -> SearchedSecretRow {
    let entry =
        |key: &str, is_encrypted| MetadataEntry { key: key.to_owned(), value: "x".to_owned(), is_encrypted };
    let content = Content {
        value: Plaintext::value("v").unwrap(),
        comment: Plaintext::comment("The Comment").unwrap(),
        metadata: vec![entry("plain", false), entry("hidden", true)],
    };
    let encrypted = content.encrypt(&key(), name, 1, &Random::seeded(8)).unwrap();
    SearchedSecretRow {
        id: name.to_owned().into(),
        name: name.to_owned(),
        version: 1,
        comment_ciphertext: encrypted.comment,
        metadata_ciphertext: encrypted.metadata,
        value_hash: Some(key().hash_value("v").as_bytes().to_vec()),
        updated_at: Timestamp::from_millis(0),
    }
}

fn request() -> SearchSecrets {
    SearchSecrets {
        project: ProjectName::Id("p".to_owned()),
        environments: Vec::new(),
        path: SecretPath::root(),
        name: None,
        comment: None,
        tag_slugs: Vec::new(),
        metadata: Vec::new(),
        value: None,
        offset: 0,
        limit: 10,
    }
}

fn pair(key: &str) -> MetadataPair {
    MetadataPair { key: Some(key.to_owned()), value: None }
}

/// Whether a caller with these rules finds the secret `A` with these tags in `/app` of `dev`.
async fn finds(rules: &Value, slugs: &[&str], request: SearchSecrets) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&Settings::Sqlite(folder.path().join("t.db"))).await.unwrap();
    let mut db = database.read().await.unwrap();
    let (access, key) = (access(rules), key());
    let wanted_hash = request.value.as_ref().map(|value| key.hash_value(value.as_str()));
    let found = SecretMatches::default();
    let search = Search { access: &access, key: &key, request: &request, wanted_hash, found };
    let row = row("A");
    search.may_fit(&row) && search.fits(&mut db, &place("/app"), &row, &tags(slugs)).await.unwrap()
}

#[tokio::test]
async fn a_value_is_no_oracle_for_who_may_not_read_it() {
    let describe = json!([{ "subject": "secrets", "action": "describeSecret" }]);
    let read = json!([{ "subject": "secrets", "action": "read" }]);
    let by_value = |value: &str| SearchSecrets { value: Plaintext::value(value).ok(), ..request() };

    assert!(finds(&read, &[], by_value("v")).await);
    assert!(!finds(&read, &[], by_value("w")).await);
    assert!(!finds(&describe, &[], by_value("v")).await);
    let not_pci = json!([
        { "subject": "secrets", "action": "read" },
        {
            "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "secretTags": { "$in": ["pci"] } },
        },
    ]);
    assert!(finds(&not_pci, &[], by_value("v")).await);
    assert!(!finds(&not_pci, &["pci"], by_value("v")).await);
}

#[tokio::test]
async fn encrypted_metadata_counts_only_with_the_value() {
    let describe = json!([{ "subject": "secrets", "action": "describeSecret" }]);
    let read = json!([{ "subject": "secrets", "action": "read" }]);
    let by_key = |key: &str| SearchSecrets { metadata: vec![pair(key)], ..request() };

    assert!(finds(&describe, &[], by_key("plain")).await);
    assert!(!finds(&describe, &[], by_key("hidden")).await);
    assert!(finds(&read, &[], by_key("hidden")).await);
    assert!(!finds(&read, &[], by_key("other")).await);
}

#[tokio::test]
async fn what_may_not_be_described_is_not_found() {
    let by_name = || SearchSecrets { name: Some("a".to_owned()), ..request() };
    let elsewhere = json!([
        { "subject": "secrets", "action": "read", "conditions": { "secretPath": { "$glob": "/web/**" } } },
    ]);

    assert!(!finds(&json!([]), &[], by_name()).await);
    assert!(!finds(&json!([{ "subject": "secrets", "action": "readValue" }]), &[], by_name()).await);
    assert!(!finds(&elsewhere, &[], by_name()).await);
}

#[tokio::test]
async fn all_that_is_given_has_to_hold() {
    let read = json!([{ "subject": "secrets", "action": "read" }]);
    let full = || SearchSecrets {
        name: Some("a".to_owned()),
        comment: Some("the COMMENT".to_owned()),
        tag_slugs: vec!["one".to_owned(), "two".to_owned()],
        metadata: vec![pair("plain"), pair("hidden")],
        value: Plaintext::value("v").ok(),
        ..request()
    };

    assert!(finds(&read, &["two"], full()).await);
    assert!(!finds(&read, &["three"], full()).await);
    assert!(!finds(&read, &["two"], SearchSecrets { name: Some("b".to_owned()), ..full() }).await);
    assert!(!finds(&read, &["two"], SearchSecrets { comment: Some("other".to_owned()), ..full() }).await);
    assert!(!finds(&read, &["two"], SearchSecrets { metadata: vec![pair("none")], ..full() }).await);
}
