//! The state of a project at one of its revisions, on both engines.

use tacit_core::id::{EnvironmentId, FolderId, ProjectId};
use tacit_store::{
    Connection,
    commits::{self, CommitRow},
    folder_versions::{self, FolderVersionRow},
    folders::{self, FolderRow},
    history, history_horizons, secret_tags, secret_versions,
    secret_versions::SecretVersionRow,
    secrets::{self, SecretRow},
};

use crate::{
    engines::each_engine,
    fixtures::after,
    fixtures_projects::{environment, folder_row, path, project, secret_row, tag},
};

struct Shop {
    id: ProjectId,
    dev: EnvironmentId,
}

async fn shop(db: &mut Connection) -> Shop {
    let id = project(db, "shop").await;
    let dev = environment(db, &id, "dev").await;
    Shop { id, dev }
}

async fn add_folder(db: &mut Connection, shop: &Shop, at: &str, revision: i64) -> FolderRow {
    let row = folder_row(&shop.id, &shop.dev, &path(at));
    folders::insert(db, &row).await.unwrap();
    folder_versions::keep(db, &row.id, revision).await.unwrap();
    row
}

async fn add_secret(
    db: &mut Connection,
    shop: &Shop,
    folder: &FolderRow,
    name: &str,
    revision: i64,
) -> SecretRow {
    let row = secret_row(folder, name);
    secrets::insert(db, &row).await.unwrap();
    secret_versions::keep(db, &shop.id, &row.id, revision, "[]").await.unwrap();
    row
}

async fn change(db: &mut Connection, shop: &Shop, row: &mut SecretRow, name: &str, revision: i64) {
    row.version += 1;
    name.clone_into(&mut row.name);
    secrets::update(db, row).await.unwrap();
    secret_versions::keep(db, &shop.id, &row.id, revision, "[\"t\"]").await.unwrap();
}

fn names(rows: &[SecretVersionRow]) -> Vec<(&str, i64)> {
    let mut names: Vec<_> = rows.iter().map(|row| (row.secret.name.as_str(), row.secret.version)).collect();
    names.sort_unstable();
    names
}

fn folder_names(rows: &[FolderVersionRow]) -> Vec<&str> {
    let mut names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn secrets_are_read_as_they_were_at_each_revision() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let mut k = add_secret(&mut db, &shop, &root, "K", 2).await;
        change(&mut db, &shop, &mut k, "K", 3).await;
        change(&mut db, &shop, &mut k, "L", 4).await;
        secrets::delete(&mut db, &k.id).await.unwrap();
        secret_versions::end(&mut db, &k.id, 5).await.unwrap();
        let second = SecretRow { id: "second".to_owned().into(), ..secret_row(&root, "K") };
        secrets::insert(&mut db, &second).await.unwrap();
        secret_versions::keep(&mut db, &shop.id, &second.id, 6, "[]").await.unwrap();

        let expected: [&[(&str, i64)]; 7] =
            [&[], &[("K", 1)], &[("K", 2)], &[("L", 3)], &[], &[("K", 1)], &[("K", 1)]];
        for (revision, expected) in (1..).zip(expected) {
            let found = history::secrets(&mut db, &root.id, revision).await.unwrap();
            assert_eq!(names(&found), expected, "{revision}");
            for name in ["K", "L"] {
                let one = history::secret(&mut db, &root.id, name, revision).await.unwrap();
                let version = one.map(|row| row.secret.version);
                let listed = expected.iter().find(|(listed, _)| *listed == name).map(|(_, version)| *version);
                assert_eq!(version, listed, "{name} at {revision}");
            }
        }
        let one = history::secret(&mut db, &root.id, "K", 3).await.unwrap().unwrap();
        assert_eq!((one.revision, one.ended_revision, one.tag_ids.as_str()), (3, Some(4), "[\"t\"]"));
        let one = history::secret(&mut db, &root.id, "K", 9).await.unwrap().unwrap();
        assert_eq!((one.secret, one.revision, one.ended_revision), (second, 6, None));
    })
    .await;
}

#[tokio::test]
async fn what_is_there_now_is_told_for_the_folders_there_were() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let app = add_folder(&mut db, &shop, "/app", 2).await;
        let k = add_secret(&mut db, &shop, &root, "K", 3).await;
        let a = add_secret(&mut db, &shop, &app, "A", 4).await;
        let one = tag(&mut db, &shop.id, "one").await;
        secret_tags::insert(&mut db, &a.id, &one).await.unwrap();

        for (revision, is_deep, expected) in
            [(4, true, vec![&a.id, &k.id]), (1, true, vec![&k.id]), (4, false, vec![&k.id])]
        {
            let heads = history::present_secrets(&mut db, &root.id, revision, is_deep).await.unwrap();
            let mut ids: Vec<_> = heads.iter().map(|head| &head.id).collect();
            ids.sort();
            let mut expected = expected;
            expected.sort();
            assert_eq!(ids, expected, "{revision} {is_deep}");
            let tags = history::present_tags(&mut db, &root.id, revision, is_deep).await.unwrap();
            assert_eq!(tags.len(), usize::from(expected.contains(&&a.id)), "{revision} {is_deep}");
        }
    })
    .await;
}

#[tokio::test]
async fn personal_overrides_are_in_no_state() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let own = SecretRow { owner_user_id: "ada".to_owned(), ..secret_row(&root, "K") };
        secrets::insert(&mut db, &own).await.unwrap();
        secret_versions::keep(&mut db, &shop.id, &own.id, 2, "[]").await.unwrap();

        assert_eq!(history::secrets(&mut db, &root.id, 2).await.unwrap(), []);
        assert_eq!(history::secrets_below(&mut db, &root.id, 2).await.unwrap(), []);
        assert_eq!(history::secret(&mut db, &root.id, "K", 2).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_version_that_its_own_commit_ended_is_in_no_state() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let mut k = add_secret(&mut db, &shop, &root, "K", 2).await;
        change(&mut db, &shop, &mut k, "TEMPORARY", 3).await;
        change(&mut db, &shop, &mut k, "K", 3).await;

        assert_eq!(names(&history::secrets(&mut db, &root.id, 3).await.unwrap()), [("K", 3)]);
        assert_eq!(history::secret(&mut db, &root.id, "TEMPORARY", 3).await.unwrap(), None);
        assert_eq!(
            history::secret(&mut db, &root.id, "K", 3).await.unwrap().map(|row| row.secret.version),
            Some(3)
        );
    })
    .await;
}

#[tokio::test]
async fn folders_are_read_as_they_were_at_each_revision() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let mut app = add_folder(&mut db, &shop, "/app", 2).await;
        let web = add_folder(&mut db, &shop, "/app/web", 3).await;
        add_secret(&mut db, &shop, &web, "K", 4).await;
        let (from, to) = (path("/app"), path("/api"));
        folders::move_below(&mut db, &shop.dev, &from, &to).await.unwrap();
        app = FolderRow { name: "api".to_owned(), path: "/api".to_owned(), version: 2, ..app };
        folders::update(&mut db, &app).await.unwrap();
        folder_versions::keep(&mut db, &app.id, 5).await.unwrap();
        secret_versions::end_below(&mut db, &shop.dev, &to, 6).await.unwrap();
        folder_versions::end_below(&mut db, &shop.dev, &to, 6).await.unwrap();
        folders::delete(&mut db, &app.id).await.unwrap();

        let below = [&["root"][..], &["app", "root"], &["app", "root", "web"], &["app", "root", "web"]];
        let below = below.into_iter().chain([&["api", "root", "web"][..], &["root"]]);
        for (revision, below) in (1..).zip(below) {
            let found = history::folders_below(&mut db, &root.id, revision).await.unwrap();
            assert_eq!(folder_names(&found), below, "{revision}");
            for name in ["app", "api"] {
                let child = history::child(&mut db, &root.id, name, revision).await.unwrap();
                assert_eq!(child.is_some(), below.contains(&name), "{name} at {revision}");
            }
            let children = history::children(&mut db, &root.id, revision).await.unwrap();
            assert_eq!(children.len(), usize::from(below.len() > 1), "{revision}");
            let secrets = history::secrets_below(&mut db, &root.id, revision).await.unwrap();
            assert_eq!(secrets.len(), usize::from((4..6).contains(&revision)), "{revision}");
            let above = history::ancestors(&mut db, &web.id, revision).await.unwrap();
            assert_eq!(above.len(), if (3..6).contains(&revision) { 3 } else { 0 }, "{revision}");
        }
        assert_eq!(history::root(&mut db, &shop.dev, 1).await.unwrap().unwrap().folder_id, root.id);
        assert_eq!(history::root(&mut db, &shop.dev, 0).await.unwrap(), None);
        let then = history::folder(&mut db, &app.id, 4).await.unwrap().unwrap();
        assert_eq!((then.name.as_str(), then.version, then.ended_revision), ("app", 1, Some(5)));
        assert_eq!(history::folder(&mut db, &app.id, 6).await.unwrap(), None);
        assert_eq!(folder_versions::newest(&mut db, &app.id).await.unwrap().unwrap().version, 2);
        assert_eq!(folder_versions::find(&mut db, &app.id, 1).await.unwrap(), Some(then));
    })
    .await;
}

#[tokio::test]
async fn a_time_is_the_newest_revision_made_by_then() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        for (revision, seconds) in [(1, 10), (2, 20), (3, 20), (4, 30)] {
            let commit = CommitRow {
                id: format!("c{revision}").into(),
                project_id: shop.id.clone(),
                revision,
                actor_type: "user".to_owned(),
                actor_id: "ada".to_owned(),
                actor_name: "ada".to_owned(),
                message: None,
                created_at: after(seconds),
            };
            commits::insert(&mut db, &commit).await.unwrap();
        }

        for (seconds, revision) in [(9, None), (10, Some(1)), (19, Some(1)), (20, Some(3)), (99, Some(4))] {
            let found = history::revision_at(&mut db, &shop.id, after(seconds)).await.unwrap();
            assert_eq!(found, revision, "{seconds}");
        }
    })
    .await;
}

#[tokio::test]
async fn pruned_versions_say_from_where_on_states_are_complete() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let mut k = add_secret(&mut db, &shop, &root, "K", 2).await;
        for revision in 3..7 {
            change(&mut db, &shop, &mut k, "K", revision).await;
        }

        assert_eq!(secret_versions::prune(&mut db, &k.id, 0).await.unwrap(), None);
        assert_eq!(secret_versions::prune(&mut db, &k.id, 2).await.unwrap(), Some(4));
        assert_eq!(secret_versions::prune(&mut db, &k.id, 2).await.unwrap(), None);
        // The present version always stays.
        assert_eq!(secret_versions::prune(&mut db, &k.id, 99).await.unwrap(), Some(6));
        let kept = secret_versions::list(&mut db, &k.id, 0, 10).await.unwrap();
        assert_eq!(names(&kept), [("K", 5)]);
    })
    .await;
}

#[tokio::test]
async fn a_horizon_only_rises() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, other) = (project(&mut db, "shop").await, project(&mut db, "other").await);
        let (one, two) = (FolderId::new("one"), FolderId::new("two"));
        assert_eq!(history_horizons::of_folder(&mut db, &shop, &one).await.unwrap(), 0);
        for revision in [3, 7, 5] {
            history_horizons::raise(&mut db, &shop, &one, revision).await.unwrap();
        }

        assert_eq!(history_horizons::of_folder(&mut db, &shop, &one).await.unwrap(), 7);
        assert_eq!(history_horizons::of_folder(&mut db, &shop, &two).await.unwrap(), 0);
        assert_eq!(history_horizons::of_project(&mut db, &shop).await.unwrap(), 0);
        let all = history_horizons::list(&mut db, &shop).await.unwrap();
        assert_eq!((all.len(), all[0].place_id.as_str(), all[0].revision), (1, "one", 7));
        assert_eq!(history_horizons::list(&mut db, &other).await.unwrap(), []);

        history_horizons::raise(&mut db, &shop, &FolderId::new(shop.as_str()), 9).await.unwrap();
        assert_eq!(history_horizons::of_folder(&mut db, &shop, &two).await.unwrap(), 9);
        assert_eq!(history_horizons::of_project(&mut db, &shop).await.unwrap(), 9);
    })
    .await;
}

#[tokio::test]
async fn versions_are_listed_newest_first_in_pages() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = shop(&mut db).await;
        let root = add_folder(&mut db, &shop, "/", 1).await;
        let mut k = add_secret(&mut db, &shop, &root, "K", 2).await;
        for revision in 3..6 {
            change(&mut db, &shop, &mut k, "K", revision).await;
        }

        for (offset, limit, expected) in
            [(0, 10, &[4, 3, 2, 1][..]), (1, 2, &[3, 2]), (4, 2, &[]), (0, 0, &[])]
        {
            let page = secret_versions::list(&mut db, &k.id, offset, limit).await.unwrap();
            let versions: Vec<i64> = page.iter().map(|row| row.secret.version).collect();
            assert_eq!(versions, expected, "{offset} {limit}");
        }
    })
    .await;
}
