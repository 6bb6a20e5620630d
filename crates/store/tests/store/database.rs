//! The two engines behave as one; SQLite's writers share commits and lose nothing.

use tacit_core::id::{IdentityId, OrganizationId};
use tacit_store::{Database, Settings, StoreError, audit_chains, auth_methods};
use tokio::task::JoinHandle;

use crate::{
    engines::{each_engine, postgres_schema},
    fixtures::reserve,
};

fn organization() -> OrganizationId {
    OrganizationId::new("organization")
}

async fn last_number(database: &Database) -> i64 {
    let mut tx = database.begin().await.unwrap();
    let next = reserve(&mut tx, &organization(), 1).await;
    tx.rollback().await.unwrap();
    next - 1
}

#[tokio::test]
async fn what_is_rolled_back_or_abandoned_is_not_kept() {
    each_engine(async |database| {
        let mut tx = database.begin().await.unwrap();
        reserve(&mut tx, &organization(), 5).await;
        tx.rollback().await.unwrap();
        let mut tx = database.begin().await.unwrap();
        reserve(&mut tx, &organization(), 5).await;
        drop(tx);

        assert_eq!(last_number(&database).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_each_get_their_own_number() {
    each_engine(async |database| {
        let tasks: Vec<_> = (0..200)
            .map(|number| {
                let database = database.clone();
                tokio::spawn(async move {
                    let mut tx = database.begin().await.unwrap();
                    let got = reserve(&mut tx, &organization(), 1).await;
                    if number % 5 == 0 {
                        tx.rollback().await.unwrap();
                        return None;
                    }
                    tx.commit().await.unwrap();
                    Some(got)
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.extend(task.await.unwrap());
        }
        numbers.sort_unstable();

        assert_eq!(numbers, (1..=160).collect::<Vec<i64>>());
        assert_eq!(last_number(&database).await, 160);
    })
    .await;
}

/// Adds a row for a number in a task of its own, which panics half-way for some.
fn write_in_a_task(database: &Database, number: u32) -> JoinHandle<Result<(), StoreError>> {
    let writing = database.clone();
    database.spawn_write(async move {
        let mut tx = writing.begin().await?;
        let sql = format!(
            "INSERT INTO login_failures (email, failures, last_failure_at) VALUES ('{number}', 1, 0)"
        );
        tx.execute(&sql, &[]).await?;
        assert!(!number.is_multiple_of(10), "this one is to panic");
        tx.commit().await
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_told_that_a_write_is_kept_reads_it_at_once_and_a_panic_takes_no_neighbour_along() {
    each_engine(async |database| {
        let tasks: Vec<_> = (0..100)
            .map(|number| {
                let database = database.clone();
                tokio::spawn(async move {
                    let outcome = write_in_a_task(&database, number).await;
                    let mut db = database.read().await.unwrap();
                    let sql =
                        format!("SELECT COUNT(*) AS number FROM login_failures WHERE email = '{number}'");
                    let found: i64 = db.fetch_one(&sql, &[]).await.unwrap();
                    assert_eq!(
                        (outcome.is_ok(), found),
                        if number % 10 == 0 { (false, 0) } else { (true, 1) }
                    );
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_committed_write_is_seen_by_the_next_read() {
    each_engine(async |database| {
        let mut tx = database.begin().await.unwrap();
        tx.execute("INSERT INTO login_failures (email, failures, last_failure_at) VALUES ('x', 7, 0)", &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut db = database.read().await.unwrap();
        let sql = "SELECT failures AS number FROM login_failures WHERE email = 'x'";
        assert_eq!(db.fetch_one::<i64>(sql, &[]).await.unwrap(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_key_is_told_from_other_failures() {
    each_engine(async |database| {
        let sql = "INSERT INTO login_failures (email, failures, last_failure_at) VALUES ('x', 7, 0)";
        let mut tx = database.begin().await.unwrap();
        tx.execute(sql, &[]).await.unwrap();
        let error = tx.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, StoreError::AlreadyExists), "{error}");
        tx.rollback().await.unwrap();

        let mut tx = database.begin().await.unwrap();
        let error = tx.execute("SELECT nonsense FROM nowhere", &[]).await.unwrap_err();
        assert!(matches!(error, StoreError::Failure(_)), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_second_server_on_one_sqlite_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Sqlite(folder.path().join("tacit.db"));
    let first = Database::open(&settings).await.unwrap();

    let error = Database::open(&settings).await.err().unwrap();

    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    drop(first);
    Database::open(&settings).await.unwrap();
}

#[tokio::test]
async fn a_database_can_be_looked_at_while_a_server_has_it_and_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Sqlite(folder.path().join("tacit.db"));
    let missing = Database::open_to_read(&settings).await.err().unwrap();
    assert!(matches!(missing, StoreError::Unavailable(_)), "{missing}");
    let server = Database::open(&settings).await.unwrap();
    let mut tx = server.begin().await.unwrap();
    reserve(&mut tx, &organization(), 3).await;
    tx.commit().await.unwrap();

    let beside = Database::open_to_read(&settings).await.unwrap();

    let chain = audit_chains::find(&mut beside.read().await.unwrap(), &organization()).await.unwrap();
    assert_eq!(chain.unwrap().last_sequence, 3);
    assert!(beside.begin().await.is_err());
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![Settings::Sqlite(folder.path().join("tacit.db"))];
    all.extend(postgres_schema().await.map(Settings::Postgres));
    for settings in all {
        let database = Database::open(&settings).await.unwrap();
        let mut tx = database.begin().await.unwrap();
        tx.execute("INSERT INTO schema_migrations (version, name) VALUES (9999, 'later')", &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(database);

        let error = Database::open(&settings).await.err().unwrap();

        assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_migrate_once() {
    let Some(url) = postgres_schema().await else { return };
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let settings = Settings::Postgres(url.clone());
            tokio::spawn(async move { Database::open(&settings).await.map(drop) })
        })
        .collect();

    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_column_that_a_newer_node_adds_does_not_disturb_those_that_run() {
    let Some(url) = postgres_schema().await else { return };
    let database = Database::open(&Settings::Postgres(url.clone())).await.unwrap();
    let (newer, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let identity = IdentityId::new("anybody");
    let method = auth_methods::UNIVERSAL_AUTH;
    for column in ["first", "second"] {
        let mut db = database.read().await.unwrap();
        assert!(auth_methods::find(&mut db, &identity, method).await.unwrap().is_none());
        drop(db);

        newer.batch_execute(&format!("ALTER TABLE auth_methods ADD COLUMN {column} TEXT")).await.unwrap();

        if column == "first" {
            let mut db = database.read().await.unwrap();
            assert!(auth_methods::find(&mut db, &identity, method).await.unwrap().is_none());
        } else {
            // A transaction is lost by any error. It may be tried again.
            let mut tx = database.begin().await.unwrap();
            let lost = auth_methods::find(&mut tx, &identity, method).await;
            assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
            drop(tx);
            let mut tx = database.begin().await.unwrap();
            assert!(auth_methods::find(&mut tx, &identity, method).await.unwrap().is_none());
        }
    }
}
