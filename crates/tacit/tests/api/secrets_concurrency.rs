//! Many writers at once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::each_engine;

const WRITERS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_one_secret_each_get_a_version_of_their_own_and_none_is_lost() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.keep_versions(100).await;
        project.secret("FOO", "start").await;
        let write = async |number: usize| {
            let body = json!({ "secretValue": format!("value {number}") });
            project.ok("PATCH", "/api/v4/secrets/FOO", body).await["secret"].clone()
        };

        let written = join_all((0..WRITERS).map(write)).await;

        let versions: BTreeSet<i64> =
            written.iter().map(|secret| secret["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (2..=33).collect());
        for secret in &written {
            let path = format!("/api/v4/secrets/FOO?version={}", secret["version"]);
            assert_eq!(project.read(&path).await["secret"]["secretValue"], secret["secretValue"]);
        }
        assert_eq!(project.revision().await, 33);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_creators_of_one_name_exactly_one_wins() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let create = async |number: usize| {
            let body = json!({ "secretValue": format!("value {number}") });
            let answer = project.call("POST", "/api/v4/secrets/FOO", body).await;
            (answer.status, answer.body["secret"]["secretValue"].clone())
        };

        let answers = join_all((0..WRITERS).map(create)).await;

        let winners: Vec<&Value> = answers.iter().filter(|a| a.0 == 200).map(|a| &a.1).collect();
        assert_eq!(winners.len(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.0, 200 | 400)), "{answers:?}");
        assert_eq!(&project.read("/api/v4/secrets/FOO").await["secret"]["secretValue"], winners[0]);
        assert_eq!(project.revision().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn creators_of_one_folder_all_get_the_same_one() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let create = async |_| project.folder("/a/b", "c").await["id"].clone();

        let ids = join_all((0..WRITERS).map(create)).await;

        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(project.revision().await, 1);
    })
    .await;
}
