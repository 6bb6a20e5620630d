//! Personal overrides, on both engines.

use tacit_core::id::{ProjectId, SecretId, UserId};
use tacit_store::{
    Connection,
    folders::FolderRow,
    secret_overrides, secret_versions,
    secrets::{self, SecretRow},
};

use crate::{
    engines::each_engine,
    fixtures_projects::{environment, folder, path, project, secret_row},
};

/// Adds an override with its version and returns its id.
async fn own(
    db: &mut Connection,
    project: &ProjectId,
    folder: &FolderRow,
    name: &str,
    owner: &str,
) -> SecretId {
    let environment = if folder.environment_id.as_str().ends_with("prod") { "prod:" } else { "" };
    let id = SecretId::new(format!("{owner} {environment}{} {name}", folder.path));
    let row = SecretRow { id: id.clone(), owner_user_id: owner.to_owned(), ..secret_row(folder, name) };
    secrets::insert(db, &row).await.unwrap();
    secret_versions::keep(db, project, &id, 1, "[]").await.unwrap();
    id
}

fn ids(rows: Vec<SecretRow>) -> Vec<String> {
    let mut ids: Vec<String> = rows.into_iter().map(|row| row.id.to_string()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn overrides_are_found_by_owner_and_place() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let (dev, prod) =
            (environment(&mut db, &shop, "dev").await, environment(&mut db, &shop, "prod").await);
        let root = folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;
        let there = folder(&mut db, &shop, &prod, "/").await;
        secrets::insert(&mut db, &secret_row(&root, "K")).await.unwrap();
        for (at, owner) in [(&root, "ada"), (&app, "ada"), (&there, "ada"), (&root, "bob")] {
            own(&mut db, &shop, at, "K", owner).await;
        }
        let (ada, eve) = (UserId::new("ada"), UserId::new("eve"));

        let found = secret_overrides::find(&mut db, &root.id, "K", &ada).await.unwrap();
        assert_eq!(found.unwrap().id.as_str(), "ada / K");
        assert_eq!(secret_overrides::find(&mut db, &root.id, "k", &ada).await.unwrap(), None);
        assert_eq!(secret_overrides::find(&mut db, &root.id, "K", &eve).await.unwrap(), None);
        assert_eq!(ids(secret_overrides::list(&mut db, &root.id, &ada).await.unwrap()), ["ada / K"]);
        let below = secret_overrides::list_below(&mut db, &dev, &path("/"), &ada).await.unwrap();
        assert_eq!(ids(below), ["ada / K", "ada /app K"]);
        let below = secret_overrides::list_below(&mut db, &dev, &path("/app"), &ada).await.unwrap();
        assert_eq!(ids(below), ["ada /app K"]);
        assert_eq!(secret_overrides::count(&mut db, &shop, &ada).await.unwrap(), 3);
        assert_eq!(secret_overrides::count(&mut db, &shop, &eve).await.unwrap(), 0);
        assert_eq!(secret_overrides::count(&mut db, &ProjectId::new("nope"), &ada).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn overrides_go_along_but_not_over_others() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;
        secrets::insert(&mut db, &secret_row(&root, "K")).await.unwrap();
        for (at, name, owner) in
            [(&root, "K", "ada"), (&root, "K", "bob"), (&root, "L", "ada"), (&app, "M", "bob")]
        {
            own(&mut db, &shop, at, name, owner).await;
        }

        secret_overrides::carry(&mut db, (&root.id, "K"), (&app.id, "M")).await.unwrap();

        let (ada, bob) = (UserId::new("ada"), UserId::new("bob"));
        let moved = secret_overrides::find(&mut db, &app.id, "M", &ada).await.unwrap().unwrap();
        assert_eq!((moved.id.as_str(), moved.folder_id), ("ada / K", app.id.clone()));
        let kept = secret_overrides::find(&mut db, &app.id, "M", &bob).await.unwrap().unwrap();
        assert_eq!(kept.id.as_str(), "bob /app M");
        assert_eq!(ids(secret_overrides::list(&mut db, &root.id, &ada).await.unwrap()), ["ada / L"]);
        assert_eq!(ids(secret_overrides::list(&mut db, &root.id, &bob).await.unwrap()), ["bob / K"]);
        assert!(secrets::find(&mut db, &root.id, "K").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn deleting_takes_the_overrides_of_one_secret_and_ends_their_versions() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let shared = secret_row(&root, "K");
        secrets::insert(&mut db, &shared).await.unwrap();
        secret_versions::keep(&mut db, &shop, &shared.id, 1, "[]").await.unwrap();
        let gone = own(&mut db, &shop, &root, "K", "ada").await;
        let other = own(&mut db, &shop, &root, "L", "ada").await;

        secret_overrides::delete_all(&mut db, &root.id, "K", 7).await.unwrap();

        assert_eq!(
            ids(secret_overrides::list(&mut db, &root.id, &UserId::new("ada")).await.unwrap()),
            ["ada / L"]
        );
        assert!(secrets::find(&mut db, &root.id, "K").await.unwrap().is_some());
        for (id, ended) in [(&gone, Some(7)), (&other, None), (&shared.id, None)] {
            let version = secret_versions::find(&mut db, id, 1).await.unwrap().unwrap();
            assert_eq!(version.ended_revision, ended, "{id}");
        }
    })
    .await;
}
