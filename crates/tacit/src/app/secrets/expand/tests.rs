use serde_json::{Value, json};
use tacit_core::{
    cipher::{Ciphertext, DataKey},
    random::Random,
    time::Timestamp,
};
use tacit_store::{
    Connection, Database, Settings, environments, environments::EnvironmentRow, folders, folders::FolderRow,
    organizations, organizations::OrganizationRow, projects, secret_imports, secret_imports::SecretImportRow,
    secrets, secrets::SecretRow,
};

use super::super::{content::Content, fixtures::access};
use super::*;

const NOW: Timestamp = Timestamp::from_millis(0);

fn key() -> DataKey {
    DataKey::generate(1, &Random::seeded(7)).0
}

async fn environment(db: &mut Connection, slug: &str) {
    let row = EnvironmentRow {
        id: slug.to_owned().into(),
        project_id: "p".to_owned().into(),
        name: slug.to_owned(),
        slug: slug.to_owned(),
        position: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    environments::insert(db, &row).await.unwrap();
    let root = FolderRow {
        id: format!("{slug} root").into(),
        project_id: row.project_id,
        environment_id: row.id,
        parent_id: None,
        name: "root".to_owned(),
        path: "/".to_owned(),
        description: None,
        version: 1,
        secret_count: 0,
        secrets_changed_at: None,
        created_at: NOW,
        updated_at: NOW,
    };
    folders::insert(db, &root).await.unwrap();
}

async fn secret(db: &mut Connection, environment: &str, name: &str, value: &str) {
    let id = format!("{environment} {name}");
    let content = Content { value: Plaintext::value(value).unwrap(), ..Content::default() };
    let encrypted = content.encrypt(&key(), &id, 1, &Random::seeded(8)).unwrap();
    let row = SecretRow {
        id: id.into(),
        folder_id: format!("{environment} root").into(),
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
        created_at: NOW,
        updated_at: NOW,
    };
    secrets::insert(db, &row).await.unwrap();
}

/// `dev` imports `staging`, then `prod`. `prod` has A and B, `staging` has B and C.
async fn shop(db: &mut Connection) {
    let organization = OrganizationRow {
        id: "o".to_owned().into(),
        name: "Acme".to_owned(),
        slug: "acme".to_owned(),
        data_key_ciphertext: Ciphertext(Vec::new()),
        other_data_key_ciphertext: None,
        access_revision: 0,
        default_membership_role: "member".to_owned(),
        user_token_ttl_seconds: None,
        requires_second_factor: false,
        second_factor_method: None,
        created_at: NOW,
        updated_at: NOW,
    };
    organizations::insert(db, &organization).await.unwrap();
    projects::insert(db, &access(&json!([])).project).await.unwrap();
    for slug in ["dev", "staging", "prod"] {
        environment(db, slug).await;
    }
    for (environment, name) in [("prod", "A"), ("prod", "B"), ("staging", "B"), ("staging", "C")] {
        secret(db, environment, name, environment).await;
    }
    for (position, slug) in [(1, "staging"), (2, "prod")] {
        let import = SecretImportRow {
            id: slug.to_owned().into(),
            project_id: "p".to_owned().into(),
            folder_id: "dev root".to_owned().into(),
            source_environment_id: slug.to_owned().into(),
            source_environment_slug: slug.to_owned(),
            source_environment_name: slug.to_owned(),
            source_path: "/".to_owned(),
            position,
            is_replication: false,
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        };
        secret_imports::insert(db, &import).await.unwrap();
    }
}

/// What a caller with these rules gets for a value in `dev`: the expanded text, or that it is refused.
/// Writing the value is refused exactly if reading it is.
async fn read(rules: &Value, value: &str) -> Result<String, &'static str> {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&Settings::Sqlite(folder.path().join("t.db"))).await.unwrap();
    let mut db = database.begin().await.unwrap();
    shop(&mut db).await;
    let (access, key) = (access(rules), key());
    let place = Place {
        environment: "dev".to_owned(),
        environment_id: "dev".to_owned().into(),
        folder_id: "dev root".to_owned().into(),
        ..super::super::fixtures::place("/")
    };
    let value = Plaintext::value(value).unwrap();
    let mut source = Source::new(&mut db, &access, &key, None);
    let writable = require_readable(&mut source, &place, &value).await;
    let mut source = Source::new(&mut db, &access, &key, None);
    let result = Expander::default().tree(&mut source, &place, "USES", &value).await;
    assert_eq!(writable.is_ok(), result.is_ok());
    match result {
        Ok(node) => Ok(node.value.unwrap().to_string()),
        Err(Error::Forbidden(_)) => Err("forbidden"),
        Err(error) => panic!("{error}"),
    }
}

fn only(conditions: &Value) -> Value {
    json!([{ "subject": "secrets", "action": "read", "conditions": conditions }])
}

#[tokio::test]
async fn a_reference_to_what_may_not_be_read_is_refused_existing_or_not() {
    let dev = only(&json!({ "environment": "dev" }));
    assert_eq!(read(&dev, "${prod.A}").await, Err("forbidden"));
    assert_eq!(read(&dev, "${prod.NONE}").await, Err("forbidden"));
    assert_eq!(read(&dev, "${none.NONE}").await, Err("forbidden"));
    assert_eq!(read(&dev, "text ${NONE}").await, Ok("text ".to_owned()));
    let all = json!([{ "subject": "secrets", "action": "read" }]);
    assert_eq!(read(&all, "${prod.A} ${prod.NONE}").await, Ok("prod ".to_owned()));
}

#[tokio::test]
async fn seeing_a_secret_is_not_enough_to_refer_to_it() {
    let rules = json!([
        { "subject": "secrets", "action": "describeSecret" },
        { "subject": "secrets", "action": "readValue", "conditions": { "environment": "dev" } },
    ]);
    assert_eq!(read(&rules, "${prod.A}").await, Err("forbidden"));
    assert_eq!(read(&rules, "${A}").await, Err("forbidden"));
}

#[tokio::test]
async fn an_imported_secret_that_may_not_be_seen_is_refused_and_not_passed_over_for_another() {
    let rules = only(&json!({ "environment": { "$in": ["dev", "staging"] } }));
    assert_eq!(read(&rules, "${C}").await, Ok("staging".to_owned()));
    // prod comes first and has it, so the value of staging would be the wrong one.
    assert_eq!(read(&rules, "${B}").await, Err("forbidden"));
    assert_eq!(read(&rules, "${A}").await, Err("forbidden"));
}
