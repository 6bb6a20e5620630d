//! Backups that the server makes: when they are due, by whom, what is shown of them.

use std::fs;

use serde_json::{Value, json};
use tacit::app::{Settings, backup};
use tacit_store::backup_runs;

use crate::{
    harness::{Admin, TestServer, each_engine, each_engine_with},
    harness_projects::id,
};

const BACKUPS: &str = "/api/ui/v1/admin/backups";

/// Runs a test on each engine, on a server that makes backups hourly and keeps two.
async fn each_engine_with_folder(test: impl AsyncFn(&TestServer, &Admin<'_>, &std::path::Path)) {
    let folder = tempfile::tempdir().unwrap();
    let count = std::sync::atomic::AtomicUsize::new(0);
    // Each engine has a folder of its own, below one that the server is told.
    let schedule = backup::Schedule {
        folder: folder.path().join("backups"),
        every_seconds: 3600,
        kept: 2,
        node: "node-1".to_owned(),
    };
    let settings = Settings { backups: Some(schedule), ..Settings::default() };
    each_engine_with(settings, "", async |server| {
        let place = folder.path().join("backups");
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).unwrap();
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let admin = server.with_admin().await;
        test(server, &admin, &place).await;
    })
    .await;
    assert!(count.into_inner() > 0);
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn shown(admin: &Admin<'_>) -> Value {
    admin.ok("GET", BACKUPS, None).await
}

#[tokio::test]
async fn one_is_made_when_it_is_due_tried_at_once_and_the_oldest_go() {
    each_engine_with_folder(async |server, admin, folder| {
        assert_eq!(shown(admin).await["ageSeconds"], Value::Null);

        let first = backup::make_due(&server.app).await.unwrap().unwrap();
        assert_eq!(backup::make_due(&server.app).await.unwrap(), None, "it is not due again");
        server.clock.advance_seconds(3599);
        assert_eq!(backup::make_due(&server.app).await.unwrap(), None);
        server.clock.advance_seconds(1);
        assert!(backup::make_due(&server.app).await.unwrap().is_some());
        server.clock.advance_seconds(3600);
        assert!(backup::make_due(&server.app).await.unwrap().is_some());
        server.clock.advance_seconds(60);

        assert_eq!((first.failure, first.drill_failure), (None, None));
        assert!(first.row_count > Some(10), "{:?}", first.row_count);
        let seen = shown(admin).await;
        assert_eq!(seen["ageSeconds"], 60);
        assert_eq!(seen["schedule"], json!({ "everySeconds": 3600, "kept": 2, "node": "node-1" }));
        let removed: Vec<_> =
            seen["backups"].as_array().unwrap().iter().map(|run| &run["isRemoved"]).collect();
        assert_eq!(removed, [false, false, true]);
        assert_eq!(files(folder).len(), 2, "{:?}", files(folder));
        assert_eq!(seen["lastChecked"]["checkFailure"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_makes_one_checks_it_and_downloads_it() {
    each_engine_with_folder(async |server, admin, folder| {
        let made = admin.ok("POST", BACKUPS, None).await["backup"].clone();
        let path = format!("{BACKUPS}/{}", id(&made));
        let name = made["fileName"].as_str().unwrap();

        let checked = admin.ok("POST", &format!("{path}/check"), None).await["backup"].clone();
        let file = admin.call("GET", &format!("{path}/file"), None).await;

        assert_eq!((&made["failure"], &made["checkFailure"]), (&Value::Null, &Value::Null), "{made}");
        assert_eq!(checked["checkFailure"], Value::Null);
        assert_eq!(file.status, 200);
        assert_eq!(file.headers["content-disposition"], format!("attachment; filename=\"{name}\"").as_str());
        assert_eq!(file.headers["content-length"], made["sizeBytes"].to_string().as_str());
        assert!(file.text.starts_with("TACITBAK"));
        for event in ["create-backup", "check-backup", "download-backup", "get-backups"] {
            if event == "get-backups" {
                shown(admin).await;
            }
            let seen = server.events(&admin.organization_id).await;
            assert!(seen.iter().any(|row| row.event_type == event), "{event}");
        }
        assert_eq!(files(folder), [name], "nothing of the trials is left");
    })
    .await;
}

#[tokio::test]
async fn a_damaged_file_fails_its_check_and_a_missing_one_is_not_found() {
    each_engine_with_folder(async |_, admin, folder| {
        let made = admin.ok("POST", BACKUPS, None).await["backup"].clone();
        let check = format!("{BACKUPS}/{}/check", id(&made));
        let file = folder.join(made["fileName"].as_str().unwrap());
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();

        let damaged = admin.ok("POST", &check, None).await["backup"].clone();
        fs::remove_file(&file).unwrap();
        let missing = admin.call("POST", &check, None).await;

        assert!(damaged["checkFailure"].as_str().unwrap().contains("ends too early"), "{damaged}");
        assert_eq!(shown(admin).await["lastChecked"]["checkFailure"], damaged["checkFailure"]);
        assert_eq!(missing.status, 404);
        assert_eq!(admin.call("POST", &format!("{BACKUPS}/nonsense/check"), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_is_shown_and_tried_again_sooner() {
    each_engine_with_folder(async |server, admin, folder| {
        fs::remove_dir(folder).unwrap();

        let failed = backup::make_due(&server.app).await.unwrap().unwrap();
        let seen = shown(admin).await;
        fs::create_dir(folder).unwrap();
        let too_soon = backup::make_due(&server.app).await.unwrap();
        server.clock.advance_seconds(15 * 60);
        let again = backup::make_due(&server.app).await.unwrap().unwrap();

        assert!(failed.failure.is_some());
        assert_eq!(seen["backups"][0]["failure"], json!(failed.failure));
        assert_eq!((&seen["lastMade"], too_soon), (&Value::Null, None));
        assert_eq!(again.failure, None);
    })
    .await;
}

#[tokio::test]
async fn one_server_at_a_time_makes_one_and_another_takes_over_from_one_that_was_killed() {
    each_engine_with_folder(async |server, admin, _| {
        let now = server.app.now();
        let mut tx = server.app.database.begin().await.unwrap();
        assert!(backup_runs::take_lease(&mut tx, "node-2", now, now.plus_seconds(300)).await.unwrap());
        tx.commit().await.unwrap();

        let waiting = backup::make_due(&server.app).await.unwrap();
        let refused = admin.call("POST", BACKUPS, None).await;
        server.clock.advance_seconds(300);
        let made = backup::make_due(&server.app).await.unwrap().unwrap();

        assert_eq!(waiting, None);
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!((made.node.as_str(), made.failure), ("node-1", None));
    })
    .await;
}

#[tokio::test]
async fn one_whose_server_was_killed_is_made_anew_soon() {
    each_engine_with_folder(async |server, _, _| {
        let made = backup::make_due(&server.app).await.unwrap().unwrap();
        let mut tx = server.app.database.begin().await.unwrap();
        let unfinished = backup_runs::BackupRunRow { finished_at: None, ..made };
        backup_runs::finish(&mut tx, &unfinished).await.unwrap();
        tx.commit().await.unwrap();

        server.clock.advance_seconds(15 * 60 - 1);
        let too_soon = backup::make_due(&server.app).await.unwrap();
        server.clock.advance_seconds(1);
        let again = backup::make_due(&server.app).await.unwrap().unwrap();

        assert_eq!(too_soon, None);
        assert_eq!(again.failure, None);
    })
    .await;
}

#[tokio::test]
async fn one_whose_server_stops_is_given_up_and_leaves_nothing_behind() {
    each_engine_with_folder(async |server, admin, folder| {
        server.app.backups.stop().await;

        let given_up = backup::make_due(&server.app).await.unwrap().unwrap();
        let seen = shown(admin).await;

        assert!(given_up.failure.as_ref().unwrap().contains("stopped"), "{given_up:?}");
        assert_eq!(seen["backups"][0]["failure"], json!(given_up.failure));
        assert!(files(folder).is_empty());
        let (now, mut tx) = (server.app.now(), server.app.database.begin().await.unwrap());
        let is_free = backup_runs::take_lease(&mut tx, "node-2", now, now.plus_seconds(300)).await.unwrap();
        assert!(is_free, "another server may make one at once");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_server_without_a_folder_says_how_to_get_one() {
    each_engine(async |server| {
        let admin = server.with_admin().await;

        let refused = admin.call("POST", BACKUPS, None).await;

        assert_eq!(backup::make_due(&server.app).await.unwrap(), None);
        assert_eq!(refused.status, 400);
        assert!(refused.body["message"].as_str().unwrap().contains("--backup-dir"), "{}", refused.text);
        assert_eq!(shown(&admin).await["schedule"], Value::Null);
    })
    .await;
}
