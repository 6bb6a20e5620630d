//! Replacing the root key, checking it and recovering it.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tacit::app::{Client, encryption, instance};
use tacit_core::{
    id::ProjectId,
    keyring::{RootKey, instance::InstanceKeys, instance::InstancePurpose, recovery::RecoveryKey},
    random::Random,
};
use tacit_store::{
    data_keys::{self, KeyOwner},
    instance::hold_root_key,
    instance_keys,
};

use crate::{
    harness::{START, TestServer, each_engine, postgres_schema},
    harness_waiting::somebody_waits_for,
};

fn client() -> Client {
    Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "tests".into() }
}

/// The root key that servers of tests begin with.
fn first() -> RootKey {
    RootKey::generate(&Random::seeded(1))
}

fn second() -> RootKey {
    RootKey::generate(&Random::seeded(2))
}

async fn rotate(server: &TestServer) -> encryption::RotatedRootKey {
    encryption::rotate_root_key(&server.app, &client(), second(), || Ok(())).await.unwrap()
}

#[tokio::test]
async fn after_a_rotation_all_reads_as_before_and_the_old_key_opens_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "bar").await;

        let rotated = rotate(server).await;

        assert_eq!((rotated.old_id, rotated.id, rotated.recovery), (first().id(), second().id(), None));
        assert!(rotated.keys >= 6, "{}", rotated.keys);
        // With the same tokens, and by a server that starts with the new key.
        let read = project.read("/api/v3/secrets/raw/FOO").await;
        assert_eq!(read["secret"]["secretValue"], "bar");
        admin.project("Made after it").await;
        let database = &server.app.database;
        let now = encryption::verify(database, &second()).await.unwrap();
        assert!(now.is_good(), "{now:?}");
        assert_eq!(now.opened.iter().map(|(_, count)| count).sum::<u64>(), rotated.keys + 1);
        let before = encryption::verify(database, &first()).await.unwrap();
        assert!(!before.is_right && !before.is_good());
        assert!(instance::prepare(database, &second(), &Random::seeded(3), START).await.is_ok());
        assert!(instance::prepare(database, &first(), &Random::seeded(3), START).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_rotation_whose_key_cannot_be_kept_changes_nothing() {
    each_engine(async |server| {
        server.with_admin().await;
        let full = || Err(std::io::Error::other("no space left"));

        let failed = encryption::rotate_root_key(&server.app, &client(), second(), full).await;

        assert!(failed.is_err());
        assert!(encryption::verify(&server.app.database, &first()).await.unwrap().is_good());
        assert_eq!(server.app.keys.root().id(), first().id());
    })
    .await;
}

#[tokio::test]
async fn what_an_earlier_release_derived_stays_good() {
    // Large, because it prepares an instance twice.
    Box::pin(each_engine(async |server| {
        let database = &server.app.database;
        let mut db = database.begin().await.unwrap();
        db.execute("UPDATE instance_keys SET purpose = 'x' || purpose", &[]).await.unwrap();
        db.commit().await.unwrap();

        let (_, keys) = instance::prepare(database, &first(), &Random::seeded(4), START).await.unwrap();

        let root = first();
        let derived = InstanceKeys::from::<()>(|purpose| Ok(root.derived_key(purpose))).unwrap();
        assert_eq!(keys.hashes.hash(b"a secret"), derived.hashes.hash(b"a secret"));
        assert_eq!(keys.etags.hash(b"an answer"), derived.etags.hash(b"an answer"));
        let rows = instance_keys::list(&mut database.read().await.unwrap()).await.unwrap();
        assert_eq!(rows.len(), 2 * InstancePurpose::ALL.len());
        let other = instance::prepare(database, &first(), &Random::seeded(5), START).await.unwrap().1;
        assert_eq!(keys.hashes.hash(b"x"), other.hashes.hash(b"x"));
    }))
    .await;
}

#[tokio::test]
async fn the_recovery_key_opens_the_root_key_also_after_a_rotation() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let key = encryption::recovery::create(&server.app, &client()).await.unwrap();
        let database = &server.app.database;
        assert_eq!(encryption::recovery::open(database, &key).await.unwrap().id(), first().id());
        let shown = admin.ok("GET", "/api/ui/v1/admin/encryption", None).await;
        assert_eq!(shown["recoveryKey"]["verifiedAt"], json!(null));

        assert_eq!(rotate(server).await.recovery, Some(true));

        assert_eq!(encryption::recovery::open(database, &key).await.unwrap().id(), second().id());
        encryption::recovery::verify(&server.app, &client(), &key).await.unwrap();
        let shown = admin.ok("GET", "/api/ui/v1/admin/encryption", None).await;
        assert!(shown["recoveryKey"]["verifiedAt"].is_string(), "{shown}");
        assert!(shown["rootKey"]["rotatedAt"].is_string(), "{shown}");
        let other = RecoveryKey::generate(&Random::seeded(8));
        assert!(encryption::recovery::open(database, &other).await.is_err());
        assert!(encryption::recovery::verify(&server.app, &client(), &other).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_recovery_key_that_somebody_put_into_the_database_gets_no_root_key() {
    each_engine(async |server| {
        encryption::recovery::create(&server.app, &client()).await.unwrap();
        let foreign = RecoveryKey::generate(&Random::seeded(6));
        let mut db = server.app.database.begin().await.unwrap();
        let row = instance_keys::find_recovery(&mut db).await.unwrap().unwrap();
        let public_key = foreign.public().unwrap().as_bytes().to_vec();
        let row = instance_keys::RecoveryKeyRow { public_key, ..row };
        instance_keys::replace_recovery(&mut db, &row).await.unwrap();
        db.commit().await.unwrap();
        let verified = encryption::verify(&server.app.database, &first()).await.unwrap();
        assert_eq!((verified.recovery, verified.is_good()), (Some(false), false));

        assert_eq!(rotate(server).await.recovery, Some(false));

        assert!(encryption::recovery::open(&server.app.database, &foreign).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_node_with_the_old_root_key_wraps_nothing_and_is_sealed() {
    let Some(url) = postgres_schema().await else { return };
    let settings = tacit_store::Settings::Postgres(url);
    let one = crate::harness::node(&settings, 1).await;
    let admin = one.with_admin().await;
    let two = crate::harness::node(&settings, 2).await;
    rotate(&one).await;

    let body = json!({ "projectName": "Lost" });
    let made = two.call("POST", "/api/v2/workspace", Some(&admin.token), Some(body)).await;
    let status = two.call("GET", "/api/status", None, None).await;

    assert_eq!((made.status, status.status), (503, 503), "{}", made.text);
    assert!(status.text.contains("sealed"), "{}", status.text);
    assert_eq!(status.headers["retry-after"], "10");
    two.app.keys.replace_root(second());
    assert_eq!(two.call("GET", "/api/status", None, None).await.status, 200);
    assert!(encryption::verify(&one.app.database, &second()).await.unwrap().is_good());
}

/// Somebody who writes holds the row of a project and then needs the root key, which who replaces it holds, and
/// waits for the row.
#[tokio::test]
async fn who_writes_and_who_replaces_the_root_key_do_not_wait_for_each_other() {
    let Some(url) = postgres_schema().await else { return };
    let server = crate::harness::node(&tacit_store::Settings::Postgres(url), 1).await;
    let admin = server.with_admin().await;
    let project = admin.project("Shop").await;
    let mut writer = server.app.database.begin().await.unwrap();
    data_keys::lock(&mut writer, &KeyOwner::Project(ProjectId::new(project))).await.unwrap().unwrap();
    let kept = Arc::new(AtomicUsize::new(0));
    let keep = {
        let kept = Arc::clone(&kept);
        move || {
            kept.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    };
    let (app, client) = (server.app.clone(), client());
    let rotation =
        tokio::spawn(async move { encryption::rotate_root_key(&app, &client, second(), keep).await });
    while !somebody_waits_for(&mut writer).await {
        tokio::task::yield_now().await;
    }

    let held = hold_root_key(&mut writer).await;

    assert!(held.unwrap().is_some_and(|check| first().matches(&check)), "the key is the one of before");
    writer.commit().await.unwrap();
    let rotated = rotation.await.unwrap().unwrap();
    assert_eq!((rotated.id, kept.load(Ordering::SeqCst)), (second().id(), 1));
    assert!(encryption::verify(&server.app.database, &second()).await.unwrap().is_good());
}
