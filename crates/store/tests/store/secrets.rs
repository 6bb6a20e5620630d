//! Secrets, their versions and tags, on both engines.

use tacit_core::{
    cipher::Ciphertext,
    id::{FolderId, ProjectId, SecretId},
};
use tacit_store::{
    Connection, StoreError,
    folders::FolderRow,
    secret_tags, secret_versions,
    secrets::{self, SecretRow},
};

use crate::{
    engines::each_engine,
    fixtures::after,
    fixtures_projects::{environment, folder, path, project, secret_row, tag},
};

/// A project with folders in `dev`, the root first.
async fn folders(db: &mut Connection, paths: &[&str]) -> (ProjectId, Vec<FolderRow>) {
    let shop = project(db, "shop").await;
    let dev = environment(db, &shop, "dev").await;
    let mut rows = Vec::new();
    for at in paths {
        rows.push(folder(db, &shop, &dev, at).await);
    }
    (shop, rows)
}

async fn insert(db: &mut Connection, folder: &FolderRow, name: &str) -> SecretRow {
    let row = secret_row(folder, name);
    secrets::insert(db, &row).await.unwrap();
    row
}

#[tokio::test]
async fn a_secret_is_found_by_its_exact_name_and_by_id() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (_, folders) = folders(&mut db, &["/", "/app"]).await;
        let secret = insert(&mut db, &folders[0], "Kéy").await;

        assert_eq!(secrets::find(&mut db, &folders[0].id, "Kéy").await.unwrap(), Some(secret.clone()));
        assert_eq!(secrets::find_by_id(&mut db, &secret.id).await.unwrap(), Some(secret));
        for name in ["KÉY", "key", "Kéy ", "Ke\u{301}y", "K%", ""] {
            assert_eq!(secrets::find(&mut db, &folders[0].id, name).await.unwrap(), None, "{name}");
        }
        assert_eq!(secrets::find(&mut db, &folders[1].id, "Kéy").await.unwrap(), None);
        assert_eq!(secrets::find_by_id(&mut db, &SecretId::new("nope")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once_per_folder_and_owner() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (_, folders) = folders(&mut db, &["/", "/app"]).await;
        let secret = insert(&mut db, &folders[0], "K").await;
        insert(&mut db, &folders[1], "K").await;
        let own = SecretRow { id: SecretId::new("own"), owner_user_id: "ada".to_owned(), ..secret.clone() };
        secrets::insert(&mut db, &own).await.unwrap();

        // A user's own value is not the shared one.
        assert_eq!(secrets::find(&mut db, &folders[0].id, "K").await.unwrap().unwrap().id, secret.id);
        assert_eq!(secrets::find_by_id(&mut db, &own.id).await.unwrap(), None);
        assert_eq!(secrets::list(&mut db, &folders[0].id).await.unwrap().len(), 1);
        let twin = SecretRow { id: SecretId::new("twin"), ..secret };
        assert!(matches!(secrets::insert(&mut db, &twin).await, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn lists_are_of_one_folder_or_of_all_below() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, folders) = folders(&mut db, &["/", "/a_b", "/a_b/c", "/aXb", "/a_bc"]).await;
        let prod = environment(&mut db, &shop, "prod").await;
        let elsewhere = folder(&mut db, &shop, &prod, "/").await;
        for at in folders.iter().chain([&elsewhere]) {
            insert(&mut db, at, "K").await;
        }
        let one = tag(&mut db, &shop, "one").await;
        let deep = SecretId::new(format!("{} K", folders[2].id));
        secret_tags::insert(&mut db, &deep, &one).await.unwrap();
        let dev = &folders[0].environment_id;

        assert_eq!(secrets::list(&mut db, &folders[1].id).await.unwrap(), [secret_row(&folders[1], "K")]);
        let of = |rows: &[SecretRow]| {
            let mut ids: Vec<FolderId> = rows.iter().map(|row| row.folder_id.clone()).collect();
            ids.sort();
            ids
        };
        let below = secrets::list_below(&mut db, dev, &path("/a_b")).await.unwrap();
        assert_eq!(of(&below), [folders[1].id.clone(), folders[2].id.clone()]);
        assert_eq!(secrets::list_below(&mut db, dev, &path("/")).await.unwrap().len(), 5);
        let heads = secrets::heads_below(&mut db, dev, &path("/a_b/c")).await.unwrap();
        assert_eq!((heads.len(), &heads[0].id, heads[0].version), (1, &deep, 1));

        assert_eq!(secret_tags::below(&mut db, dev, &path("/a_b")).await.unwrap()[0].secret_id, deep);
        assert_eq!(secret_tags::below(&mut db, dev, &path("/aXb")).await.unwrap(), []);
        assert_eq!(secret_tags::of_folder(&mut db, &folders[2].id).await.unwrap()[0].slug, "one");
        assert_eq!(secret_tags::of_folder(&mut db, &folders[1].id).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn tags_are_put_on_once_and_taken_off() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, folders) = folders(&mut db, &["/"]).await;
        let secret = insert(&mut db, &folders[0], "K").await;
        let (one, two) = (tag(&mut db, &shop, "one").await, tag(&mut db, &shop, "two").await);
        secret_tags::insert(&mut db, &secret.id, &one).await.unwrap();
        secret_tags::insert(&mut db, &secret.id, &two).await.unwrap();

        let mut found = secret_tags::of_secret(&mut db, &secret.id).await.unwrap();
        found.sort_by(|a, b| a.slug.cmp(&b.slug));
        assert_eq!((found.len(), &found[0].tag_id, found[0].color.as_deref()), (2, &one, Some("#ff0000")));

        secret_tags::delete_all(&mut db, &secret.id).await.unwrap();
        assert_eq!(secret_tags::of_secret(&mut db, &secret.id).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn each_version_is_kept_as_it_was() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, folders) = folders(&mut db, &["/"]).await;
        let first = insert(&mut db, &folders[0], "K").await;
        secret_versions::keep(&mut db, &shop, &first.id, 1, "[\"one\"]").await.unwrap();
        let second = SecretRow {
            name: "L".to_owned(),
            version: 2,
            value_ciphertext: Ciphertext(vec![0, 255, 0]),
            reminder_note: None,
            reminder_repeat_days: None,
            skip_multiline_encoding: false,
            actor_type: "user".to_owned(),
            updated_at: after(9),
            ..first.clone()
        };
        secrets::update(&mut db, &second).await.unwrap();
        secret_versions::keep(&mut db, &shop, &first.id, 2, "[]").await.unwrap();

        assert_eq!(secrets::find(&mut db, &folders[0].id, "L").await.unwrap(), Some(second.clone()));
        let kept = secret_versions::find(&mut db, &first.id, 1).await.unwrap().unwrap();
        assert_eq!((kept.secret, kept.tag_ids.as_str()), (first.clone(), "[\"one\"]"));
        let kept = secret_versions::find(&mut db, &first.id, 2).await.unwrap().unwrap();
        assert_eq!((kept.secret, kept.tag_ids.as_str()), (second, "[]"));
        assert_eq!(secret_versions::find(&mut db, &first.id, 3).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_version_is_kept_once() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, folders) = folders(&mut db, &["/"]).await;
        let secret = insert(&mut db, &folders[0], "K").await;
        secret_versions::keep(&mut db, &shop, &secret.id, 1, "[]").await.unwrap();

        let again = secret_versions::keep(&mut db, &shop, &secret.id, 1, "[]").await;

        assert!(matches!(again, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_secret_is_gone_and_its_versions_are_not() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, folders) = folders(&mut db, &["/"]).await;
        let secret = insert(&mut db, &folders[0], "K").await;
        secret_versions::keep(&mut db, &shop, &secret.id, 1, "[]").await.unwrap();

        secrets::delete(&mut db, &secret.id).await.unwrap();

        assert_eq!(secrets::find_by_id(&mut db, &secret.id).await.unwrap(), None);
        // A version is shown of a secret that is there; undoing a deletion brings it back.
        secrets::insert(&mut db, &secret).await.unwrap();
        assert!(secret_versions::find(&mut db, &secret.id, 1).await.unwrap().is_some());
    })
    .await;
}
