//! Reading the commit log, on both engines.

use tacit_core::id::{CommitId, FolderId, OrganizationId, ProjectId};
use tacit_store::{
    Connection,
    commit_log::{self, Page},
    commits::{self, CommitChangeRow, CommitRow},
};

use crate::{engines::each_engine, fixtures::after, fixtures_projects::project};

const ALL: Page<'_> = Page { search: "", is_ascending: false, offset: 0, limit: 100 };

/// Adds a commit that changes a secret in each of `folders`.
async fn commit(
    db: &mut Connection,
    project: &ProjectId,
    revision: i64,
    folders: &[&str],
    text: (&str, Option<&str>),
) {
    let row = CommitRow {
        id: CommitId::new(format!("{project} {revision}")),
        project_id: project.clone(),
        revision,
        actor_type: "user".to_owned(),
        actor_id: "u".to_owned(),
        actor_name: text.0.to_owned(),
        message: text.1.map(str::to_owned),
        created_at: after(revision),
    };
    commits::insert(db, &row).await.unwrap();
    for (position, folder) in (0..).zip(folders) {
        let change = CommitChangeRow {
            commit_id: row.id.clone(),
            position,
            revision,
            resource_type: "secret".to_owned(),
            resource_id: "s".to_owned(),
            folder_id: Some(FolderId::new(*folder)),
            name: "K".to_owned(),
            version_before: None,
            version_after: Some(1),
            environment_slug: None,
            folder_path: None,
            owner_user_id: String::new(),
        };
        commits::insert_change(db, &change).await.unwrap();
    }
}

async fn log(db: &mut Connection) -> ProjectId {
    let shop = project(db, "shop").await;
    commit(db, &shop, 1, &["a", "a"], ("ada", None)).await;
    commit(db, &shop, 2, &["b"], ("ada", Some("for b"))).await;
    commit(db, &shop, 3, &["a", "b", "a"], ("Bob", Some("Rotate 100%_of\\it"))).await;
    commit(db, &shop, 4, &[], ("ada", None)).await;
    commit(db, &shop, 5, &["a"], ("ada", Some("rotate again"))).await;
    shop
}

async fn revisions(db: &mut Connection, project: &ProjectId, folder: &str, page: Page<'_>) -> Vec<i64> {
    let found = commit_log::of_folder(db, project, &FolderId::new(folder), "", page).await.unwrap();
    found.iter().map(|commit| commit.revision).collect()
}

#[tokio::test]
async fn the_commits_of_a_folder_come_once_each_in_pages() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = log(&mut db).await;

        assert_eq!(revisions(&mut db, &shop, "a", ALL).await, [5, 3, 1]);
        assert_eq!(revisions(&mut db, &shop, "a", Page { is_ascending: true, ..ALL }).await, [1, 3, 5]);
        assert_eq!(revisions(&mut db, &shop, "a", Page { offset: 1, limit: 1, ..ALL }).await, [3]);
        assert_eq!(revisions(&mut db, &shop, "c", ALL).await, [0; 0]);
        for (folder, count) in [("a", 3), ("b", 2), ("c", 0)] {
            let counted = commit_log::count_of_folder(&mut db, &shop, &FolderId::new(folder), "", "").await;
            assert_eq!(counted.unwrap(), count, "{folder}");
        }
    })
    .await;
}

#[tokio::test]
async fn commits_are_found_by_message_and_by_who_made_them() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = log(&mut db).await;

        for (search, expected) in [
            ("ROTATE", vec![5, 3]),
            ("bob", vec![3]),
            ("100%_of\\", vec![3]),
            ("%", vec![3]),
            ("_", vec![3]),
            ("\\", vec![3]),
            ("none", vec![]),
        ] {
            assert_eq!(revisions(&mut db, &shop, "a", Page { search, ..ALL }).await, expected, "{search}");
            let count =
                commit_log::count_of_folder(&mut db, &shop, &FolderId::new("a"), "", search).await.unwrap();
            assert_eq!(usize::try_from(count).unwrap(), expected.len(), "{search}");
        }
        let page = Page { search: "rotate", is_ascending: true, offset: 1, limit: 9 };
        assert_eq!(revisions(&mut db, &shop, "a", page).await, [5]);
    })
    .await;
}

#[tokio::test]
async fn a_commit_is_found_by_id_and_by_revision_in_its_project() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, other) = (log(&mut db).await, project(&mut db, "other").await);
        let id = CommitId::new("shop 3");

        let found = commit_log::find(&mut db, &shop, &id).await.unwrap();
        assert_eq!(found.as_ref().map(|commit| commit.revision), Some(3));
        let [own, foreign] =
            ["shop", "other"].map(|name| OrganizationId::new(format!("organization of {name}")));
        assert_eq!(commit_log::find_in_organization(&mut db, &own, &id).await.unwrap(), found);
        assert_eq!(commit_log::find_in_organization(&mut db, &foreign, &id).await.unwrap(), None);
        assert_eq!(commit_log::find_by_revision(&mut db, &shop, 3).await.unwrap(), found);
        assert_eq!(commit_log::find(&mut db, &other, &id).await.unwrap(), None);
        assert_eq!(commit_log::find_by_revision(&mut db, &other, 3).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn changes_come_in_order_in_pages_and_by_folder() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        log(&mut db).await;
        let (id, a) = (CommitId::new("shop 3"), FolderId::new("a"));

        for (folder, offset, limit, expected) in [
            (None, 0, 9, vec![0, 1, 2]),
            (None, 1, 1, vec![1]),
            (Some(&a), 0, 9, vec![0, 2]),
            (Some(&a), 1, 9, vec![2]),
        ] {
            let changes = commit_log::changes(&mut db, &id, folder, "", (offset, limit)).await.unwrap();
            let positions: Vec<i64> = changes.iter().map(|change| change.position).collect();
            assert_eq!(positions, expected);
        }
        assert_eq!(commit_log::count_changes(&mut db, &id, None, "").await.unwrap(), 3);
        assert_eq!(commit_log::count_changes(&mut db, &id, Some(&a), "").await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_a_commit_changed_of_personal_overrides_is_for_their_owner() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = log(&mut db).await;
        let (id, a) = (CommitId::new("shop 4"), FolderId::new("a"));
        let change = CommitChangeRow {
            commit_id: id.clone(),
            position: 0,
            revision: 4,
            resource_type: "secret".to_owned(),
            resource_id: "own".to_owned(),
            folder_id: Some(a.clone()),
            name: "K".to_owned(),
            version_before: None,
            version_after: Some(1),
            environment_slug: None,
            folder_path: None,
            owner_user_id: "ada".to_owned(),
        };
        commits::insert_change(&mut db, &change).await.unwrap();

        for (reader, expected, count) in [("", 3, 0), ("bob", 3, 0), ("ada", 4, 1)] {
            let found = commit_log::of_folder(&mut db, &shop, &a, reader, ALL).await.unwrap();
            assert_eq!(found.len(), expected, "{reader}");
            let by_name = Page { search: "a", ..ALL };
            let found = commit_log::of_folder(&mut db, &shop, &a, reader, by_name).await.unwrap();
            assert_eq!(found.len(), expected, "{reader}");
            for search in ["", "a"] {
                let counted = commit_log::count_of_folder(&mut db, &shop, &a, reader, search).await.unwrap();
                assert_eq!(usize::try_from(counted).unwrap(), expected, "{reader}");
            }
            assert_eq!(commit_log::count_changes(&mut db, &id, None, reader).await.unwrap(), count);
            let changes = commit_log::changes(&mut db, &id, None, reader, (0, 9)).await.unwrap();
            assert_eq!(i64::try_from(changes.len()).unwrap(), count, "{reader}");
        }
    })
    .await;
}
