//! What searching reads, on both engines.

use tacit_store::{secret_search, secrets, secrets::SecretRow};

use crate::{
    engines::each_engine,
    fixtures_projects::{environment, folder, project, secret_row},
};

#[tokio::test]
async fn searching_reads_the_shared_secrets_of_a_folder_page_by_page() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let dev = environment(&mut db, &shop, "dev").await;
        let root = folder(&mut db, &shop, &dev, "/").await;
        let app = folder(&mut db, &shop, &dev, "/app").await;
        for name in ["A", "b", "C"] {
            let hashed = SecretRow { value_hash: Some(b"hash".to_vec()), ..secret_row(&root, name) };
            secrets::insert(&mut db, &hashed).await.unwrap();
        }
        let own = SecretRow { owner_user_id: "ada".to_owned(), ..secret_row(&root, "own") };
        secrets::insert(&mut db, &own).await.unwrap();
        secrets::insert(&mut db, &secret_row(&app, "D")).await.unwrap();

        let mut names = Vec::new();
        let mut after = String::new();
        while let [row] = secret_search::secrets(&mut db, &root.id, &after, 1).await.unwrap().as_slice() {
            assert_eq!(row.value_hash, Some(b"hash".to_vec()));
            after.clone_from(&row.name);
            names.push(row.name.clone());
        }
        names.sort();
        assert_eq!(names, ["A", "C", "b"]);
        let rows = secret_search::secrets(&mut db, &app.id, "", 10).await.unwrap();
        assert_eq!((rows.len(), &rows[0].value_hash), (1, &None));
    })
    .await;
}

#[tokio::test]
async fn the_folders_of_one_project_are_searched() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, other) = (project(&mut db, "shop").await, project(&mut db, "other").await);
        for (owner, slug) in [(&shop, "dev"), (&shop, "prod"), (&other, "dev")] {
            let environment = environment(&mut db, owner, slug).await;
            folder(&mut db, owner, &environment, "/").await;
        }

        let mut found: Vec<(String, String)> = secret_search::folders(&mut db, &shop)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.environment_slug, row.path))
            .collect();
        found.sort();
        assert_eq!(found, [("dev".to_owned(), "/".to_owned()), ("prod".to_owned(), "/".to_owned())]);
    })
    .await;
}
