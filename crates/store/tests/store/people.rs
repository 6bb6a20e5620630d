//! The instance's row, and rows that requests fight over.

use tacit_core::time::Timestamp;
use tacit_store::{
    Database, Settings, StoreError,
    instance::{self, InstanceRow},
    login_failures, users,
    users::UserRow,
};

use crate::engines::{each_engine, postgres_schema};

const NOW: Timestamp = Timestamp::from_millis(1_769_860_800_000);

fn row(number: u8) -> InstanceRow {
    InstanceRow {
        instance_id: format!("instance {number}"),
        key_check: vec![number; 32],
        initialized_at: None,
        created_at: NOW,
        root_key_rotated_at: None,
    }
}

async fn start(database: &Database, number: u8) -> InstanceRow {
    let mut tx = database.begin().await.unwrap();
    instance::insert_if_absent(&mut tx, &row(number)).await.unwrap();
    let found = instance::find(&mut tx).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    found
}

#[tokio::test]
async fn the_first_start_makes_the_instance_and_later_ones_find_it() {
    each_engine(async |database| {
        assert_eq!(start(&database, 1).await, row(1));
        assert_eq!(start(&database, 2).await, row(1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_agree_on_one_instance() {
    let Some(url) = postgres_schema().await else { return };
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let settings = Settings::Postgres(url.clone());
            tokio::spawn(async move { start(&Database::open(&settings).await.unwrap(), number).await })
        })
        .collect();

    let mut found = Vec::new();
    for task in tasks {
        found.push(task.await.unwrap().instance_id);
    }

    found.dedup();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn the_instance_is_initialized_once() {
    each_engine(async |database| {
        start(&database, 1).await;
        let mut tx = database.begin().await.unwrap();

        assert!(instance::initialize(&mut tx, NOW).await.unwrap());
        assert!(!instance::initialize(&mut tx, NOW).await.unwrap());

        assert_eq!(instance::find(&mut tx).await.unwrap().unwrap().initialized_at, Some(NOW));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failures_counted_together_are_all_counted() {
    each_engine(async |database| {
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let database = database.clone();
                tokio::spawn(async move {
                    let mut tx = database.begin().await.unwrap();
                    let mut row = login_failures::lock(&mut tx, "a@b.c", NOW).await.unwrap();
                    row.failures += 1;
                    login_failures::update(&mut tx, &row).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }

        let mut db = database.read().await.unwrap();
        assert_eq!(login_failures::find(&mut db, "a@b.c").await.unwrap().unwrap().failures, 20);
    })
    .await;
}

#[tokio::test]
async fn a_lock_that_lasts_is_not_forgotten() {
    each_engine(async |database| {
        let mut tx = database.begin().await.unwrap();
        for (email, locked_until) in [("a", None), ("b", Some(NOW.plus_seconds(10))), ("c", Some(NOW))] {
            let mut row = login_failures::lock(&mut tx, email, NOW.plus_seconds(-60)).await.unwrap();
            row.locked_until = locked_until;
            login_failures::update(&mut tx, &row).await.unwrap();
        }

        assert_eq!(login_failures::delete_before(&mut tx, NOW, NOW).await.unwrap(), 2);

        assert!(login_failures::find(&mut tx, "b").await.unwrap().is_some());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_e_mail_belongs_to_one_user() {
    each_engine(async |database| {
        let user = |id: &str| UserRow {
            email_verified_at: None,
            id: tacit_core::id::UserId::new(id),
            email: "a@b.c".to_owned(),
            first_name: None,
            last_name: Some("B".to_owned()),
            password_hash: "old".to_owned(),
            is_instance_admin: false,
            created_at: NOW,
            updated_at: NOW,
        };
        let mut tx = database.begin().await.unwrap();
        users::insert(&mut tx, &user("1")).await.unwrap();
        assert_eq!(users::find_by_email(&mut tx, "a@b.c").await.unwrap(), Some(user("1")));
        let id = tacit_core::id::UserId::new("1");
        assert!(users::update_password(&mut tx, &id, "old", "new", NOW).await.unwrap());
        assert!(!users::update_password(&mut tx, &id, "old", "newer", NOW).await.unwrap());

        let error = users::insert(&mut tx, &user("2")).await.unwrap_err();

        assert!(matches!(error, StoreError::AlreadyExists), "{error}");
        tx.rollback().await.unwrap();
    })
    .await;
}
