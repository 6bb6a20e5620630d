//! Where keys and what they encrypt are, on both engines.

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    random::Random,
};
use tacit_store::{
    Database, FromRow, Row, Settings, StoreError, data_key_rotations,
    data_key_rotations::{ANNOUNCED, RotationRow},
    reencryption::{self, Encrypted, RowName, SealedSecretRow},
    secrets::{self, SecretRow},
    wrapped_keys::{NOT_WRAPPED, WRAPPED},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after},
    fixtures_projects::{environment, folder, project, secret_row},
};

/// Ciphertexts under keys that are not replaced by encrypting anew: each person and each mail has a key of its
/// own, and an organization's is replaced with nothing but its root key.
const UNDER_OTHER_KEYS: [(&str, &str); 4] = [
    ("audit_streams", "target_ciphertext"),
    ("auth_method_settings", "settings_ciphertext"),
    ("mails", "text_ciphertext"),
    ("user_totp", "secret_ciphertext"),
];

struct ColumnName(String, String);

impl FromRow for ColumnName {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.get("in_table")?, row.get("name")?))
    }
}

async fn ciphertext_columns() -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&Settings::Sqlite(folder.path().join("tacit.db"))).await.unwrap();
    let sql =
        "SELECT m.name AS in_table, c.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND c.name LIKE '%ciphertext' ORDER BY m.name, c.name";
    let columns: Vec<ColumnName> = database.read().await.unwrap().fetch_all(sql, &[]).await.unwrap();
    columns.into_iter().map(|column| (column.0, column.1)).collect()
}

#[tokio::test]
async fn every_column_with_a_wrapped_key_is_known_to_the_rotation_of_the_root_key() {
    let is_key = |(_, column): &(String, String)| column.ends_with("key_ciphertext");
    let found: Vec<_> = ciphertext_columns().await.into_iter().filter(is_key).collect();
    let wrapped = WRAPPED.iter().map(|known| (known.table, known.column));
    let mut known: Vec<_> = wrapped.chain(NOT_WRAPPED).map(|(t, c)| (t.to_owned(), c.to_owned())).collect();
    known.sort_unstable();
    assert_eq!(found, known, "a wrapped key that is not in WRAPPED is lost with the next rotation");
}

#[tokio::test]
async fn every_ciphertext_under_a_data_key_is_known_to_the_rotation_of_data_keys() {
    let wrapped: Vec<_> = WRAPPED.iter().map(|known| (known.table, known.column)).collect();
    let columns = ciphertext_columns().await;
    let is_value = |(table, column): &&(String, String)| !wrapped.contains(&(table, column));
    let found: Vec<_> = columns.iter().filter(is_value).cloned().collect();
    let known = reencryption::COLUMNS.into_iter().chain(UNDER_OTHER_KEYS);
    let mut known: Vec<_> = known.map(|(t, c)| (t.to_owned(), c.to_owned())).collect();
    known.sort_unstable();
    assert_eq!(found, known, "what is not encrypted anew is lost with the old key");
}

#[tokio::test]
async fn wrapped_keys_are_listed_in_pages_and_replaced_only_as_they_were_read() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        for id in ["a", "b", "c"] {
            project(&mut db, id).await;
        }
        let projects =
            WRAPPED.iter().find(|known| known.column == "data_key_ciphertext" && known.table == "projects");
        let projects = projects.unwrap();
        let first = projects.list(&mut db, "", 2).await.unwrap();
        let second = projects.list(&mut db, &first[1].id, 2).await.unwrap();
        assert_eq!((first.len(), second.len(), second[0].id.as_str()), (2, 1, "c"));
        assert_eq!(projects.owner_of(&first[0]), "project:a");

        let new = Ciphertext(b"new".to_vec());
        assert!(projects.replace(&mut db, &first[0], &new).await.unwrap());
        assert!(!projects.replace(&mut db, &first[0], &new).await.unwrap());
        let others = WRAPPED.iter().filter(|known| known.column == "other_data_key_ciphertext");
        for other in others {
            assert!(other.list(&mut db, "", 9).await.unwrap().is_empty());
        }
    })
    .await;
}

fn sealed(key: &DataKey, row: &SecretRow) -> SecretRow {
    let seal = |field| {
        let place = Place { table: "secrets", row_id: row.id.as_str(), field, version: row.version };
        key.encrypt(&place, b"x", &Random::seeded(1))
    };
    SecretRow {
        value_ciphertext: seal("value"),
        comment_ciphertext: seal("comment"),
        metadata_ciphertext: seal("metadata"),
        ..row.clone()
    }
}

#[tokio::test]
async fn what_is_under_another_key_is_found_by_the_number_in_its_bytes() {
    each_engine(async |database| {
        let random = Random::seeded(2);
        let ((old, _), (new, _)) = (DataKey::generate(1, &random), DataKey::generate(2, &random));
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let (one, two) = (sealed(&old, &secret_row(&root, "ONE")), sealed(&new, &secret_row(&root, "TWO")));
        for row in [&one, &two] {
            secrets::insert(&mut db, row).await.unwrap();
        }

        let left = Encrypted::Secrets.left(&mut db, &shop, 2, 9).await.unwrap();
        assert_eq!(left, [RowName { id: one.id.as_str().to_owned(), version: one.version }]);
        assert_eq!(Encrypted::Secrets.count_left(&mut db, &shop, 1).await.unwrap(), 1);
        assert_eq!(Encrypted::Secrets.count_left(&mut db, &shop, 3).await.unwrap(), 2);
        for kind in [Encrypted::Versions, Encrypted::Webhooks] {
            assert!(kind.left(&mut db, &shop, 2, 9).await.unwrap().is_empty());
        }

        let before = reencryption::find_secret(&mut db, &left[0]).await.unwrap().unwrap();
        let anew = sealed(&new, &one);
        let after = SealedSecretRow {
            value_ciphertext: anew.value_ciphertext,
            comment_ciphertext: anew.comment_ciphertext,
            metadata_ciphertext: anew.metadata_ciphertext,
            ..before.clone()
        };
        assert!(reencryption::replace_secret(&mut db, &before, &after, &[7; 32]).await.unwrap());
        // Somebody who still has the row as it was before changes nothing.
        assert!(!reencryption::replace_secret(&mut db, &before, &after, &[8; 32]).await.unwrap());
        assert_eq!(Encrypted::Secrets.count_left(&mut db, &shop, 2).await.unwrap(), 0);
        let stored = secrets::find_by_id(&mut db, &one.id).await.unwrap().unwrap();
        assert_eq!(stored.value_hash, Some(vec![7; 32]));
    })
    .await;
}

#[tokio::test]
async fn a_rotation_goes_from_one_key_to_the_other() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let row = RotationRow {
            project_id: shop.clone(),
            state: ANNOUNCED.to_owned(),
            key_number: 2,
            rows_done: 0,
            rows_total: 0,
            started_at: START,
            changed_at: START,
            finished_at: None,
        };
        let keys = async |db: &mut tacit_store::Connection| {
            let row = data_key_rotations::find_project(db, &shop).await.unwrap().unwrap();
            (row.data_key_ciphertext.0, row.other_data_key_ciphertext.map(|key| key.0))
        };
        let (old, new) = (b"key".to_vec(), b"new key".to_vec());

        data_key_rotations::announce(&mut db, &row, &Ciphertext(new.clone())).await.unwrap();
        assert_eq!(keys(&mut db).await, (old.clone(), Some(new.clone())));
        data_key_rotations::switch(&mut db, &shop, 5, after(1)).await.unwrap();
        assert_eq!(keys(&mut db).await, (new.clone(), Some(old)));
        data_key_rotations::add_done(&mut db, &shop, 3).await.unwrap();
        let running = data_key_rotations::list_unfinished(&mut db, 9).await.unwrap();
        assert_eq!((running.len(), running[0].rows_done, running[0].state.as_str()), (1, 3, "running"));
        data_key_rotations::finish(&mut db, &shop, after(2)).await.unwrap();
        assert_eq!(keys(&mut db).await, (new, None));
        assert!(data_key_rotations::list_unfinished(&mut db, 9).await.unwrap().is_empty());
        let last = data_key_rotations::find(&mut db, &shop).await.unwrap().unwrap();
        assert_eq!((last.rows_done, last.finished_at), (5, Some(after(2))));
        assert_eq!(data_key_rotations::list(&mut db).await.unwrap(), [last]);
    })
    .await;
}
