//! Where keys and what they encrypt are, on both engines.

use tacit_core::{
    cipher::{Ciphertext, DataKey, Place},
    id::{OrganizationId, ProjectId},
    random::Random,
};
use tacit_store::{
    Database, FromRow, Row, Settings, StoreError,
    ciphertexts::{SEALED, SealedTable},
    data_key_rotations::{self, ANNOUNCED, BLOCKED, RotationRow},
    data_keys::{self, KeyOwner},
    reencryption::{self, RowName, tables_of},
    secrets::{self, SecretRow},
    wrapped_keys::{NOT_WRAPPED, WRAPPED},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, organization},
    fixtures_projects::{environment, folder, project, secret_row},
};

/// Tables with ciphertexts under keys that are not replaced by encrypting anew: each person and each mail has a key
/// of its own.
const UNDER_OTHER_KEYS: [&str; 2] = ["user_totp", "mails"];

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

/// That every encrypted column is in the list at all, a test in `copy.rs` makes sure.
#[tokio::test]
async fn every_ciphertext_under_a_data_key_is_known_to_the_rotation_of_data_keys() {
    let owners = [KeyOwner::Project(ProjectId::new("p")), KeyOwner::Organization(OrganizationId::new("o"))];
    let replaced: Vec<_> = owners.iter().flat_map(tables_of).map(|table| table.name).collect();
    let known: Vec<_> = replaced.iter().copied().chain(UNDER_OTHER_KEYS).collect();
    let all: Vec<_> = SEALED.iter().map(|table| table.name).collect();
    assert_eq!(known, all, "what is not encrypted anew is lost with the old key");
    for owner in owners {
        let two = WRAPPED.iter().filter(|column| column.owner == owner.kind()).count();
        assert_eq!(two, 2, "a key and the one that comes");
    }
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
async fn what_is_under_a_key_is_found_by_the_number_in_its_bytes() {
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
        let owner = KeyOwner::Project(shop);
        let (table, others): (Vec<&SealedTable>, Vec<&SealedTable>) =
            tables_of(&owner).partition(|table| table.name == "secrets");
        let table = table[0];

        let left = table.left(&mut db, &owner, 1, 9).await.unwrap();
        let name = RowName { id: one.id.as_str().to_owned(), version: one.version };
        assert_eq!(left, std::slice::from_ref(&name));
        for (number, count) in [(1, 1), (2, 1), (3, 0)] {
            assert_eq!(table.count_left(&mut db, &owner, number).await.unwrap(), count);
        }
        for other in others {
            assert!(other.left(&mut db, &owner, 1, 9).await.unwrap().is_empty());
            assert_eq!(other.find(&mut db, &name).await.unwrap(), None);
        }

        let before = table.find(&mut db, &name).await.unwrap().unwrap();
        assert_eq!(
            (before.owner_id.as_str(), before.ciphertexts[0].as_ref()),
            ("shop", Some(&one.value_ciphertext))
        );
        let anew = sealed(&new, &one);
        let after = [Some(anew.value_ciphertext.clone()), None, Some(anew.metadata_ciphertext.clone())];
        assert!(table.replace(&mut db, &before, &after).await.unwrap());
        reencryption::set_value_hash(&mut db, &name, &[7; 32]).await.unwrap();
        // Somebody who still has the row as it was before changes nothing.
        assert!(!table.replace(&mut db, &before, &after).await.unwrap());
        assert!(!table.replace(&mut db, &before, &[const { None }; 3]).await.unwrap());
        let stored = secrets::find_by_id(&mut db, &one.id).await.unwrap().unwrap();
        assert_eq!(stored.value_ciphertext, anew.value_ciphertext);
        assert_eq!(stored.comment_ciphertext, one.comment_ciphertext);
        assert_eq!(stored.value_hash, Some(vec![7; 32]));
        assert_eq!(table.count_left(&mut db, &owner, 1).await.unwrap(), 1, "the comment is still under it");
    })
    .await;
}

fn rotation(owner: &KeyOwner) -> RotationRow {
    RotationRow {
        owner: owner.clone(),
        state: ANNOUNCED.to_owned(),
        key_number: 2,
        rows_done: 0,
        rows_total: 0,
        started_at: START,
        changed_at: START,
        finished_at: None,
    }
}

#[tokio::test]
async fn a_rotation_goes_from_one_key_to_the_other() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let acme = organization(&mut db, "acme").await;
        for owner in [KeyOwner::Project(shop), KeyOwner::Organization(acme)] {
            let keys = async |db: &mut tacit_store::Connection| {
                let row = data_keys::lock(db, &owner).await.unwrap().unwrap();
                assert_eq!(Some(&row), data_keys::find(db, &owner).await.unwrap().as_ref());
                (row.data_key_ciphertext.0, row.other_data_key_ciphertext.map(|key| key.0))
            };
            let (old, new) = (keys(&mut db).await.0, b"new key".to_vec());

            data_key_rotations::announce(&mut db, &rotation(&owner), &Ciphertext(new.clone())).await.unwrap();
            assert_eq!(keys(&mut db).await, (old.clone(), Some(new.clone())));
            data_key_rotations::switch(&mut db, &owner, 5, after(1)).await.unwrap();
            assert_eq!(keys(&mut db).await, (new.clone(), Some(old)));
            data_key_rotations::add_done(&mut db, &owner, 3).await.unwrap();
            let running = data_key_rotations::list_unfinished(&mut db, 9).await.unwrap();
            assert_eq!((running.len(), running[0].rows_done, running[0].state.as_str()), (1, 3, "running"));
            data_key_rotations::block(&mut db, &owner, after(2)).await.unwrap();
            assert!(data_key_rotations::list_unfinished(&mut db, 9).await.unwrap().is_empty());
            let blocked = data_key_rotations::find(&mut db, &owner).await.unwrap().unwrap();
            assert_eq!((blocked.state.as_str(), blocked.changed_at), (BLOCKED, after(2)));
            data_key_rotations::resume(&mut db, &owner, after(3)).await.unwrap();
            assert_eq!(data_key_rotations::list_unfinished(&mut db, 9).await.unwrap().len(), 1);
            data_key_rotations::finish(&mut db, &owner, 1, after(4)).await.unwrap();
            assert_eq!(keys(&mut db).await, (new, None));
            assert!(data_key_rotations::list_unfinished(&mut db, 9).await.unwrap().is_empty());
            let last = data_key_rotations::find(&mut db, &owner).await.unwrap().unwrap();
            assert_eq!((last.rows_done, last.finished_at), (4, Some(after(4))));
            assert!(data_key_rotations::list(&mut db).await.unwrap().contains(&last));
        }
    })
    .await;
}
