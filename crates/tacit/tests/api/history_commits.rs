//! The commit log of a folder, comparing, going back, taking a commit back.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, each_engine},
    harness_secrets::TestProject,
};

impl TestProject<'_> {
    /// The commits of a folder of `dev`, newest first.
    async fn commits(&self, query: &str) -> Vec<Value> {
        self.read(&format!("/api/v1/pit/commits?{query}")).await["commits"].as_array().unwrap().clone()
    }

    /// The id of the commit that made a revision.
    pub async fn commit(&self, revision: i64) -> String {
        let id = tacit_core::id::ProjectId::new(self.id.as_str());
        let mut db = self.server.app.database.read().await.unwrap();
        let found = tacit_store::commit_log::find_by_revision(&mut db, &id, revision).await.unwrap().unwrap();
        found.id.to_string()
    }

    /// Goes back in `dev` to what was after a revision.
    async fn rollback(&self, revision: i64, body: Value) -> Answer {
        let path = format!("/api/v1/pit/commits/{}/rollback", self.commit(revision).await);
        self.call("POST", &path, body).await
    }

    async fn revert(&self, revision: i64) -> Answer {
        let path = format!("/api/v1/pit/commits/{}/revert", self.commit(revision).await);
        self.call("POST", &path, json!({ "message": "oops" })).await
    }

    /// All there is in `dev`: `path:name=value`, and the paths of folders.
    pub async fn everything(&self) -> Vec<String> {
        let list = self.read("/api/v4/secrets?recursive=true").await;
        let text = |secret: &'_ Value, field: &str| secret[field].as_str().unwrap().to_owned();
        let line = |secret: &Value| {
            format!(
                "{}:{}={}",
                text(secret, "secretPath"),
                text(secret, "secretKey"),
                text(secret, "secretValue")
            )
        };
        let mut lines: Vec<String> = list["secrets"].as_array().unwrap().iter().map(line).collect();
        let folders = self.read("/api/v2/folders?recursive=true").await;
        lines.extend(folders["folders"].as_array().unwrap().iter().map(|folder| text(folder, "path")));
        lines
    }
}

fn change_names(commit: &Value) -> Vec<String> {
    let name = |change: &Value| {
        format!("{} {}", change["changeType"].as_str().unwrap(), change["name"].as_str().unwrap())
    };
    commit["changes"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn the_commits_that_touched_a_folder_are_listed_in_pages() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        project.folder("/", "app").await;
        project.secret_in("/app", "A").await;
        project.change("FOO", "v2").await;

        let commits = project.commits("path=/").await;
        assert_eq!(
            commits.iter().flat_map(change_names).collect::<Vec<_>>(),
            ["update FOO", "create app", "create FOO"]
        );
        let root = project.root().await;
        for commit in &commits {
            assert_eq!(commit["folderId"], root.as_str());
            assert_eq!(commit["actorType"], "identity");
            assert!(
                commit["createdAt"].is_string() && commit["id"].is_string() && commit["commitId"].is_string()
            );
        }
        let app = project.commits("path=/app").await;
        assert_eq!(app.iter().flat_map(change_names).collect::<Vec<_>>(), ["create A"]);

        let page = project.read("/api/v1/pit/commits?offset=1&limit=1&sort=asc").await;
        assert_eq!((&page["total"], &page["hasMore"]), (&json!(3), &json!(true)));
        assert_eq!(change_names(&page["commits"][0]), ["create app"]);
        let count = project.read("/api/v1/pit/commits/count?path=/").await;
        assert_eq!(count, json!({ "count": 3, "folderId": root.as_str() }));
        assert_eq!(project.commits("search=no%20such%20words").await, [Value::Null; 0]);
        for (query, status) in [
            ("path=/nope", 404),
            ("limit=x", 422),
            ("offset=-1", 422),
            ("sort=up", 422),
            ("environment=qa", 404),
        ] {
            assert_eq!(project.status(&format!("/api/v1/pit/commits?{query}")).await, status, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_commit_shows_what_was_before_and_after() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        project
            .ok("PATCH", "/api/v4/secrets/FOO", json!({ "secretValue": "v2", "newSecretName": "BAR" }))
            .await;
        let path = format!("/api/v1/pit/commits/{}/changes", project.commit(project.now().await).await);

        let body = project.read(&path).await;
        let change = &body["changes"]["changes"][0];
        assert_eq!((&body["total"], &change["changeType"]), (&json!(1), &json!("update")));
        assert_eq!((&change["versionBefore"], &change["versionAfter"]), (&json!(1), &json!(2)));
        for (side, name, value) in [("before", "FOO", "v1"), ("after", "BAR", "v2")] {
            assert_eq!(
                (&change[side]["secretKey"], &change[side]["secretValue"]),
                (&json!(name), &json!(value))
            );
        }
        let hidden = project.call("GET", &format!("{path}?viewSecretValue=false"), Value::Null).await;
        assert!(hidden.status == 200 && !hidden.text.contains("\"v1\"") && !hidden.text.contains("\"v2\""));
        let folder = project.read(&format!("{path}?folderId=nope")).await;
        assert_eq!(folder["changes"]["changes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn two_points_are_compared() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("GONE", "g").await;
        project.secret("SAME", "s").await;
        project.secret("FOO", "v1").await;
        let early = project.now().await;
        project.change("FOO", "v2").await;
        project.ok("DELETE", "/api/v4/secrets/GONE", json!({})).await;
        project.change("SAME", "other").await;
        project.change("SAME", "s").await;
        let middle = project.now().await;
        project.folder("/", "app").await;
        project.secret_in("/app", "NEW").await;

        let base = format!("/api/v1/pit/commits/{}/compare", project.commit(early).await);
        let summary = |body: &Value| {
            let line = |change: &Value| {
                format!("{} {}", change["changeType"].as_str().unwrap(), change["name"].as_str().unwrap())
            };
            body["changes"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
        };
        let now = project.read(&format!("{base}?recursive=true")).await;
        assert_eq!(summary(&now), ["update FOO", "delete GONE", "create NEW"]);
        assert_eq!(now["folders"][0]["pathAfter"], "/app");
        assert_eq!((&now["fromRevision"], &now["toRevision"]), (&json!(early), &json!(project.now().await)));
        assert_eq!(now["changes"][0]["before"]["secretValue"], "v1");
        let shallow = project.read(&base).await;
        assert_eq!(summary(&shallow), ["update FOO", "delete GONE"]);
        let then = project.read(&format!("{base}?to={middle}&recursive=true")).await;
        assert_eq!(summary(&then), ["update FOO", "delete GONE"]);
        assert_eq!(then["folders"], json!([]));
        assert_eq!(summary(&project.read(&format!("{base}?to={early}")).await), [""; 0]);
        let hidden = project.call("GET", &format!("{base}?viewSecretValue=false"), Value::Null).await;
        assert!(!hidden.text.contains("\"v1\""), "{}", hidden.text);
    })
    .await;
}

#[tokio::test]
async fn a_folder_goes_back_alone_or_with_all_below() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        project.secret("GONE", "g").await;
        project.folder("/", "app").await;
        project.folder("/app", "old").await;
        project.secret_in("/app/old", "DEEP").await;
        let (early, before) = (project.now().await, project.everything().await);
        project
            .ok("PATCH", "/api/v4/secrets/FOO", json!({ "secretValue": "v2", "newSecretName": "BAR" }))
            .await;
        project.ok("DELETE", "/api/v4/secrets/GONE", json!({})).await;
        project.secret("FOO", "another").await;
        project.ok("DELETE", "/api/v2/folders/old", json!({ "path": "/app" })).await;
        project.ok("PATCH", "/api/v2/folders/app", json!({ "path": "/", "name": "api" })).await;
        project.folder("/api", "new").await;
        project.secret_in("/api/new", "LATER").await;

        let answer = project.rollback(early, json!({ "path": "/", "message": "back" })).await;
        assert_eq!((answer.status, &answer.body["secretChangesCount"]), (200, &json!(3)), "{}", answer.text);
        let secrets: Vec<String> =
            project.everything().await.into_iter().filter(|line| line.starts_with("/:")).collect();
        assert_eq!(secrets, ["/:FOO=v1", "/:GONE=g"]);
        assert!(project.everything().await.contains(&"/api/new:LATER=x".to_owned()), "folders below stay");

        let answer = project.rollback(early, json!({ "path": "/", "deepRollback": true })).await;
        assert_eq!((answer.status, &answer.body["folderChangesCount"]), (200, &json!(3)), "{}", answer.text);
        assert_eq!(project.everything().await, before);
        let revision = project.revision().await;
        let again = project.rollback(early, json!({ "path": "/", "deepRollback": true })).await;
        assert_eq!((again.status, &again.body["commitId"]), (200, &Value::Null));
        assert_eq!(project.revision().await, revision, "what changes nothing is no commit");
        assert_eq!(project.commits("search=BACK").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_whole_project_goes_back_and_environments_made_later_stay() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "v1").await;
        let early = project.now().await;
        project.change("FOO", "v2").await;
        for environment in ["prod", "qa"] {
            if environment == "qa" {
                let path = format!("/api/v1/projects/{}/environments", project.id);
                owner.ok("POST", &path, Some(json!({ "name": "QA", "slug": "qa" }))).await;
            }
            let body = json!({ "environment": environment, "secretValue": "x" });
            project.ok("POST", "/api/v4/secrets/LATER", body).await;
        }

        let answer = project.rollback(early, json!({ "environment": "", "wholeProject": true })).await;
        assert_eq!((answer.status, &answer.body["totalChanges"]), (200, &json!(2)), "{}", answer.text);
        assert_eq!(project.read("/api/v4/secrets/FOO").await["secret"]["secretValue"], "v1");
        assert_eq!(project.status("/api/v4/secrets/LATER?environment=prod").await, 404);
        assert_eq!(project.status("/api/v4/secrets/LATER?environment=qa").await, 200);
    })
    .await;
}

#[tokio::test]
async fn imports_go_back_with_their_folder() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for name in ["one", "two", "three"] {
            project.folder("/", name).await;
        }
        let import = async |path: &str| {
            let body = json!({ "path": "/", "import": { "environment": "dev", "path": path } });
            project.ok("POST", "/api/v2/secret-imports", body).await["secretImport"]["id"].clone()
        };
        let sources = async || {
            let list = project.read("/api/v2/secret-imports?path=/").await;
            let all = list["secretImports"].as_array().unwrap().clone();
            all.iter().map(|one| (one["id"].clone(), one["importPath"].clone())).collect::<Vec<_>>()
        };
        let one = import("/one").await;
        import("/two").await;
        let (early, before) = (project.now().await, sources().await);
        let path = format!("/api/v2/secret-imports/{}", one.as_str().unwrap());
        project.ok("DELETE", &path, json!({ "path": "/" })).await;
        import("/three").await;
        assert_ne!(sources().await, before);

        let compare = format!("/api/v1/pit/commits/{}/compare", project.commit(early).await);
        let imports = project.read(&compare).await["imports"].as_array().unwrap().clone();
        let side = |side: &str| {
            let mut paths: Vec<_> =
                imports.iter().filter_map(|one| one[side]["importPath"].as_str()).collect();
            paths.sort_unstable();
            paths.join(" ")
        };
        assert_eq!((side("before"), side("after")), ("/one /two".to_owned(), "/three /two".to_owned()));
        let later = project.now().await;
        assert_eq!(project.revert(later - 1).await.status, 409, "the imports were changed again since");
        assert_eq!(project.revert(later).await.status, 200);
        let answer = project.rollback(early, json!({ "path": "/" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.body["importChangesCount"].as_i64().unwrap() >= 1, "{}", answer.text);
        assert_eq!(sources().await, before);
        let again = project.rollback(early, json!({ "path": "/", "deepRollback": true })).await;
        assert_eq!((again.status, &again.body["commitId"]), (200, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn swapped_names_go_back_and_taken_ones_are_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("A", "a").await;
        project.secret("B", "b").await;
        let early = project.now().await;
        for (from, to) in [("A", "C"), ("B", "A"), ("C", "B")] {
            project.ok("PATCH", &format!("/api/v4/secrets/{from}"), json!({ "newSecretName": to })).await;
        }
        assert_eq!(project.everything().await, ["/:A=b", "/:B=a"]);

        let answer = project.rollback(early, json!({ "path": "/" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(project.everything().await, ["/:A=a", "/:B=b"]);

        project.ok("DELETE", "/api/v4/secrets/A", json!({})).await;
        let deleted = project.now().await;
        project.secret("A", "other").await;
        let revision = project.revision().await;
        assert_eq!(project.revert(deleted).await.status, 400);
        assert_eq!(project.revision().await, revision);
        assert_eq!(project.everything().await, ["/:A=other", "/:B=b"]);
    })
    .await;
}

#[tokio::test]
async fn one_commit_is_taken_back_whatever_came_after_it_elsewhere() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.keep_versions(100).await;
        project.folder("/", "app").await;
        project.secret_in("/app", "A").await;
        project.secret("FOO", "v1").await;
        let before = project.everything().await;
        let writes: [(&str, &str, Value); 6] = [
            ("PATCH", "/api/v4/secrets/FOO", json!({ "secretValue": "v2" })),
            ("DELETE", "/api/v4/secrets/FOO", json!({})),
            ("POST", "/api/v4/secrets/NEW", json!({ "secretValue": "n" })),
            ("POST", "/api/v2/folders", json!({ "path": "/deep/er", "name": "est" })),
            ("PATCH", "/api/v2/folders/app", json!({ "path": "/", "name": "api" })),
            ("DELETE", "/api/v2/folders/app", json!({ "path": "/" })),
        ];
        for (method, path, body) in writes {
            project.ok(method, path, body).await;
            let revision = project.now().await;
            project.secret("ELSEWHERE", "e").await;
            project.ok("DELETE", "/api/v4/secrets/ELSEWHERE", json!({})).await;

            let answer = project.revert(revision).await;
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
            assert_eq!(project.everything().await, before, "{method} {path}");
            // It has been taken back; taking it back once more would undo something else.
            assert_eq!(project.revert(revision).await.status, 409, "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_commit_is_not_taken_back_over_later_changes() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        let folder = project.now().await;
        project.secret_in("/app", "A").await;
        project.secret("FOO", "v1").await;
        let made = project.now().await;
        project.change("FOO", "v2").await;

        assert_eq!(project.revert(made).await.status, 409);
        let answer = project.revert(folder).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        project.tag("one").await;
        assert_eq!(project.revert(project.now().await).await.status, 400, "tags are not taken back");
        assert_eq!(project.everything().await, ["/app:A=x", "/:FOO=v2", "/app"]);
    })
    .await;
}

#[tokio::test]
async fn going_back_behind_what_is_kept_is_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.keep_versions(1).await;
        project.secret("FOO", "v1").await;
        let early = project.now().await;
        project.change("FOO", "v2").await;

        for body in [
            json!({ "path": "/" }),
            json!({ "path": "/", "deepRollback": true }),
            json!({ "wholeProject": true }),
        ] {
            let answer = project.rollback(early, body).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.text.contains("no longer kept"), "{}", answer.text);
        }
        assert_eq!(project.revert(early + 1).await.status, 400);
        let compare = format!("/api/v1/pit/commits/{}/compare", project.commit(early).await);
        assert_eq!(project.status(&compare).await, 400);
        assert_eq!(project.read("/api/v4/secrets/FOO").await["secret"]["secretValue"], "v2");
    })
    .await;
}

#[tokio::test]
async fn the_log_is_for_readers_and_going_back_for_writers() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "canary-1").await;
        let (early, commit) = (project.now().await, project.commit(project.now().await).await);
        project.change("FOO", "canary-2").await;
        let base = format!("/api/v1/pit/commits/{commit}");
        for (role, reads, writes) in [("no-access", 403, 403), ("viewer", 200, 403), ("member", 200, 200)] {
            let token = project.machine(role).await;
            for path in [
                "/api/v1/pit/commits",
                "/api/v1/pit/commits/count",
                &format!("{base}/changes"),
                &format!("{base}/compare"),
            ] {
                let answer = project.call_as(&token, "GET", path, Value::Null).await;
                assert_eq!(answer.status, reads, "{role} {path}: {}", answer.text);
                assert!(reads == 200 || !answer.text.contains("canary"), "{role} {path}");
            }
            for (path, body) in [("rollback", json!({ "path": "/" })), ("revert", json!({}))] {
                let current = if path == "revert" { project.commit(early + 1).await } else { commit.clone() };
                let path = format!("/api/v1/pit/commits/{current}/{path}");
                if role == "member" && path.ends_with("revert") {
                    project.change("FOO", "canary-2").await;
                    continue;
                }
                let answer = project.call_as(&token, "POST", &path, body).await;
                assert_eq!(answer.status, writes, "{role} {path}: {}", answer.text);
            }
        }
        for path in ["changes", "compare"] {
            assert_eq!(project.status(&format!("/api/v1/pit/commits/nope/{path}")).await, 404);
        }
        let answer = project.call("POST", &format!("{base}/rollback"), json!({ "environment": "" })).await;
        assert_eq!(answer.status, 422, "it must be said what goes back");
    })
    .await;
}
