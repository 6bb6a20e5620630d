//! What is decided before a commit must still hold in it.

use std::net::Ipv4Addr;

use serde_json::json;
use tacit::app::{
    Client, Error,
    access::{ProjectAccess, ProjectName},
    authentication::authenticate,
    commit::Commit,
};
use tacit_store::project_memberships;

use crate::harness::each_engine;

#[tokio::test]
async fn a_commit_is_refused_if_the_roles_of_its_caller_changed_while_it_waited() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let (_, token) = admin.member(&project, "member").await;
        let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "".into() };
        let caller = authenticate(&server.app, &token, client).await.unwrap();

        let result = server
            .app
            .write(move |work| {
                Box::pin(async move {
                    let (name, now) = (ProjectName::Id(project), work.app.now());
                    let access = ProjectAccess::enter(&mut work.db, &caller, &name, now).await?;
                    let membership = &access.grants[0].membership_id;
                    project_memberships::clear_roles(&mut work.db, membership, now).await?;
                    Commit::open(work, &caller, &access).await.map(drop)
                })
            })
            .await;

        assert!(matches!(result, Err(Error::Conflict(_))), "{result:?}");
    })
    .await;
}

#[tokio::test]
async fn the_log_says_where_a_thing_was_also_after_its_folder_is_gone() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.folder("/", "app").await;
        project.folder("/app", "web").await;
        project.secret_in("/app/web", "FOO").await;
        project.ok("DELETE", "/api/v1/folders/app", json!({ "path": "/" })).await;

        let mut changes = project.newest_changes().await;
        changes.sort_by(|one, other| one.name.cmp(&other.name));
        let places: Vec<_> = changes
            .iter()
            .map(|change| {
                (change.name.as_str(), change.environment_slug.as_deref(), change.folder_path.as_deref())
            })
            .collect();
        let dev = Some("dev");
        let wanted = [("FOO", dev, Some("/app/web")), ("app", dev, Some("/")), ("web", dev, Some("/app"))];
        assert_eq!(places, wanted);
    })
    .await;
}
