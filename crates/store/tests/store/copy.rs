//! Copying a store: every row of every table, between both engines, at one moment.

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use tacit_core::{
    backup::{Cell, Column, ColumnKind},
    cipher::Ciphertext,
};
use tacit_store::{
    Database, Settings, StoreError,
    ciphertexts::SEALED,
    copy::{Loader, Snapshot},
    wrapped_keys::WRAPPED,
};

use crate::engines::postgres_schema;

/// Tables that the migrations fill, and no copy does.
const OF_THE_SCHEMA: [&str; 2] = ["schema_lock", "schema_migrations"];

struct Place {
    settings: Settings,
    _folder: tempfile::TempDir,
}

async fn places() -> Vec<Place> {
    let place = |settings, folder| Place { settings, _folder: folder };
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![place(Settings::Sqlite(folder.path().join("tacit.db")), folder)];
    if let Some(url) = postgres_schema().await {
        places.push(place(Settings::Postgres(url), tempfile::tempdir().unwrap()));
    }
    places
}

/// A table by its name, its columns and its rows.
type Content = Vec<(String, Vec<Column>, Vec<Vec<Cell>>)>;

/// Every row of every table.
async fn content(database: &Database) -> Content {
    let mut snapshot = Snapshot::of(database).await.unwrap();
    let mut all = Vec::new();
    for table in snapshot.tables().to_vec() {
        let mut found = Vec::new();
        let mut rows = snapshot.rows(&table).await.unwrap();
        loop {
            let page = rows.next().await.unwrap();
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        found.sort_by_cached_key(|row| format!("{row:?}"));
        all.push((table.name, table.columns, found));
    }
    all
}

async fn copy(from: &Database, to: &Settings) -> Database {
    let target = Database::open_as_it_is(to).unwrap();
    let mut snapshot = Snapshot::of(from).await.unwrap();
    let mut loader = Loader::begin(&target, snapshot.schema_version(), true).await.unwrap();
    for table in snapshot.tables().to_vec() {
        let into = loader.table(&table.name, &table.columns).unwrap();
        let mut rows = snapshot.rows(&table).await.unwrap();
        loop {
            let page = rows.next().await.unwrap();
            if page.is_empty() {
                break;
            }
            for row in page {
                loader.insert(&into, row).await.unwrap();
            }
        }
        let stored = loader.end_table(&into).await.unwrap();
        assert_eq!(stored, snapshot.digest(&table).await.unwrap(), "{}", table.name);
    }
    loader.finish().await.unwrap();
    target
}

/// A folder that is older than its parent, so that no order of the rows would do.
const TREE: &str = "
    INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at) VALUES ('o', 'O', 'o', $1, 1, 1);
    INSERT INTO projects (id, organization_id, name, slug, type, data_key_ciphertext, created_at, updated_at) VALUES ('p', 'o', 'P', 'p', 't', $1, 1, 1);
    INSERT INTO environments (id, project_id, name, slug, position, created_at, updated_at) VALUES ('e', 'p', 'E', 'e', 1, 1, 1);
    INSERT INTO folders (id, project_id, environment_id, name, path, created_at, updated_at) VALUES ('5', 'p', 'e', 'a', '/a', 1, 1);
    INSERT INTO folders (id, project_id, environment_id, name, path, created_at, updated_at) VALUES ('9', 'p', 'e', '', '/', 1, 1);
    UPDATE folders SET parent_id = '9' WHERE id = '5'";

async fn fill(database: &Database) {
    let mut tx = database.begin().await.unwrap();
    let key = Ciphertext(vec![0, 255, 7]);
    for statement in TREE.split(';') {
        let parameters = if statement.contains("$1") { vec![(&key).into()] } else { Vec::new() };
        tx.execute(statement, &parameters).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_table_of_the_schema_is_copied_on_either_engine_after_those_it_refers_to() {
    let mut seen = Vec::new();
    for place in places().await {
        let database = Database::open(&place.settings).await.unwrap();
        let snapshot = Snapshot::of(&database).await.unwrap();
        seen.push(snapshot.tables().iter().map(|t| (t.name.clone(), t.columns.clone())).collect::<Vec<_>>());
    }
    let names: Vec<&str> = seen[0].iter().map(|(name, _)| name.as_str()).collect();
    let mut sorted: Vec<&str> = names.iter().copied().chain(OF_THE_SCHEMA).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, crate::rights_tables::all_tables());
    let at = |wanted: &str| names.iter().position(|name| *name == wanted).unwrap();
    assert!(at("organizations") < at("projects") && at("projects") < at("folders"));
    assert!(at("folders") < at("secrets") && at("users") < at("user_sessions"));
    assert!(
        seen.iter().all(|tables| *tables == seen[0]),
        "both engines have the same tables in the same order"
    );
}

#[tokio::test]
async fn every_encrypted_column_of_the_schema_is_known_with_its_key() {
    let place = places().await.remove(0);
    let database = Database::open(&place.settings).await.unwrap();
    let snapshot = Snapshot::of(&database).await.unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for table in snapshot.tables() {
        let encrypted = table.columns.iter().filter(|column| column.name.ends_with("_ciphertext"));
        found.extend(encrypted.map(|column| (table.name.clone(), column.name.clone())));
    }
    let keys = WRAPPED.iter().map(|column| (column.table, column.column));
    let values =
        SEALED.iter().flat_map(|table| table.columns.iter().map(|(column, _)| (table.name, *column)));
    let mut listed: Vec<_> = keys.chain(values).map(|(t, c)| (t.to_owned(), c.to_owned())).collect();
    found.sort();
    listed.sort();
    assert_eq!(
        found, listed,
        "say in ciphertexts.rs under which key a new column is, so that checks open it"
    );
}

#[tokio::test]
async fn a_store_is_the_same_after_going_from_each_engine_to_each_other() {
    for from in places().await {
        let source = Database::open(&from.settings).await.unwrap();
        fill(&source).await;
        let expected = content(&source).await;
        for to in places().await {
            let target = copy(&source, &to.settings).await;
            assert!(content(&target).await == expected, "rows differ");
            // What refers must still refer.
            let mut tx = target.begin().await.unwrap();
            tx.execute("DELETE FROM folders WHERE id = '9'", &[]).await.unwrap();
            let left: i64 = tx.fetch_one("SELECT COUNT(*) AS number FROM folders", &[]).await.unwrap();
            assert_eq!(left, 0);
        }
    }
}

#[tokio::test]
async fn a_store_with_an_instance_is_not_filled_unless_it_is_to_be_replaced() {
    for place in places().await {
        let database = Database::open(&place.settings).await.unwrap();
        fill(&database).await;
        let version = database.schema_version();
        let mut tx = database.begin().await.unwrap();
        let sql =
            "INSERT INTO instance (id, instance_id, key_check, created_at) VALUES ('instance', 'i', $1, 1)";
        tx.execute(sql, &[(&Ciphertext(vec![1])).into()]).await.unwrap();
        tx.commit().await.unwrap();
        let before = content(&database).await;

        let refused = Loader::begin(&database, version, false).await.err().unwrap();
        drop(Loader::begin(&database, version, true).await.unwrap());

        assert!(matches!(refused, StoreError::AlreadyExists), "{refused}");
        assert!(content(&database).await == before, "what was begun and not finished changes nothing");
    }
}

#[tokio::test]
async fn rows_of_an_older_schema_are_put_in_as_they_were_and_migrated() {
    for place in places().await {
        let database = Database::open_as_it_is(&place.settings).unwrap();
        let mut loader = Loader::begin(&database, 4, false).await.unwrap();
        let users = loader.tables().iter().find(|table| table.name == "users").unwrap().clone();
        let cell = |name: &str, kind| match (name, kind) {
            ("email", _) => Cell::Text("ada@example.test".to_owned()),
            (_, ColumnKind::Text) => Cell::Text("x".to_owned()),
            (_, ColumnKind::Integer) => Cell::Integer(5),
            (_, ColumnKind::Boolean) => Cell::Boolean(true),
            (_, ColumnKind::Bytes) => Cell::Null,
        };
        let row = users.columns.iter().map(|column| cell(&column.name, column.kind)).collect();
        loader.insert(&users, row).await.unwrap();
        assert_eq!(loader.end_table(&users).await.unwrap().rows, 1);
        assert!(loader.table("webhooks", &[]).is_err(), "there were none at that version");
        loader.finish().await.unwrap();

        let sql = "SELECT COUNT(*) AS number FROM users WHERE email_verified_at IS NULL";
        assert_eq!(database.read().await.unwrap().fetch_one::<i64>(sql, &[]).await.unwrap(), 1);
        assert_eq!(Snapshot::of(&database).await.unwrap().schema_version(), database.schema_version());
    }
}

#[tokio::test]
async fn a_snapshot_beside_a_server_sees_one_moment_and_needs_no_lock() {
    for place in places().await {
        let database = Database::open(&place.settings).await.unwrap();
        fill(&database).await;
        let mut snapshot = Snapshot::beside(&place.settings).await.unwrap();
        let tables = snapshot.tables().to_vec();
        let folders = tables.iter().find(|table| table.name == "folders").unwrap();
        let before = snapshot.digest(folders).await.unwrap();

        let mut tx = database.begin().await.unwrap();
        tx.execute("UPDATE folders SET name = 'changed'", &[]).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(snapshot.digest(folders).await.unwrap(), before);
        let mut later = Snapshot::beside(&place.settings).await.unwrap();
        assert_ne!(later.digest(folders).await.unwrap(), before);
    }
}

#[tokio::test]
async fn what_is_no_store_is_not_copied_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nothing.db");

    let error = Snapshot::beside(&Settings::Sqlite(path.clone())).await.err().unwrap();

    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(!path.exists());
}

/// A row for `audit_events`, of any content that the application could store.
fn event() -> impl Strategy<Value = Vec<Option<String>>> {
    // PostgreSQL takes no NUL in text, and the application lets none in.
    let text = any::<String>().prop_map(|text| text.replace('\0', "?"));
    vec(prop_oneof![1 => Just(None), 3 => text.prop_map(Some)], 5)
}

/// Texts, a time and bytes.
type Event = (Vec<Option<String>>, i64, Option<Vec<u8>>);

async fn insert_events(database: &Database, events: &[Event]) {
    let mut tx = database.begin().await.unwrap();
    for (number, (texts, time, bytes)) in (1_i64..).zip(events) {
        let id = format!("event-{number}");
        let text = |at: usize| texts[at].as_deref();
        tx.execute(
            "INSERT INTO audit_events (id, organization_id, sequence, event_type, result, actor_type, metadata,
                 actor_id, actor_name, ip, user_agent, user_agent_type, created_at, hash)
             VALUES ($1, '', $2, 'e', 'r', 'a', '{}', $3, $4, $5, $6, $7, $8, $9)",
            &[
                id.as_str().into(),
                number.into(),
                text(0).into(),
                text(1).into(),
                text(2).into(),
                text(3).into(),
                text(4).into(),
                (*time).into(),
                bytes.as_deref().unwrap_or_default().into(),
            ],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// SQLite → PostgreSQL → SQLite, with any text, number and bytes.
#[test]
fn any_row_goes_through_both_engines_and_back_unchanged() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let events = vec((event(), any::<i64>(), proptest::option::of(vec(any::<u8>(), 0..50))), 0..300);
    let mut runner = TestRunner::new(ProptestConfig { cases: 2, ..ProptestConfig::default() });
    let result = runner.run(&events, |events| {
        runtime.block_on(async {
            let mut all = places().await;
            all.extend(places().await);
            let mut database = Database::open(&all[0].settings).await.unwrap();
            insert_events(&database, &events).await;
            let expected = content(&database).await;
            for next in &all[1..] {
                database = copy(&database, &next.settings).await;
            }
            prop_assert!(content(&database).await == expected, "rows differ");
            Ok(())
        })
    });
    result.unwrap();
}
