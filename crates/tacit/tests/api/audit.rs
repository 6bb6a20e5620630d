//! The audit log of reads: what was recorded is never lost, never doubled, and numbered in order.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, net::Ipv4Addr, path::Path};

use tacit::app::{
    Client, Error,
    audit::{self, Event, Recorder},
};
use tacit_core::id::OrganizationId;
use tacit_store::{
    StoreError,
    audit_events::{self, AuditEventRow},
};

use crate::harness::{TestServer, each_engine};

/// Events that may wait for the database.
const QUEUE_MAX: usize = 65_536;

fn organization(name: &str) -> OrganizationId {
    OrganizationId::new(name)
}

fn event(server: &TestServer, organization_name: &str, fact: &str) -> Event {
    let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "cli".into() };
    Event::by_nobody(&server.app, &client, "get-secret")
        .organization(&organization(organization_name))
        .with("secretKey", fact)
}

async fn recorder(server: &TestServer, folder: &Path) -> Recorder {
    Recorder::open(server.app.database.clone(), folder).await.unwrap()
}

async fn stored(server: &TestServer, organization_name: &str) -> Vec<AuditEventRow> {
    let mut db = server.app.database.read().await.unwrap();
    audit_events::list(&mut db, &organization(organization_name), 1, 10_000).await.unwrap()
}

/// The facts of stored events, in the order of their numbers, which must be 1, 2, 3, …
async fn facts(server: &TestServer, organization_name: &str) -> Vec<String> {
    let rows = stored(server, organization_name).await;
    let numbers: Vec<i64> = rows.iter().map(|row| row.sequence).collect();
    assert_eq!(numbers, (1..).take(rows.len()).collect::<Vec<_>>());
    rows.iter().map(fact).collect()
}

fn fact(row: &AuditEventRow) -> String {
    let metadata: serde_json::Value = serde_json::from_str(&row.metadata).unwrap();
    metadata["secretKey"].as_str().unwrap().to_owned()
}

fn journals(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("journal-"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn recorded_events_reach_the_database_in_order_and_numbered_per_organization() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let recorder = recorder(server, folder.path()).await;

        for number in 0..600 {
            recorder.record(event(server, "acme", &format!("A{number}"))).unwrap();
            recorder.record(event(server, "umbrella", &format!("B{number}"))).unwrap();
        }
        recorder.flush().await.unwrap();

        assert_eq!(facts(server, "acme").await, (0..600).map(|n| format!("A{n}")).collect::<Vec<_>>());
        assert_eq!(facts(server, "umbrella").await, (0..600).map(|n| format!("B{n}")).collect::<Vec<_>>());
        assert!(journals(folder.path()).iter().all(|(_, bytes)| bytes.is_empty()), "the journal is empty");
    })
    .await;
}

#[tokio::test]
async fn events_are_moved_without_being_asked() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let recorder = recorder(server, folder.path()).await;

        recorder.record(event(server, "acme", "A")).unwrap();

        let arrival = async {
            while stored(server, "acme").await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), arrival).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn events_of_a_process_that_died_are_replayed_once() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        // Nothing is awaited between recording and the end, so the mover had no chance.
        let dying = recorder(server, folder.path()).await;
        dying.record(event(server, "acme", "A")).unwrap();
        dying.record(event(server, "acme", "B")).unwrap();
        drop(dying);
        let left = journals(folder.path());
        assert!(stored(server, "acme").await.is_empty());

        drop(recorder(server, folder.path()).await);
        assert_eq!(facts(server, "acme").await, ["A", "B"]);

        // The process dies again after the database had them and before the file was deleted.
        for (name, bytes) in &left {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let next = recorder(server, folder.path()).await;
        next.record(event(server, "acme", "C")).unwrap();
        next.flush().await.unwrap();
        assert_eq!(facts(server, "acme").await, ["A", "B", "C"]);
    })
    .await;
}

#[tokio::test]
async fn half_a_line_at_the_end_of_a_journal_is_ignored() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let dying = recorder(server, folder.path()).await;
        for name in ["A", "B", "torn"] {
            dying.record(event(server, "acme", name)).unwrap();
        }
        drop(dying);
        let (name, bytes) = journals(folder.path()).remove(0);
        fs::write(folder.path().join(name), &bytes[..bytes.len() - 20]).unwrap();

        let recorder = recorder(server, folder.path()).await;
        recorder.record(event(server, "acme", "C")).unwrap();
        recorder.flush().await.unwrap();

        assert_eq!(facts(server, "acme").await, ["A", "B", "C"]);
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_refuses_and_takes_again_once_it_is_moved() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let recorder = recorder(server, folder.path()).await;
        for _ in 0..QUEUE_MAX {
            recorder.record(event(server, "acme", "A")).unwrap();
        }

        let refused = recorder.record(event(server, "acme", "B"));

        assert!(matches!(refused, Err(Error::AuditUnavailable)));
        assert!(journals(folder.path()).len() > 1, "the journal has several files");
        recorder.flush().await.unwrap();
        assert_eq!(journals(folder.path()).len(), 1, "moved files are deleted");
        recorder.record(event(server, "acme", "C")).unwrap();
        recorder.flush().await.unwrap();
        let mut db = server.app.database.read().await.unwrap();
        let next = i64::try_from(QUEUE_MAX).unwrap() + 1;
        let last = audit_events::list(&mut db, &organization("acme"), next, 10).await.unwrap();
        assert_eq!(last.iter().map(fact).collect::<Vec<_>>(), ["C"]);
    })
    .await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_refuses() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let recorder = recorder(server, &path).await;
        fs::remove_dir_all(&path).unwrap();

        // The open file can still be written; the next one cannot be made.
        let large = "A".repeat(1024 * 1024);
        let outcomes: Vec<_> = (0..6).map(|_| recorder.record(event(server, "acme", &large))).collect();

        assert!(outcomes[0].is_ok());
        assert!(matches!(outcomes[5], Err(Error::AuditUnavailable)));
        recorder.flush().await.unwrap();
        assert_eq!(stored(server, "acme").await.len(), outcomes.iter().filter(|one| one.is_ok()).count());
    })
    .await;
}

#[tokio::test]
async fn two_processes_cannot_share_a_journal() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let first = recorder(server, folder.path()).await;

        let second = Recorder::open(server.app.database.clone(), folder.path()).await;

        assert!(matches!(second, Err(Error::Store(StoreError::InUse(_)))));
        drop(first);
        recorder(server, folder.path()).await;
    })
    .await;
}

#[tokio::test]
async fn a_process_without_a_journal_records_what_it_writes_and_may_read_nothing() {
    each_engine(async |server| {
        let recorder = Recorder::of_writes(server.app.database.clone());

        let refused = recorder.record(event(server, "acme", "read"));
        let mut db = server.app.database.begin().await.unwrap();
        audit::insert(&mut db, &[event(server, "acme", "written")]).await.unwrap();
        db.commit().await.unwrap();
        recorder.flush().await.unwrap();

        assert!(matches!(refused, Err(Error::AuditUnavailable)));
        assert_eq!(facts(server, "acme").await, ["written"]);
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_journal_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let _recorder = recorder(server, &path).await;

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        for entry in fs::read_dir(&path).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    })
    .await;
}

#[tokio::test]
async fn text_that_a_database_refuses_does_not_hold_up_the_log() {
    each_engine(async |server| {
        let folder = tempfile::tempdir().unwrap();
        let recorder = recorder(server, folder.path()).await;

        let strange = event(server, "acme", "A\0").actor("user", "id\0", "name\0");
        recorder.record(strange).unwrap();
        recorder.flush().await.unwrap();

        let rows = stored(server, "acme").await;
        assert_eq!(rows[0].actor_name.as_deref(), Some("name\u{fffd}"));
        assert_eq!(fact(&rows[0]), "A\0");
    })
    .await;
}
