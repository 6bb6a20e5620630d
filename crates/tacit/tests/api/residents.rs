//! Folders in memory: what was never asked before is answered without the database, and never out of date.

use serde_json::{Value, json};
use tacit_store::secrets::SecretRow;

use crate::{
    harness::{Answer, each_engine},
    harness_secrets::TestProject,
};

async fn get(project: &TestProject<'_>, token: &str, read: &str) -> Answer {
    project.call_as(token, "GET", read, Value::Null).await
}

/// Reads that take no more than the folder itself.
const READS: [&str; 8] = [
    "/api/v3/secrets/raw?tagSlugs=red,blue",
    "/api/v3/secrets/raw?viewSecretValue=false",
    "/api/v3/secrets/raw?metadataFilter=key%3Dk",
    "/api/v4/secrets",
    "/api/v3/secrets/raw/A",
    "/api/v3/secrets/raw/B?viewSecretValue=false",
    "/api/v4/secrets/A",
    "/api/v3/secrets/raw/B?include_imports=true",
];

/// Damages what is stored of a secret, behind the back of the server: whoever reads the row fails.
async fn damage(project: &TestProject<'_>, name: &str) {
    let row = project.row(name).await;
    project.overwrite(&SecretRow { comment_ciphertext: row.value_ciphertext.clone(), ..row }).await;
}

async fn fill(project: &TestProject<'_>) {
    let (red, green) = (project.tag("red").await, project.tag("green").await);
    for (name, tag) in [("A", &red), ("B", &green), ("C", &red)] {
        let body = json!({
            "secretValue": format!("value of {name}"), "secretComment": "\"quoted\"\n",
            "tagIds": [tag], "secretMetadata": [{ "key": "k", "value": name }],
        });
        project.ok("POST", &format!("/api/v3/secrets/raw/{name}"), body).await;
    }
}

#[tokio::test]
async fn a_question_about_a_listed_folder_reads_no_secret() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let (reader, reading) = (project.machine("viewer").await, server.without_memory().await);
        let url = |read: &str| {
            let separator = if read.contains('?') { '&' } else { '?' };
            format!("{read}{separator}workspaceId={}&environment=dev", project.id)
        };
        let mut read = Vec::new();
        for path in READS {
            read.push(reading.call("GET", &url(path), Some(&reader), None).await);
        }
        assert_eq!(get(&project, &reader, "/api/v3/secrets/raw").await.status, 200);
        for name in ["A", "B", "C"] {
            damage(&project, name).await;
        }

        for (path, read) in READS.iter().zip(&read) {
            let answer = get(&project, &reader, path).await;

            assert_eq!((answer.status, &answer.text), (200, &read.text), "{path}");
            assert_eq!(answer.headers["etag"], read.headers["etag"], "{path}");
        }
        assert_eq!(read[0].body["secrets"].as_array().unwrap().len(), 2);
        assert_eq!(get(&project, &reader, "/api/v3/secrets/raw?recursive=true").await.status, 500);
    })
    .await;
}

#[tokio::test]
async fn memory_shows_every_change_at_once() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let reader = project.machine("viewer").await;
        let list = "/api/v3/secrets/raw?tagSlugs=red";
        let another = "/api/v3/secrets/raw?tagSlugs=red,none";
        for round in 0..3 {
            get(&project, &reader, list).await;
            let body = json!({ "secretValue": format!("{round}") });
            project.ok("PATCH", "/api/v3/secrets/raw/A", body).await;
            for path in [another, list] {
                let answer = get(&project, &reader, path).await;
                assert_eq!(answer.body["secrets"][0]["secretValue"], json!(format!("{round}")));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_project_gets_nothing_from_memory() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        fill(&project).await;
        let (identity, reader) = owner.member(&project.id, "viewer").await;
        let first = get(&project, &reader, "/api/v3/secrets/raw").await;
        assert_eq!(first.status, 200);
        let membership = format!("/api/v1/projects/{}/identity-memberships/{identity}", project.id);
        owner.ok("DELETE", &membership, None).await;

        for path in READS {
            let answer = get(&project, &reader, path).await;
            assert_eq!(answer.status, 403);
            assert!(!answer.text.contains("value of"), "{}", answer.text);
        }
    })
    .await;
}
