//! Folders, in both generations.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const BASES: [&str; 2] = ["/api/v1/folders", "/api/v2/folders"];

fn check_shape(folder: &Value) {
    for name in ["id", "name", "createdAt", "updatedAt", "envId", "path"] {
        assert!(folder[name].is_string(), "{name} in {folder}");
    }
    assert!(folder["version"].is_i64() && folder["isReserved"] == false);
    for name in ["parentId", "description", "lastSecretModified"] {
        assert!(folder.get(name).is_some_and(|value| value.is_null() || value.is_string()), "{name}");
    }
}

async fn paths(project: &TestProject<'_>, query: &str) -> Vec<String> {
    let list = project.read(&format!("/api/v1/folders?{query}")).await;
    let path = |folder: &Value| folder["path"].as_str().unwrap().to_owned();
    list["folders"].as_array().unwrap().iter().map(path).collect()
}

#[tokio::test]
async fn a_folder_is_made_found_listed_renamed_and_deleted_in_both_generations() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for base in BASES {
            let project = owner.test_project().await;
            let body = json!({ "name": "app", "description": "  the app " });
            let made = project.ok("POST", base, body).await["folder"].clone();
            check_shape(&made);
            assert_eq!(
                (&made["name"], &made["path"], &made["version"]),
                (&json!("app"), &json!("/app"), &json!(1))
            );
            assert_eq!(made["description"], "the app");
            let path = format!("{base}/{}", made["id"].as_str().unwrap());

            let found = project.read(&path).await["folder"].clone();
            check_shape(&found);
            assert_eq!(found["projectId"], json!(project.id));
            assert_eq!(found["environment"]["envSlug"], "dev");
            assert_eq!(found["environment"]["envId"], made["envId"]);
            assert!(found["environment"]["envName"].is_string());
            let list = project.read(base).await;
            assert_eq!(list["folders"], json!([made]));

            server.clock.advance_seconds(5);
            let renamed =
                project.ok("PATCH", &path, json!({ "name": "web", "description": null })).await["folder"]
                    .clone();
            assert_eq!(
                (&renamed["id"], &renamed["path"], &renamed["version"]),
                (&made["id"], &json!("/web"), &json!(2))
            );
            assert!(renamed["description"].is_null());
            assert_ne!(renamed["updatedAt"], made["updatedAt"]);
            let same = project.ok("PATCH", &path, json!({ "name": "web" })).await["folder"].clone();
            assert_eq!(same, renamed);
            assert_eq!(project.revision().await, 2);

            let deleted = project.ok("DELETE", &path, json!({})).await["folder"].clone();
            assert_eq!(deleted, renamed);
            assert_eq!(project.status(&path).await, 404);
            assert_eq!(project.call("DELETE", &path, json!({})).await.status, 404);
            assert_eq!(project.revision().await, 3);
        }
    })
    .await;
}

#[tokio::test]
async fn missing_parents_are_made_and_an_existing_folder_is_returned_unchanged() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let deep = project.folder("/a/b", "c").await;
        assert_eq!(deep["path"], "/a/b/c");
        assert_eq!(paths(&project, "recursive=True").await, ["/a", "/a/b", "/a/b/c"]);
        assert_eq!(project.revision().await, 1);

        let again = project
            .ok("POST", "/api/v2/folders", json!({ "name": "c", "path": "a/b/", "description": "x" }))
            .await;
        assert_eq!(again["folder"], deep);
        assert_eq!(project.revision().await, 1);

        let by_directory =
            project.ok("POST", "/api/v1/folders", json!({ "name": "d", "directory": "/a" })).await;
        assert_eq!(by_directory["folder"]["path"], "/a/d");
        assert_eq!(
            project
                .call("POST", "/api/v1/folders", json!({ "name": "x", "environment": "nope" }))
                .await
                .status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn names_and_paths_have_rules() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for name in ["", "a b", "a/b", "..", "ä", "a.b", &"x".repeat(256)] {
            assert_eq!(
                project.call("POST", "/api/v2/folders", json!({ "name": name })).await.status,
                400,
                "{name}"
            );
        }
        for path in ["//", "/a//b", "/../b", "/a b"] {
            let body = json!({ "name": "x", "path": path });
            assert_eq!(project.call("POST", "/api/v2/folders", body).await.status, 400, "{path}");
        }
        project.folder(&"/x".repeat(19), "y").await;
        let body = json!({ "name": "y", "path": "/x".repeat(20) });
        assert_eq!(project.call("POST", "/api/v2/folders", body).await.status, 400);
        assert_eq!(project.call("POST", "/api/v2/folders", json!({})).await.status, 422);
        assert_eq!(
            project.call("POST", "/api/v2/folders", json!({ "name": "x", "environment": "" })).await.status,
            422
        );
        project.folder("/", "Case").await;
        project.folder("/", "case").await;
        assert_eq!(paths(&project, "path=/").await, ["/Case", "/case", "/x"]);
    })
    .await;
}

#[tokio::test]
async fn a_list_has_the_children_and_a_recursive_one_everything_below() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for (parent, name) in [("/a_b/c", "d"), ("/aXb", "c"), ("/", "z")] {
            project.folder(parent, name).await;
        }
        assert_eq!(paths(&project, "directory=/").await, ["/aXb", "/a_b", "/z"]);
        assert_eq!(paths(&project, "path=/a_b&directory=/z").await, ["/a_b/c"]);
        let list = project.read("/api/v2/folders?path=/a_b&recursive=1").await;
        let relative: Vec<_> =
            list["folders"].as_array().unwrap().iter().map(|f| f["relativePath"].clone()).collect();
        assert_eq!(relative, ["/c", "/c/d"]);
        let list = project.read("/api/v2/folders?path=/&recursive=True").await;
        assert_eq!(list["folders"][1]["relativePath"], "/aXb/c");
        for text in ["", "0", "false", "False"] {
            assert_eq!(paths(&project, &format!("recursive={text}")).await.len(), 3, "{text}");
        }
        assert_eq!(project.status("/api/v1/folders?path=/missing").await, 404);
        assert_eq!(project.status("/api/v2/folders?environment=nope").await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_folder_is_found_by_project_environment_and_path() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let made = project.folder("/a", "b").await;
        for path in ["%2Fa%2Fb", "a/b", "%2Fa%2Fb%2F"] {
            let path = format!("/api/v1/folders/{}/dev/{path}", project.id);
            let answer = server.call("GET", &path, Some(&project.admin), None).await;
            assert_eq!((answer.status, &answer.body["folder"]["id"]), (200, &made["id"]), "{path}");
        }
        let root = format!("/api/v1/folders/{}/prod/%2F", project.id);
        let answer = server.call("GET", &root, Some(&project.admin), None).await;
        assert_eq!(answer.body["folder"]["path"], "/");
        assert!(answer.body["folder"]["parentId"].is_null());
        for path in [
            format!("{}/dev/%2Fx", project.id),
            format!("{}/nope/%2F", project.id),
            "nope/dev/%2F".to_owned(),
        ] {
            let answer =
                server.call("GET", &format!("/api/v1/folders/{path}"), Some(&project.admin), None).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_renamed_folder_takes_everything_in_it_along_and_its_neighbours_stay() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for (parent, name) in [("/a_b/c", "d"), ("/aXb", "c"), ("/a_bc", "c")] {
            project.folder(parent, name).await;
        }
        project.secret_in("/a_b/c", "K").await;

        let body = json!({ "name": "new", "path": "/", "workspaceId": project.id });
        project.ok("PATCH", "/api/v1/folders/a_b", body).await;

        assert_eq!(
            paths(&project, "recursive=1").await,
            ["/aXb", "/aXb/c", "/a_bc", "/a_bc/c", "/new", "/new/c", "/new/c/d"]
        );
        let secret = project.read("/api/v4/secrets/K?secretPath=/new/c").await;
        assert_eq!(secret["secret"]["secretValue"], "x");
        assert_eq!(project.status("/api/v4/secrets/K?secretPath=/a_b/c").await, 404);
        let taken = project.call("PATCH", "/api/v1/folders/new", json!({ "name": "aXb" })).await;
        assert_eq!(taken.status, 400);
        let missing = project.call("PATCH", "/api/v1/folders/nope", json!({ "name": "x" })).await;
        assert_eq!(missing.status, 404);
        let elsewhere = project.call("PATCH", "/api/v1/folders/d", json!({ "name": "x", "path": "/" })).await;
        assert_eq!(elsewhere.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_batch_renames_all_or_none() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (a, b) = (project.folder("/", "a").await, project.folder("/b", "c").await);
        let item = |folder: &Value, path: &str, name: &str| {
            json!({ "id": folder["id"], "environment": "dev", "path": path, "name": name })
        };

        let bad = json!({ "folders": [item(&a, "/", "x"), item(&b, "/", "y")] });
        assert_eq!(project.call("PATCH", "/api/v2/folders/batch", bad).await.status, 404);
        assert_eq!(paths(&project, "recursive=1").await, ["/a", "/b", "/b/c"]);
        let twice = json!({ "folders": [item(&a, "/", "x"), item(&a, "/", "y")] });
        assert_eq!(project.call("PATCH", "/api/v2/folders/batch", twice).await.status, 400);
        assert_eq!(project.call("PATCH", "/api/v2/folders/batch", json!({ "folders": [] })).await.status, 422);

        for (path, suffix) in [("/api/v2/folders/batch", "1"), ("/api/v1/folders/batch", "2")] {
            let names = json!({
                "projectSlug": project.slug,
                "folders": [item(&a, "/", &format!("x{suffix}")), item(&b, "/b", &format!("y{suffix}"))],
            });
            let changed = project.ok("PATCH", path, names).await;
            assert_eq!(changed["folders"][1]["path"], format!("/b/y{suffix}"));
        }
        assert_eq!(paths(&project, "recursive=1").await, ["/b", "/b/y2", "/x2"]);
        assert_eq!(project.revision().await, 4);
    })
    .await;
}

#[tokio::test]
async fn deleting_takes_everything_below_by_id_or_name_and_the_log_says_so() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/a_b/c", "d").await;
        project.folder("/", "aXb").await;
        for path in ["/a_b", "/a_b/c/d", "/aXb"] {
            project.secret_in(path, "K").await;
        }
        let body = json!({ "folderName": "a_b", "directory": "/" });

        let deleted = project.ok("DELETE", "/api/v1/folders/a_b", body).await;

        assert_eq!(deleted["folder"]["path"], "/a_b");
        assert_eq!(paths(&project, "recursive=1").await, ["/aXb"]);
        assert_eq!(project.status("/api/v4/secrets?secretPath=/a_b").await, 404);
        assert_eq!(project.status("/api/v4/secrets/K?secretPath=/aXb").await, 200);
        let mut gone = project.newest_changes().await;
        assert!(gone.iter().all(|change| change.version_before.is_some() && change.version_after.is_none()));
        gone.sort_by(|a, b| (&a.resource_type, &a.name).cmp(&(&b.resource_type, &b.name)));
        let gone: Vec<_> =
            gone.iter().map(|change| (change.resource_type.as_str(), change.name.as_str())).collect();
        assert_eq!(
            gone,
            [("folder", "a_b"), ("folder", "c"), ("folder", "d"), ("secret", "K"), ("secret", "K")]
        );
        project.folder("/", "batch").await;
        project.ok("DELETE", "/api/v1/folders/batch", json!({ "path": "/" })).await;
        let root = project.call("DELETE", "/api/v2/folders/root", json!({ "path": "/" })).await;
        assert_eq!(root.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_folder_knows_when_a_secret_in_it_last_changed() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for name in ["old", "new", "none"] {
            project.folder("/", name).await;
        }
        project.secret_in("/old", "K").await;
        project.secret_in("/new", "K").await;
        server.clock.advance_seconds(3600);
        project.ok("DELETE", "/api/v4/secrets/K", json!({ "secretPath": "/new" })).await;

        let list = project.read("/api/v1/folders").await;
        assert_eq!(list["folders"][0]["lastSecretModified"], "2026-01-31T13:00:00.000Z");
        assert!(list["folders"][1]["lastSecretModified"].is_null());
        assert_eq!(paths(&project, "lastSecretModified=2026-01-31T12:30:00Z").await, ["/new"]);
        assert_eq!(paths(&project, "lastSecretModified=2026-01-31T12:00:00Z").await, ["/new", "/old"]);
        assert_eq!(project.status("/api/v1/folders?lastSecretModified=yesterday").await, 422);
    })
    .await;
}

#[tokio::test]
async fn a_folder_is_named_by_project_id_or_slug_and_path_or_directory() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (id, slug) = (project.id.as_str(), project.slug.as_str());
        let names = [("projectId", id), ("workspaceId", id), ("projectSlug", slug), ("workspaceSlug", slug)];
        for base in BASES {
            for (field, name) in names {
                for path in ["path", "directory"] {
                    let place = json!({ field: name, "environment": "dev", path: "deep/" });
                    let send = async |method: &str, path: &str, more: Value| {
                        let mut body = place.clone();
                        for (name, value) in more.as_object().unwrap() {
                            body[name] = value.clone();
                        }
                        let answer = server.call(method, path, Some(&project.admin), Some(body)).await;
                        assert_eq!(answer.status, 200, "{method} {path} {place}: {}", answer.text);
                        answer.body["folder"].clone()
                    };
                    let made = send("POST", base, json!({ "name": "app" })).await;
                    assert_eq!(made["path"], "/deep/app");
                    let query = format!("{base}?{field}={name}&environment=dev&{path}=/deep");
                    let list = server.call("GET", &query, Some(&project.admin), None).await;
                    assert_eq!(list.body["folders"][0]["id"], made["id"], "{query}: {}", list.text);
                    let item = format!("{base}/{}", made["id"].as_str().unwrap());
                    assert_eq!(send("PATCH", &item, json!({ "name": "web" })).await["path"], "/deep/web");
                    send("DELETE", &format!("{base}/web"), json!({ "forceDelete": true })).await;
                }
            }
            for (query, status) in [
                (format!("workspaceId={id}"), 422),
                ("environment=dev".to_owned(), 422),
                (format!("projectId={id}&environment="), 422),
            ] {
                let answer = server.call("GET", &format!("{base}?{query}"), Some(&project.admin), None).await;
                assert_eq!(
                    (answer.status, &answer.body["message"][0]["message"]),
                    (status, &json!("Required"))
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_description_is_kept_changed_and_cleared_alone_and_in_a_batch() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let longest = "ä".repeat(1_024);
        for base in BASES {
            let body = json!({ "name": "app", "description": longest });
            let made = project.ok("POST", base, body).await["folder"].clone();
            assert_eq!(made["description"], longest);
            let item = format!("{base}/{}", made["id"].as_str().unwrap());
            let batch = format!("{base}/batch");
            let change = |more: Value| {
                let mut change =
                    json!({ "id": made["id"], "environment": "dev", "path": "/", "name": "app" });
                for (name, value) in more.as_object().unwrap() {
                    change[name] = value.clone();
                }
                json!({ "projectSlug": project.slug, "folders": [change] })
            };
            let kept = project.ok("PATCH", &item, json!({ "name": "app" })).await["folder"].clone();
            assert_eq!(kept, made);
            let kept = project.ok("PATCH", &batch, change(json!({}))).await["folders"][0].clone();
            assert_eq!((&kept["description"], &kept["version"]), (&json!(longest), &json!(1)));
            let set = project.ok("PATCH", &batch, change(json!({ "description": " one " }))).await;
            assert_eq!(set["folders"][0]["description"], "one");
            let cleared = project.ok("PATCH", &batch, change(json!({ "description": null }))).await;
            assert_eq!(cleared["folders"][0]["description"], Value::Null);
            let set = project.ok("PATCH", &item, json!({ "name": "app", "description": "two" })).await;
            assert_eq!(
                (&set["folder"]["description"], &set["folder"]["version"]),
                (&json!("two"), &json!(4))
            );
            let more = json!("x".repeat(1_025));
            let alone = json!({ "name": "app", "description": more });
            for (method, path, body) in [
                ("POST", base, alone.clone()),
                ("PATCH", item.as_str(), alone),
                ("PATCH", batch.as_str(), change(json!({ "description": more }))),
            ] {
                assert_eq!(project.call(method, path, body).await.status, 422, "{method} {path}");
            }
            project.ok("DELETE", &item, json!({})).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_checks_every_name_place_and_number() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (a, b) = (project.folder("/", "a").await, project.folder("/", "b").await);
        let item = |id: &Value, name: &str| json!({ "id": id, "environment": "dev", "name": name });
        let mut elsewhere = item(&a["id"], "x");
        elsewhere["environment"] = json!("prod");
        let many: Vec<_> = (0..1001).map(|number| item(&json!(format!("n{number}")), "x")).collect();
        for path in ["/api/v1/folders/batch", "/api/v2/folders/batch"] {
            for (folders, status) in [
                (json!([item(&a["id"], "b")]), 400),
                (json!([item(&a["id"], "x"), item(&b["id"], "x")]), 400),
                (json!([item(&a["id"], "b"), item(&b["id"], "a")]), 400),
                (json!([item(&a["id"], "a/b")]), 400),
                (json!([item(&a["id"], &"x".repeat(256))]), 400),
                (json!([elsewhere]), 404),
                (json!([item(&json!("nope"), "x")]), 404),
                (json!([{ "id": a["id"], "name": "x" }]), 422),
                (json!([{ "id": a["id"], "environment": "dev" }]), 422),
                (json!([{ "environment": "dev", "name": "x" }]), 422),
                (json!(many), 422),
            ] {
                let answer = project.call("PATCH", path, json!({ "folders": folders })).await;
                assert_eq!(answer.status, status, "{folders}: {}", answer.text);
            }
            let nowhere = json!({ "folders": [item(&a["id"], "x")], "workspaceId": "" });
            assert_eq!(project.call("PATCH", path, nowhere).await.status, 422);
        }
        assert_eq!(paths(&project, "recursive=1").await, ["/a", "/b"]);
        let longest = "x".repeat(255);
        let chain = json!({ "folders": [item(&b["id"], &longest), item(&json!("a"), "b")] });
        let changed = project.ok("PATCH", "/api/v2/folders/batch", chain).await;
        assert_eq!(
            (&changed["folders"][0]["name"], &changed["folders"][1]["path"]),
            (&json!(longest), &json!("/b"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_folder_is_deleted_by_its_id_only_where_it_is() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for base in BASES {
            let deep = project.folder("/a/b", "c").await;
            let item = format!("{base}/{}", deep["id"].as_str().unwrap());
            for place in
                [json!({}), json!({ "path": "/a" }), json!({ "path": "/a/b", "environment": "prod" })]
            {
                assert_eq!(project.call("DELETE", &item, place.clone()).await.status, 404, "{place}");
            }
            let rename = json!({ "name": "x", "path": "/a" });
            assert_eq!(project.call("PATCH", &item, rename).await.status, 404);
            let deleted = project.ok("DELETE", &item, json!({ "path": "/a/b", "forceDelete": false })).await;
            assert_eq!(deleted["folder"]["path"], "/a/b/c");
            assert_eq!(paths(&project, "recursive=1").await, ["/a", "/a/b"]);
        }
        assert_eq!(
            project.call("DELETE", "/api/v2/folders/a", json!({ "forceDelete": "x" })).await.status,
            422
        );
    })
    .await;
}
