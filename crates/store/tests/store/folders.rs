//! Folders: finding, listing, renaming and deleting, on both engines.

use tacit_core::id::FolderId;
use tacit_store::{StoreError, folders, folders::FolderRow, secrets};

use crate::{
    engines::each_engine,
    fixtures::after,
    fixtures_projects::{environment, folder, path, project, secret_row},
};

fn paths(rows: &[FolderRow]) -> Vec<&str> {
    let mut paths: Vec<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    paths.sort_unstable();
    paths
}

#[tokio::test]
async fn a_folder_is_found_by_environment_and_path_and_by_id() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, other) = (project(&mut db, "shop").await, project(&mut db, "other").await);
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;

        assert_eq!(folders::find(&mut db, &shop, "dev", &path("/")).await.unwrap(), Some(root));
        assert_eq!(folders::find(&mut db, &shop, "dev", &path("/app")).await.unwrap(), Some(app.clone()));
        assert_eq!(folders::find_by_id(&mut db, &app.id).await.unwrap(), Some(app.clone()));
        let place = folders::find_place(&mut db, &app.id).await.unwrap().unwrap();
        assert_eq!((place.environment_slug.as_str(), place.environment_name.as_str()), ("dev", "DEV"));
        assert_eq!((&place.project_id, &place.environment_id, place.path.as_str()), (&shop, &dev, "/app"));
        for (project, slug, at) in
            [(&shop, "dev", "/App"), (&shop, "DEV", "/app"), (&shop, "prod", "/app"), (&other, "dev", "/app")]
        {
            assert_eq!(folders::find(&mut db, project, slug, &path(at)).await.unwrap(), None);
        }
        assert_eq!(folders::find_by_id(&mut db, &FolderId::new("nope")).await.unwrap(), None);
        assert_eq!(folders::find_place(&mut db, &FolderId::new("nope")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn two_folders_cannot_have_one_path() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;

        let twin = FolderRow { id: FolderId::new("twin"), ..root };

        assert!(matches!(folders::insert(&mut db, &twin).await, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn a_child_is_found_by_id_before_name() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let a = folder(&mut db, &shop, &dev, "/a").await;
        folder(&mut db, &shop, &dev, "/a/b").await;
        // A folder whose name is the id of another.
        let twin = FolderRow {
            id: FolderId::new("twin"),
            name: a.id.to_string(),
            path: "/t".to_owned(),
            ..a.clone()
        };
        folders::insert(&mut db, &twin).await.unwrap();

        let find = async |db: &mut tacit_store::Transaction, text: &str| {
            folders::find_child(db, &root.id, text).await.unwrap().map(|row| row.id)
        };
        assert_eq!(find(&mut db, "a").await, Some(a.id.clone()));
        assert_eq!(find(&mut db, a.id.as_str()).await, Some(a.id.clone()));
        assert_eq!(find(&mut db, "twin").await, Some(twin.id.clone()));
        assert_eq!(find(&mut db, "b").await, None);
        assert_eq!(paths(&folders::children(&mut db, &root.id).await.unwrap()), ["/a", "/t"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_below_is_told_by_the_path_and_not_by_a_pattern() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let (dev, prod) =
            (environment(&mut db, &shop, "dev").await, environment(&mut db, &shop, "prod").await);
        for at in ["/", "/a_b", "/a_b/c", "/a_b/c/d", "/aXb", "/aXb/c", "/a_bc", "/a_bc/c"] {
            folder(&mut db, &shop, &dev, at).await;
        }
        folder(&mut db, &shop, &prod, "/").await;

        assert_eq!(
            paths(&folders::below(&mut db, &dev, &path("/a_b")).await.unwrap()),
            ["/a_b/c", "/a_b/c/d"]
        );
        assert_eq!(folders::below(&mut db, &dev, &path("/")).await.unwrap().len(), 7);
        assert_eq!(folders::below(&mut db, &prod, &path("/")).await.unwrap(), []);
        assert_eq!(folders::below(&mut db, &dev, &path("/a_b/c/d")).await.unwrap(), []);

        folders::move_below(&mut db, &dev, &path("/a_b"), &path("/new")).await.unwrap();

        assert_eq!(
            paths(&folders::below(&mut db, &dev, &path("/")).await.unwrap()),
            ["/aXb", "/aXb/c", "/a_b", "/a_bc", "/a_bc/c", "/new/c", "/new/c/d"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_name_path_description_version_and_time() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;

        let changed = FolderRow {
            name: "web".to_owned(),
            path: "/web".to_owned(),
            description: Some("the web".to_owned()),
            version: 2,
            updated_at: after(5),
            ..app
        };
        folders::update(&mut db, &changed).await.unwrap();

        assert_eq!(folders::find_by_id(&mut db, &changed.id).await.unwrap(), Some(changed));
    })
    .await;
}

#[tokio::test]
async fn a_folder_counts_its_secrets_and_knows_when_they_changed() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;

        assert_eq!(folders::note_secrets(&mut db, &root.id, 3, after(1)).await.unwrap(), 3);
        assert_eq!(folders::note_secrets(&mut db, &root.id, -1, after(2)).await.unwrap(), 2);
        assert_eq!(folders::note_secrets(&mut db, &root.id, 0, after(3)).await.unwrap(), 2);

        let found = folders::find_by_id(&mut db, &root.id).await.unwrap().unwrap();
        assert_eq!((found.secret_count, found.secrets_changed_at), (2, Some(after(3))));
    })
    .await;
}

#[tokio::test]
async fn deleting_takes_everything_below() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let a = folder(&mut db, &shop, &dev, "/a").await;
        let b = folder(&mut db, &shop, &dev, "/a/b").await;
        let secret = secret_row(&b, "K");
        secrets::insert(&mut db, &secret).await.unwrap();

        folders::delete(&mut db, &a.id).await.unwrap();

        assert_eq!(folders::find_by_id(&mut db, &b.id).await.unwrap(), None);
        assert_eq!(secrets::find_by_id(&mut db, &secret.id).await.unwrap(), None);
        assert_eq!(folders::find_by_id(&mut db, &root.id).await.unwrap(), Some(root));
    })
    .await;
}
