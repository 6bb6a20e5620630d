//! What migration 33, which makes the table of rotations anew, keeps of them, on both engines.

use std::{fs, path::Path};

use tacit_core::{
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{
    Database, Settings,
    data_key_rotations::{self, FINISHED, RUNNING},
    data_keys::{self, KeyOwner},
};

use crate::engines::postgres_schema;

/// The last version before it.
const BEFORE: usize = 32;

const ROWS: &str = "
INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
VALUES ('o', 'o', 'o', EMPTY, 0, 0);
INSERT INTO projects (id, organization_id, name, slug, type, data_key_ciphertext, other_data_key_ciphertext, created_at,
    updated_at)
VALUES ('p', 'o', 'p', 'p', 'secret-manager', EMPTY, EMPTY, 0, 0), ('q', 'o', 'q', 'q', 'secret-manager', EMPTY, NULL, 0, 0);
INSERT INTO data_key_rotations
    (project_id, state, key_number, rows_done, rows_total, started_at, changed_at, finished_at)
VALUES ('p', 'running', 2, 3, 4, 5, 6, NULL), ('q', 'finished', 7, 8, 8, 9, 10, 11);
";

/// `empty` is how the engine spells bytes of length 0.
fn script(empty: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut script =
        "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);".to_owned();
    for (file, version) in files.iter().zip(1..=BEFORE) {
        script += &fs::read_to_string(file).unwrap();
        let version = version.to_string();
        script += &["INSERT INTO schema_migrations (version, name) VALUES (", &version, ", 'm');"].concat();
    }
    script + &ROWS.replace("EMPTY", empty)
}

#[tokio::test]
async fn rotations_from_before_go_on_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tacit.db");
    rusqlite::Connection::open(&file).unwrap().execute_batch(&script("x''")).unwrap();
    check(&Database::open(&Settings::Sqlite(file)).await.unwrap()).await;
}

#[tokio::test]
async fn rotations_from_before_go_on_on_postgres() {
    let Some(url) = postgres_schema().await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(&script("''")).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    check(&Database::open(&Settings::Postgres(url)).await.unwrap()).await;
}

async fn check(database: &Database) {
    let mut db = database.begin().await.unwrap();
    let of = |id| KeyOwner::Project(ProjectId::new(id));
    let rows = data_key_rotations::list(&mut db).await.unwrap();
    let facts: Vec<_> = rows.iter().map(|row| (&row.owner, row.state.as_str(), row.key_number)).collect();
    assert_eq!(facts, [(&of("p"), RUNNING, 2), (&of("q"), FINISHED, 7)]);
    assert_eq!((rows[0].rows_done, rows[0].rows_total, rows[0].started_at.millis()), (3, 4, 5));
    assert_eq!((rows[0].changed_at.millis(), rows[0].finished_at), (6, None));
    assert_eq!(rows[1].finished_at.map(Timestamp::millis), Some(11));
    assert_eq!(data_key_rotations::list_unfinished(&mut db, 9).await.unwrap().len(), 1);
    // They still go with their project.
    db.execute("DELETE FROM projects WHERE id = 'p'", &[]).await.unwrap();
    assert_eq!(data_key_rotations::find(&mut db, &of("p")).await.unwrap(), None);
    let organization = KeyOwner::Organization(OrganizationId::new("o"));
    let keys = data_keys::find(&mut db, &organization).await.unwrap().unwrap();
    assert_eq!(keys.other_data_key_ciphertext, None);
}
