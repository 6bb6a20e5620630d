//! The versions of a secret: listing them, reading an old value, going back to one.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

impl TestProject<'_> {
    /// Gives a secret in the root of `dev` another value.
    pub async fn change(&self, name: &str, value: &str) {
        self.ok("PATCH", &format!("/api/v4/secrets/{name}"), json!({ "secretValue": value })).await;
    }

    /// The versions of a secret as the owner, a user, sees them.
    async fn versions(&self, secret: &Value, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/secret/{}/secret-versions?{query}", secret["id"].as_str().unwrap());
        self.owner.ok("GET", &path, None).await["secretVersions"].as_array().unwrap().clone()
    }
}

fn values(versions: &[Value]) -> Vec<(i64, &str)> {
    let pair = |version: &'_ Value| version["version"].as_i64().unwrap();
    versions.iter().map(|version| (pair(version), version["secretValue"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn versions_are_listed_newest_first_in_pages() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let foo = project.secret("FOO", "v1").await;
        for value in ["v2", "v3", "v4"] {
            project.change("FOO", value).await;
        }

        let all = project.versions(&foo, "offset=0&limit=10").await;
        assert_eq!(values(&all), [(4, "v4"), (3, "v3"), (2, "v2"), (1, "v1")]);
        assert!(all.iter().all(|version| version["secretId"] == foo["id"] && version["id"] != foo["id"]));
        assert_eq!(values(&project.versions(&foo, "offset=1&limit=2").await), [(3, "v3"), (2, "v2")]);
        let path = format!("/api/v1/secret/{}/secret-versions", foo["id"].as_str().unwrap());
        for query in ["", "?offset=0", "?limit=1", "?offset=-1&limit=1", "?offset=0&limit=x"] {
            let answer = owner.call("GET", &format!("{path}{query}"), None).await;
            assert_eq!(answer.status, 422, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_value_of_one_version_is_read_by_its_id() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let foo = project.secret("FOO", "v1").await;
        project.change("FOO", "v2").await;

        for version in project.versions(&foo, "offset=0&limit=10").await {
            let path = format!("/api/v1/dashboard/secret-versions/{}/value", version["id"].as_str().unwrap());
            assert_eq!(project.read(&path).await["value"], version["secretValue"]);
        }
        for id in ["nope", "nope-v1", &format!("{}-v9", foo["id"].as_str().unwrap())] {
            let path = format!("/api/v1/dashboard/secret-versions/{id}/value");
            assert_eq!(project.status(&path).await, 404, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn history_is_for_those_who_may_read_it() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let foo = project.secret("FOO", "canary").await;
        let id = foo["id"].as_str().unwrap();
        let value = format!("/api/v1/dashboard/secret-versions/{id}-v1/value");
        let restore = format!("/api/ui/v1/secret-versions/{id}-v1/restore");
        for (role, reads, restores) in [("viewer", 200, 403), ("no-access", 403, 403), ("member", 200, 200)] {
            let token = project.machine(role).await;
            let answer = project.call_as(&token, "GET", &value, Value::Null).await;
            assert_eq!(answer.status, reads, "{role}");
            assert_eq!(answer.text.contains("canary"), reads == 200, "{role}");
            let answer = project.call_as(&token, "POST", &restore, json!({})).await;
            assert_eq!(answer.status, restores, "{role}: {}", answer.text);
        }
        let outsider = project.outsider().await;
        assert_eq!(project.call_as(&outsider, "GET", &value, Value::Null).await.status, 403);
        let list = format!("/api/v1/secret/{id}/secret-versions?offset=0&limit=1");
        assert_eq!(project.call("GET", &list, Value::Null).await.status, 403, "users only");
    })
    .await;
}

#[tokio::test]
async fn a_version_restored_is_a_new_version_with_all_it_had() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, two) = (project.tag("one").await, project.tag("two").await);
        let body = json!({
            "secretValue": "v1", "secretComment": "first", "tagIds": [one, two],
            "secretMetadata": [{ "key": "k", "value": "m" }], "skipMultilineEncoding": true,
        });
        let foo = project.ok("POST", "/api/v4/secrets/FOO", body).await["secret"].clone();
        let body = json!({
            "secretValue": "v2", "secretComment": "", "tagIds": [], "secretMetadata": [],
            "newSecretName": "BAR", "skipMultilineEncoding": false,
        });
        project.ok("PATCH", "/api/v4/secrets/FOO", body).await;
        let path = format!("/api/v1/workspace/{}/tags/{two}", project.id);
        owner.ok("DELETE", &path, None).await;

        let path = format!("/api/ui/v1/secret-versions/{}-v1/restore", foo["id"].as_str().unwrap());
        let restored = project.ok("POST", &path, json!({ "message": "wrong value" })).await["secret"].clone();

        assert_eq!((&restored["id"], &restored["version"]), (&foo["id"], &json!(3)));
        for field in ["secretKey", "secretValue", "secretComment", "secretMetadata", "skipMultilineEncoding"]
        {
            assert_eq!(restored[field], foo[field], "{field}");
        }
        assert_eq!(restored["tags"].as_array().unwrap().len(), 1, "a deleted tag does not come back");
        assert_eq!(project.status("/api/v4/secrets/BAR").await, 404);
        assert_eq!(project.newest_changes().await[0].version_after, Some(3));
        // Once more changes nothing.
        let revision = project.revision().await;
        project.ok("POST", &path, json!({})).await;
        assert_eq!(project.revision().await, revision);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_secret_comes_back_under_its_id_unless_its_name_is_taken() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let foo = project.secret("FOO", "v1").await;
        project.ok("DELETE", "/api/v4/secrets/FOO", json!({})).await;
        let id = foo["id"].as_str().unwrap();
        assert_eq!(values(&project.versions(&foo, "offset=0&limit=9").await), [(1, "v1")]);
        let path = format!("/api/ui/v1/secret-versions/{id}-v1/restore");

        project.secret("FOO", "other").await;
        assert_eq!(project.call("POST", &path, json!({})).await.status, 400);
        project.ok("DELETE", "/api/v4/secrets/FOO", json!({})).await;
        let restored = project.ok("POST", &path, json!({})).await["secret"].clone();

        assert_eq!((restored["id"].as_str(), &restored["version"]), (Some(id), &json!(2)));
        assert_eq!(restored["createdAt"], foo["createdAt"]);
        let read = project.read(&format!("/api/v4/secrets/id/{id}")).await["secret"].clone();
        assert_eq!(read["secretValue"], "v1");
        assert_eq!(project.row("FOO").await.version, 2);
    })
    .await;
}

#[tokio::test]
async fn at_most_as_many_versions_are_kept_as_the_project_says() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let foo = project.secret("FOO", "v1").await;
        for number in 2..=12 {
            project.change("FOO", &format!("v{number}")).await;
        }

        let kept = project.versions(&foo, "offset=0&limit=100").await;
        assert_eq!(kept.len(), 10);
        assert_eq!(kept[9]["version"], 3);
        assert_eq!(project.status("/api/v4/secrets/FOO?version=2").await, 404);
        // A lower limit holds from the next write on.
        project.keep_versions(2).await;
        assert_eq!(project.versions(&foo, "offset=0&limit=100").await.len(), 10);
        project.change("FOO", "v13").await;
        assert_eq!(values(&project.versions(&foo, "offset=0&limit=100").await), [(13, "v13"), (12, "v12")]);
    })
    .await;
}
