//! Imports and their versions, on both engines.

use tacit_core::id::{FolderId, OrganizationId, SecretImportId};
use tacit_store::{
    StoreError,
    folders::FolderRow,
    secret_imports::{self, SecretImportRow},
};

use crate::{
    engines::each_engine,
    fixtures::START,
    fixtures_projects::{environment, folder, path, project},
};

fn import(id: &str, into: &FolderRow, source: &FolderRow, position: i64) -> SecretImportRow {
    SecretImportRow {
        id: SecretImportId::new(id),
        project_id: into.project_id.clone(),
        folder_id: into.id.clone(),
        source_environment_id: source.environment_id.clone(),
        source_environment_slug: source.environment_id.as_str().split(' ').next_back().unwrap().to_owned(),
        source_environment_name: source
            .environment_id
            .as_str()
            .split(' ')
            .next_back()
            .unwrap()
            .to_uppercase(),
        source_path: source.path.clone(),
        position,
        is_replication: false,
        version: 1,
        created_at: START,
        updated_at: START,
    }
}

fn ids(rows: &[SecretImportRow]) -> Vec<&str> {
    let mut ids: Vec<_> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn imports_are_listed_by_folder_place_and_source() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let (dev, prod) =
            (environment(&mut db, &shop, "dev").await, environment(&mut db, &shop, "prod").await);
        let root = folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;
        let shared = folder(&mut db, &shop, &prod, "/").await;
        let second = import("second", &root, &app, 2);
        let first = import("first", &root, &shared, 1);
        let below = import("below", &app, &shared, 1);
        for row in [&second, &first, &below] {
            secret_imports::insert(&mut db, row).await.unwrap();
        }

        assert_eq!(secret_imports::list(&mut db, &root.id).await.unwrap(), [first.clone(), second.clone()]);
        let [own, foreign] =
            ["shop", "other"].map(|name| OrganizationId::new(format!("organization of {name}")));
        let found = secret_imports::find_in_organization(&mut db, &own, &below.id).await.unwrap();
        assert_eq!(found, Some(below.clone()));
        let found = secret_imports::find_in_organization(&mut db, &foreign, &below.id).await.unwrap();
        assert_eq!(found, None);
        let all = secret_imports::list_below(&mut db, &dev, &path("/")).await.unwrap();
        assert_eq!(ids(&all), ["below", "first", "second"]);
        let inside = secret_imports::list_below(&mut db, &dev, &path("/app")).await.unwrap();
        assert_eq!(ids(&inside), ["below"]);
        assert_eq!(ids(&secret_imports::list_of_source(&mut db, &prod).await.unwrap()), ["below", "first"]);
        assert_eq!(ids(&secret_imports::list_of_source(&mut db, &dev).await.unwrap()), [""; 0]);
        let mut importers = secret_imports::importers(&mut db, &prod, "/").await.unwrap();
        importers.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        assert_eq!(importers, [root.id.clone(), app.id.clone()]);

        let changed = SecretImportRow { position: 5, version: 2, ..first.clone() };
        secret_imports::update(&mut db, &changed).await.unwrap();
        assert_eq!(secret_imports::list(&mut db, &root.id).await.unwrap(), [second, changed]);
        secret_imports::delete(&mut db, &first.id).await.unwrap();
        assert_eq!(secret_imports::find_in_organization(&mut db, &own, &first.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_folder_imports_a_source_once() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let (root, app) =
            (folder(&mut db, &shop, &dev, "/").await, folder(&mut db, &shop, &dev, "/app").await);
        secret_imports::insert(&mut db, &import("one", &root, &app, 1)).await.unwrap();

        let twin = secret_imports::insert(&mut db, &import("two", &root, &app, 2)).await;
        assert!(matches!(twin, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn imports_are_read_as_they_were_at_each_revision() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let (root, app) =
            (folder(&mut db, &shop, &dev, "/").await, folder(&mut db, &shop, &dev, "/app").await);
        let made = import("one", &root, &app, 1);
        secret_imports::insert(&mut db, &made).await.unwrap();
        secret_imports::keep(&mut db, &made.id, 3).await.unwrap();
        let moved = SecretImportRow { source_path: "/later".to_owned(), version: 2, ..made.clone() };
        secret_imports::update(&mut db, &moved).await.unwrap();
        secret_imports::keep(&mut db, &made.id, 5).await.unwrap();
        secret_imports::end(&mut db, &made.id, 7).await.unwrap();
        secret_imports::delete(&mut db, &made.id).await.unwrap();

        for (revision, expected) in
            [(2, None), (3, Some(&made)), (4, Some(&made)), (5, Some(&moved)), (6, Some(&moved)), (7, None)]
        {
            let found = secret_imports::list_at(&mut db, &root.id, revision).await.unwrap();
            assert_eq!(found.first(), expected, "{revision}");
        }
        let other = secret_imports::list_at(&mut db, &FolderId::new("other"), 4).await.unwrap();
        assert_eq!(other, []);
    })
    .await;
}

#[tokio::test]
async fn the_newest_version_of_an_import_outlives_it() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let source = folder(&mut db, &shop, &dev, "/app").await;
        let mut row = import("one", &root, &source, 1);
        assert_eq!(secret_imports::newest_version(&mut db, &row.id).await.unwrap(), 0);
        secret_imports::insert(&mut db, &row).await.unwrap();
        secret_imports::keep(&mut db, &row.id, 2).await.unwrap();
        row.version = 2;
        secret_imports::update(&mut db, &row).await.unwrap();
        secret_imports::keep(&mut db, &row.id, 3).await.unwrap();
        secret_imports::end(&mut db, &row.id, 4).await.unwrap();
        secret_imports::delete(&mut db, &row.id).await.unwrap();

        assert_eq!(secret_imports::newest_version(&mut db, &row.id).await.unwrap(), 2);
    })
    .await;
}
