//! Who refers to what, on both engines.

use tacit_core::id::{ProjectId, SecretId};
use tacit_store::{StoreError, secret_references, secrets, secrets::SecretRow};

use crate::{
    engines::each_engine,
    fixtures_projects::{environment, folder, project, secret_row},
};

const ONE: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [0xff; 32];

#[tokio::test]
async fn the_secrets_that_refer_to_a_place_are_found_until_they_are_gone() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let rows = ["A", "B", "C"].map(|name| secret_row(&root, name));
        for row in rows.iter().rev() {
            secrets::insert(&mut db, row).await.unwrap();
            secret_references::insert(&mut db, &row.id, &ONE).await.unwrap();
        }
        secret_references::insert(&mut db, &rows[0].id, &OTHER).await.unwrap();
        let own = SecretRow { owner_user_id: "ada".to_owned(), ..secret_row(&root, "own") };
        secrets::insert(&mut db, &own).await.unwrap();
        secret_references::insert(&mut db, &own.id, &ONE).await.unwrap();

        let ids = |rows: &[SecretRow]| rows.iter().map(|row| row.id.clone()).collect::<Vec<SecretId>>();
        let mut users = async |hash: [u8; 32], limit| {
            let found = secret_references::users(&mut db, &hash, limit).await.unwrap();
            found.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(users(ONE, 10).await, ids(&rows));
        assert_eq!(users(ONE, 2).await, ids(&rows[..2]));
        assert_eq!(users(OTHER, 10).await, ids(&rows[..1]));
        assert_eq!(users([2; 32], 10).await, ids(&[]));
        secret_references::delete_all(&mut db, &rows[0].id).await.unwrap();
        secrets::delete(&mut db, &rows[1].id).await.unwrap();
        let mut users = async |hash: [u8; 32], limit| {
            let found = secret_references::users(&mut db, &hash, limit).await.unwrap();
            found.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(users(ONE, 10).await, ids(&rows[2..]));
        assert_eq!(users(OTHER, 10).await, ids(&[]));
        let again = secret_references::insert(&mut db, &rows[2].id, &ONE).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists)), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_new_project_is_indexed_and_an_older_one_is_marked_once() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        assert!(secret_references::is_indexed(&mut db, &shop).await.unwrap());
        assert!(!secret_references::mark_indexed(&mut db, &shop).await.unwrap());
        assert!(!secret_references::is_indexed(&mut db, &ProjectId::new("none")).await.unwrap());

        secret_references::forget_index(&mut db, &shop).await.unwrap();
        assert!(!secret_references::is_indexed(&mut db, &shop).await.unwrap());
        assert!(secret_references::mark_indexed(&mut db, &shop).await.unwrap());
        assert!(secret_references::is_indexed(&mut db, &shop).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_shared_secrets_of_one_project_are_read_page_by_page() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let mut all = Vec::new();
        for name in ["shop", "other"] {
            let project = project(&mut db, name).await;
            let dev = environment(&mut db, &project, "dev").await;
            let root = folder(&mut db, &project, &dev, "/").await;
            let app = folder(&mut db, &project, &dev, "/app").await;
            for row in [secret_row(&root, "A"), secret_row(&app, "B")] {
                secrets::insert(&mut db, &row).await.unwrap();
                all.push(row);
            }
            let own = SecretRow { owner_user_id: "ada".to_owned(), ..secret_row(&root, "own") };
            secrets::insert(&mut db, &own).await.unwrap();
        }

        let shop = ProjectId::new("shop");
        let first = secret_references::secrets_after(&mut db, &shop, "", 1).await.unwrap();
        assert_eq!(first, all[..1]);
        let next = secret_references::secrets_after(&mut db, &shop, first[0].id.as_str(), 10).await.unwrap();
        assert_eq!(next, all[1..2]);
    })
    .await;
}
