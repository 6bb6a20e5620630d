use std::sync::Arc;

use proptest::prelude::*;
use tacit_core::cipher::Ciphertext;
use tacit_store::secrets::SecretRow;

use super::super::secret::{ListSecretsResponse, SecretResponse};
use super::*;
use crate::app::secrets::{Place, Plaintext};

/// Texts with everything that is escaped, and with what is not.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9_/ -]{0,40}",
        "[\\x00-\\x7f]{0,8}",
        "\\PC{0,8}",
        Just("\"\\\u{7f}é😀".to_owned())
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let tag = (text(), text(), prop::option::of(text()));
    let tag = tag.prop_map(|(slug, id, color)| Tag { slug, id: id.into(), color });
    prop::collection::vec(tag, 0..3)
}

fn metadata() -> impl Strategy<Value = Vec<MetadataEntry>> {
    let entry = (text(), text(), any::<bool>());
    let entry = entry.prop_map(|(key, value, is_encrypted)| MetadataEntry { key, value, is_encrypted });
    prop::collection::vec(entry, 0..3)
}

fn row() -> impl Strategy<Value = SecretRow> {
    let texts = prop::collection::vec(text(), 5);
    let owner = prop_oneof![Just(String::new()), text()];
    let numbers = (any::<i64>(), 0..253_402_300_800_000_i64, any::<bool>());
    let reminder = (prop::option::of(text()), prop::option::of(any::<i64>()));
    (texts, owner, numbers, reminder).prop_map(|(texts, owner_user_id, (version, time, flag), reminder)| {
        SecretRow {
            id: texts[0].clone().into(),
            folder_id: "f".to_owned().into(),
            name: texts[1].clone(),
            owner_user_id,
            version,
            value_ciphertext: Ciphertext(Vec::new()),
            value_hash: None,
            comment_ciphertext: Ciphertext(Vec::new()),
            metadata_ciphertext: Ciphertext(Vec::new()),
            skip_multiline_encoding: flag,
            reminder_note: reminder.0,
            reminder_repeat_days: reminder.1,
            actor_type: texts[2].clone(),
            actor_id: texts[3].clone(),
            actor_name: texts[4].clone(),
            created_at: Timestamp::from_millis(time),
            updated_at: Timestamp::from_millis(time / 2),
        }
    })
}

fn place() -> impl Strategy<Value = Arc<Place>> {
    (text(), text(), text()).prop_map(|(project, environment, path)| {
        Arc::new(Place {
            project_id: project.clone().into(),
            environment_id: "e".to_owned().into(),
            environment,
            folder_id: project.into(),
            path,
        })
    })
}

prop_compose! {
    fn any_secret()(
        place in place(),
        row in row(),
        tags in tags(),
        value in prop::option::of(text()),
        comment in text(),
        metadata in metadata(),
    ) -> PlainSecret {
        let value = value.map(|value| Plaintext::value(&value).unwrap());
        let comment = Plaintext::comment(&comment).unwrap();
        PlainSecret { place, row: Arc::new(row), tags: tags.into(), value, comment, metadata }
    }
}

fn secrets() -> impl Strategy<Value = Vec<PlainSecret>> {
    prop::collection::vec(any_secret(), 0..4)
}

prop_compose! {
    fn import()(place in place(), environment_name in text(), secrets in secrets()) -> ImportGroup {
        ImportGroup { place, environment_name, secrets }
    }
}

proptest! {
    #[test]
    fn one_secret_has_the_bytes_of_its_description(one in any_secret()) {
        let described = serde_json::to_string(&SecretResponse::from(&one)).unwrap();
        prop_assert_eq!(String::from_utf8(secret(&one)).unwrap(), described);
    }

    #[test]
    fn a_list_has_the_bytes_of_its_description(
        secrets in secrets(),
        imports in prop::collection::vec(import(), 0..3),
    ) {
        let one = SecretList { secrets, imports };
        let described = serde_json::to_string(&ListSecretsResponse::from(&one)).unwrap();
        prop_assert_eq!(String::from_utf8(list(&one)).unwrap(), described);
    }
}
