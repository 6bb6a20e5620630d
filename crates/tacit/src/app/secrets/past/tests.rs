use serde_json::{Value, json};
use tacit_core::{cipher::Ciphertext, time::Timestamp};
use tacit_store::secrets::SecretRow;

use super::super::fixtures::{access, place, tags};
use super::*;

/// May read everything in `dev` but what is in `/vault`, is called `PROD_…` or has the tag `pci`.
fn reader() -> Value {
    let deny = |conditions: Value| json!({ "subject": "secrets", "action": ["readValue"], "inverted": true, "conditions": conditions });
    json!([
        { "subject": "secrets", "action": ["describeSecret", "readValue"] },
        deny(json!({ "secretPath": { "$eq": "/vault" } })),
        deny(json!({ "secretName": { "$glob": "PROD_*" } })),
        deny(json!({ "secretTags": { "$in": ["pci"] } })),
    ])
}

type As<'a> = (&'a str, &'a str, &'a [&'a str]);

fn past(then: As<'_>, now: Option<As<'_>>) -> PastSecret {
    let (time, empty) = (Timestamp::from_millis(0), || Ciphertext(Vec::new()));
    let secret = SecretRow {
        id: "s".to_owned().into(),
        folder_id: "f".to_owned().into(),
        name: then.1.to_owned(),
        owner_user_id: String::new(),
        version: 1,
        value_ciphertext: empty(),
        comment_ciphertext: empty(),
        metadata_ciphertext: empty(),
        value_hash: None,
        skip_multiline_encoding: false,
        reminder_note: None,
        reminder_repeat_days: None,
        actor_type: "user".to_owned(),
        actor_id: "u".to_owned(),
        actor_name: "ada".to_owned(),
        created_at: time,
        updated_at: time,
    };
    let version = SecretVersionRow {
        project_id: "p".to_owned().into(),
        secret,
        tag_ids: "[]".to_owned(),
        revision: 1,
        ended_revision: None,
    };
    let present =
        now.map(|now| Present { place: place(now.0).into(), name: now.1.to_owned(), tags: tags(now.2) });
    PastSecret { place: place(then.0).into(), version, tags: tags(then.2), present }
}

#[test]
fn an_old_version_is_readable_if_rules_allow_it_as_it_was_and_as_it_is() {
    let access = access(&reader());
    let open: As<'_> = ("/", "KEY", &["a"]);
    for hidden in [("/vault", "KEY", &[][..]), ("/", "PROD_KEY", &[]), ("/", "KEY", &["a", "pci"])] {
        for (then, now) in [(hidden, open), (open, hidden), (hidden, hidden)] {
            let secret = past(then, Some(now));
            assert!(!secret.allows(&access, Action::ReadValue), "{then:?} {now:?}");
            assert!(secret.require(&access, Action::ReadValue).is_err(), "{then:?} {now:?}");
            assert!(secret.allows(&access, Action::DescribeSecret), "{then:?} {now:?}");
        }
        assert!(!past(hidden, None).allows(&access, Action::ReadValue), "{hidden:?}");
    }
    assert!(past(open, Some(open)).allows(&access, Action::ReadValue));
    assert!(past(open, None).allows(&access, Action::ReadValue));
}

fn row(id: &str, parent: Option<&str>, name: &str) -> FolderVersionRow {
    let time = Timestamp::from_millis(0);
    FolderVersionRow {
        folder_id: id.to_owned().into(),
        version: 1,
        project_id: "p".to_owned().into(),
        environment_id: "e".to_owned().into(),
        parent_id: parent.map(|parent| parent.to_owned().into()),
        name: name.to_owned(),
        description: None,
        revision: 1,
        ended_revision: None,
        folder_created_at: time,
        created_at: time,
    }
}

#[test]
fn a_path_follows_from_the_folders_above() {
    let rows = [row("c", Some("b"), "web"), row("a", None, "root"), row("b", Some("a"), "app")];

    for (id, path) in [("a", Some("/")), ("b", Some("/app")), ("c", Some("/app/web")), ("d", None)] {
        assert_eq!(path_of(&FolderId::new(id), &rows).as_deref(), path, "{id}");
    }
    assert_eq!(path_of(&FolderId::new("c"), &rows[..2]), None);
    let circle = [row("a", Some("b"), "a"), row("b", Some("a"), "b")];
    assert_eq!(path_of(&FolderId::new("a"), &circle), None);
}
