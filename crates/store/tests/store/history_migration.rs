//! What migrations 8 and 10 make of rows that were there before it, on both engines.

use tacit_core::id::{FolderId, ProjectId, SecretId};
use tacit_store::{Connection, Database, Settings, commits, history, history_horizons, secret_versions};

use crate::engines::postgres_schema;

const BEFORE: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_instance.sql")),
    (2, include_str!("../../migrations/0002_organizations.sql")),
    (3, include_str!("../../migrations/0003_projects.sql")),
    (4, include_str!("../../migrations/0004_secrets.sql")),
    (5, include_str!("../../migrations/0005_identities.sql")),
    (6, include_str!("../../migrations/0006_memberships.sql")),
    (7, include_str!("../../migrations/0007_audit_events.sql")),
];

/// Revisions 1: the environment; 2: folder `app`; 3: K; 4: K again; 5: `app` becomes `api`; 6: L;
/// 7: L deleted; 8: a folder made and left. G went with an environment that is gone.
const ROWS: &str = "
INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
VALUES ('o', 'o', 'o', EMPTY, 0, 0);
INSERT INTO projects (id, organization_id, name, slug, type, data_key_ciphertext, revision, created_at, updated_at)
VALUES ('p', 'o', 'p', 'p', 'secret-manager', EMPTY, 8, 0, 0);
INSERT INTO environments (id, project_id, name, slug, position, created_at, updated_at)
VALUES ('dev', 'p', 'dev', 'dev', 1, 10, 10);
INSERT INTO folders (id, project_id, environment_id, parent_id, name, path, version, created_at, updated_at) VALUES
    ('root', 'p', 'dev', NULL, 'root', '/', 1, 10, 10),
    ('app', 'p', 'dev', 'root', 'api', '/api', 2, 20, 50),
    ('late', 'p', 'dev', 'root', 'late', '/late', 1, 80, 80);
INSERT INTO secrets (id, folder_id, name, version, value_ciphertext, comment_ciphertext, metadata_ciphertext,
    actor_type, actor_id, actor_name, created_at, updated_at)
VALUES ('k', 'app', 'K', 2, EMPTY, EMPTY, EMPTY, 'user', 'u', 'u', 30, 40);
INSERT INTO secret_versions (secret_id, version, project_id, folder_id, name, owner_user_id, value_ciphertext,
    comment_ciphertext, metadata_ciphertext, skip_multiline_encoding, tag_ids, actor_type, actor_id, actor_name,
    created_at) VALUES
    ('k', 1, 'p', 'app', 'K', '', EMPTY, EMPTY, EMPTY, FALSE, '[]', 'user', 'u', 'u', 30),
    ('k', 2, 'p', 'app', 'K', '', EMPTY, EMPTY, EMPTY, FALSE, '[]', 'user', 'u', 'u', 40),
    ('l', 1, 'p', 'app', 'L', '', EMPTY, EMPTY, EMPTY, FALSE, '[]', 'user', 'u', 'u', 60),
    ('g', 1, 'p', 'gone', 'G', '', EMPTY, EMPTY, EMPTY, FALSE, '[]', 'user', 'u', 'u', 60);
INSERT INTO commits (id, project_id, revision, actor_type, actor_id, actor_name, created_at) VALUES
    ('c1', 'p', 1, 'user', 'u', 'u', 10), ('c2', 'p', 2, 'user', 'u', 'u', 20),
    ('c3', 'p', 3, 'user', 'u', 'u', 30), ('c4', 'p', 4, 'user', 'u', 'u', 40),
    ('c5', 'p', 5, 'user', 'u', 'u', 50), ('c6', 'p', 6, 'user', 'u', 'u', 60),
    ('c7', 'p', 7, 'user', 'u', 'u', 70), ('c8', 'p', 8, 'user', 'u', 'u', 80);
INSERT INTO commit_changes (commit_id, position, resource_type, resource_id, folder_id, name, version_before,
    version_after) VALUES
    ('c1', 0, 'environment', 'dev', NULL, 'dev', NULL, 1), ('c2', 0, 'folder', 'app', 'root', 'app', NULL, 1),
    ('c3', 0, 'secret', 'k', 'app', 'K', NULL, 1), ('c4', 0, 'secret', 'k', 'app', 'K', 1, 2),
    ('c5', 0, 'folder', 'app', 'root', 'api', 1, 2), ('c6', 0, 'secret', 'l', 'app', 'L', NULL, 1),
    ('c7', 0, 'secret', 'l', 'app', 'L', 1, NULL), ('c8', 0, 'folder', 'late', 'root', 'late', NULL, 1);
";

/// `empty` is how the engine spells bytes of length 0.
fn script(empty: &str) -> String {
    let mut script =
        "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);".to_owned();
    for (version, sql) in BEFORE {
        script.push_str(sql);
        script +=
            &["INSERT INTO schema_migrations (version, name) VALUES (", &version.to_string(), ", 'm');"]
                .concat();
    }
    script.push_str(&ROWS.replace("EMPTY", empty));
    script
}

#[tokio::test]
async fn rows_from_before_get_their_revisions_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tacit.db");
    rusqlite::Connection::open(&file).unwrap().execute_batch(&script("x''")).unwrap();
    check(&Database::open(&Settings::Sqlite(file)).await.unwrap()).await;
}

#[tokio::test]
async fn rows_from_before_get_their_revisions_on_postgres() {
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
    assert_eq!(interval(&mut db, "k", 1).await, (3, Some(4)));
    assert_eq!(interval(&mut db, "k", 2).await, (4, None));
    assert_eq!(interval(&mut db, "l", 1).await, (6, Some(7)));
    assert_eq!(interval(&mut db, "g", 1).await, (0, Some(8)));
    let (root, app, late) = (FolderId::new("root"), FolderId::new("app"), FolderId::new("late"));
    for (folder, revision) in [(&root, 1), (&app, 5), (&late, 8)] {
        let before = history::folder(&mut db, folder, revision - 1).await.unwrap();
        let made = history::folder(&mut db, folder, revision).await.unwrap();
        assert_eq!((before, made.map(|row| row.revision)), (None, Some(revision)), "{folder}");
    }
    let log = commits::changes_after(&mut db, &ProjectId::new("p"), 0, i64::MAX, 10).await.unwrap();
    let places: Vec<_> =
        log.iter().map(|x| (x.environment_slug.as_deref(), x.folder_path.as_deref())).collect();
    let (dev, root, api) = (Some("dev"), Some("/"), Some("/api"));
    assert_eq!(places[..4], [(dev, None), (dev, root), (dev, api), (dev, api)]);
    // `app` had another name before revision 5, and it is not known which.
    assert_eq!(history_horizons::of_project(&mut db, &ProjectId::new("p")).await.unwrap(), 5);
}

async fn interval(db: &mut Connection, secret: &str, version: i64) -> (i64, Option<i64>) {
    let row = secret_versions::find(db, &SecretId::new(secret), version).await.unwrap().unwrap();
    (row.revision, row.ended_revision)
}
