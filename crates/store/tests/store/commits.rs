use tacit_core::id::ProjectId;
use tacit_store::{
    Connection,
    commits::{self, CommitChangeRow, CommitRow},
};

use crate::{engines::each_engine, fixtures::START, fixtures_projects::project};

async fn add_commit(db: &mut Connection, project: &ProjectId, revision: i64, names: &[&str]) {
    let id: tacit_core::id::CommitId = format!("{project} {revision}").into();
    let commit = CommitRow {
        id: id.clone(),
        project_id: project.clone(),
        revision,
        actor_type: "user".to_owned(),
        actor_id: "ada".to_owned(),
        actor_name: "ada".to_owned(),
        message: None,
        created_at: START,
    };
    commits::insert(db, &commit).await.unwrap();
    for (position, name) in (0..).zip(names) {
        let change = CommitChangeRow {
            commit_id: id.clone(),
            position,
            revision,
            resource_type: "secret".to_owned(),
            resource_id: (*name).to_owned(),
            folder_id: Some(tacit_core::id::FolderId::new("gone")),
            name: (*name).to_owned(),
            version_before: None,
            version_after: Some(1),
            environment_slug: Some("dev".to_owned()),
            folder_path: Some("/app".to_owned()),
            owner_user_id: String::new(),
        };
        commits::insert_change(db, &change).await.unwrap();
    }
}

async fn names(
    db: &mut Connection,
    project: &ProjectId,
    revision: i64,
    position: i64,
    limit: i64,
) -> Vec<String> {
    let rows = commits::changes_after(db, project, revision, position, limit).await.unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn the_log_is_read_from_any_change_on_in_its_order() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (shop, other) = (project(&mut db, "shop").await, project(&mut db, "other").await);
        add_commit(&mut db, &shop, 1, &["A"]).await;
        add_commit(&mut db, &other, 1, &["X"]).await;
        add_commit(&mut db, &shop, 2, &["B", "C", "D"]).await;
        add_commit(&mut db, &shop, 10, &["E"]).await;

        assert_eq!(names(&mut db, &shop, 0, i64::MAX, 9).await, ["A", "B", "C", "D", "E"]);
        assert_eq!(names(&mut db, &shop, 1, i64::MAX, 3).await, ["B", "C", "D"]);
        assert_eq!(names(&mut db, &shop, 2, 0, 9).await, ["C", "D", "E"]);
        assert_eq!(names(&mut db, &shop, 2, i64::MAX, 9).await, ["E"]);
        assert_eq!(names(&mut db, &shop, 10, i64::MAX, 9).await, [""; 0]);
        let first = commits::changes_after(&mut db, &shop, 0, i64::MAX, 1).await.unwrap().remove(0);
        assert_eq!(first.environment_slug.as_deref(), Some("dev"));
        assert_eq!(first.folder_path.as_deref(), Some("/app"));
    })
    .await;
}

#[tokio::test]
async fn the_oldest_commit_that_is_kept_is_known() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        assert_eq!(commits::oldest(&mut db, &shop).await.unwrap(), None);
        add_commit(&mut db, &shop, 3, &["A"]).await;
        add_commit(&mut db, &shop, 4, &["B"]).await;
        assert_eq!(commits::oldest(&mut db, &shop).await.unwrap(), Some(3));
    })
    .await;
}
