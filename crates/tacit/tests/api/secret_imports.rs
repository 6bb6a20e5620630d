//! Making, ordering, changing and deleting imports, and who may.

use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, prop_oneof},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const BASES: [&str; 2] = ["/api/v1/secret-imports", "/api/v2/secret-imports"];

fn source(environment: &str, path: &str) -> Value {
    json!({ "import": { "environment": environment, "path": path } })
}

/// `environment:path` of each import of the root of `dev`, in their order.
async fn order(project: &TestProject<'_>, base: &str) -> Vec<String> {
    let body = project.read(&format!("{base}?path=/")).await;
    let rows = body["secretImports"].as_array().unwrap();
    let positions: Vec<_> = rows.iter().map(|row| row["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=rows.len() as u64).collect::<Vec<_>>());
    let text = |row: &Value| {
        format!("{}:{}", row["importEnv"]["slug"].as_str().unwrap(), row["importPath"].as_str().unwrap())
    };
    rows.iter().map(text).collect()
}

#[tokio::test]
async fn imports_are_made_found_ordered_changed_and_deleted() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for base in BASES {
            let project = owner.test_project().await;
            let mut ids = Vec::new();
            for (environment, path) in [("prod", "/"), ("staging", "app/"), ("prod", "/none")] {
                let body = project.ok("POST", base, source(environment, path)).await;
                ids.push(body["secretImport"]["id"].as_str().unwrap().to_owned());
            }
            assert_eq!(order(&project, base).await, ["prod:/", "staging:/app", "prod:/none"]);

            let item = |id: &str| format!("{base}/{id}");
            let moved = json!({ "import": { "position": 1 } });
            let body = project.ok("PATCH", &item(&ids[2]), moved).await;
            assert_eq!(body["secretImport"]["position"], 1);
            assert_eq!(order(&project, base).await, ["prod:/none", "prod:/", "staging:/app"]);
            let changed = json!({ "import": { "environment": "staging", "path": "/", "position": 99 } });
            project.ok("PATCH", &item(&ids[2]), changed).await;
            assert_eq!(order(&project, base).await, ["prod:/", "staging:/app", "staging:/"]);

            let found = project.read(&item(&ids[2])).await["secretImport"].clone();
            assert_eq!(
                (&found["environment"]["slug"], &found["secretPath"], &found["projectId"]),
                (&json!("dev"), &json!("/"), &json!(project.id))
            );
            let before = project.revision().await;
            project.ok("PATCH", &item(&ids[2]), json!({ "import": { "position": 3 } })).await;
            assert_eq!(project.revision().await, before, "nothing changed");
            let body = project.ok("DELETE", &item(&ids[0]), json!({})).await;
            assert_eq!(body["secretImport"]["importPath"], "/");
            assert_eq!(order(&project, base).await, ["staging:/app", "staging:/"]);
            assert_eq!(project.call("DELETE", &item(&ids[0]), json!({})).await.status, 404);
            assert_eq!(project.revision().await, before + 1);
        }
    })
    .await;
}

#[tokio::test]
async fn an_import_is_shown_with_all_that_clients_read() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let body = project.read(&format!("/api/v1/projects/{}", project.id)).await;
        let environments = body["project"]["environments"].as_array().unwrap().clone();
        let environment = |slug: &str| {
            let found = environments.iter().find(|one| one["slug"] == slug).unwrap();
            json!({ "id": found["id"], "name": found["name"], "slug": slug })
        };
        for (base, field) in [(BASES[0], "workspaceId"), (BASES[1], "projectId")] {
            let place = format!("{field}={}&environment=dev", project.id);
            let mut body = source("prod", "app/");
            body["environment"] = json!("dev");
            body[field] = json!(project.id);
            let answer = server.call("POST", base, Some(&project.admin), Some(body)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.body["message"].is_string());
            let made = answer.body["secretImport"].clone();
            let expected = json!({
                "id": made["id"], "version": 1, "importPath": "/app", "importEnv": environment("prod"),
                "position": 1, "folderId": project.root().await.as_str(), "isReplication": false,
                "isReplicationSuccess": null, "replicationStatus": null, "lastReplicated": null,
                "isReserved": false, "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
            });
            assert_eq!(made, expected);
            // The path is the root if it is left out.
            for query in [place.clone(), format!("{place}&path=/"), format!("{place}&path=")] {
                let answer = server.call("GET", &format!("{base}?{query}"), Some(&project.admin), None).await;
                assert_eq!(answer.body["secretImports"], json!([made]), "{query}");
                assert!(answer.body["message"].is_string());
            }
            let mut found = expected.clone();
            found["environment"] = environment("dev");
            found["projectId"] = json!(project.id);
            found["secretPath"] = json!("/");
            let item = format!("{base}/{}", made["id"].as_str().unwrap());
            let answer = server.call("GET", &item, Some(&project.admin), None).await;
            assert_eq!(answer.body, json!({ "secretImport": found }));

            let changed = project.ok("PATCH", &item, json!({ "import": { "path": "/other" } })).await;
            assert_eq!(changed["secretImport"]["importPath"], "/other");
            assert_eq!(changed["secretImport"]["importEnv"], environment("prod"));
            assert_eq!(changed["secretImport"]["version"], 2);
            let wrong = json!({ "path": "/", "environment": "prod", "import": { "position": 1 } });
            assert_eq!(project.call("PATCH", &item, wrong.clone()).await.status, 404);
            assert_eq!(project.call("DELETE", &item, wrong).await.status, 404);
            for import in [json!({ "position": 0 }), json!({ "position": -1 }), json!({ "position": "x" })] {
                let answer = project.call("PATCH", &item, json!({ "import": import })).await;
                assert_eq!(answer.status, 422, "{import}: {}", answer.text);
            }
            let deleted = project.ok("DELETE", &item, json!({})).await;
            assert!(deleted["message"].is_string());
            assert_eq!(deleted["secretImport"], changed["secretImport"]);
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let base = BASES[1];
        project.ok("POST", base, source("prod", "/")).await;
        let before = project.revision().await;
        let to_dev = json!({ "environment": "prod", "import": { "environment": "dev", "path": "/" } });
        for (body, status) in [
            (source("prod", "/"), 400),
            (source("dev", "/"), 400),
            (to_dev, 400),
            (source("none", "/"), 404),
            (json!({ "path": "/none", "import": { "environment": "prod", "path": "/" } }), 404),
            (source("prod", "/a//b"), 400),
            (json!({}), 422),
            (json!({ "import": { "environment": "prod" } }), 422),
        ] {
            let answer = project.call("POST", base, body.clone()).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        assert_eq!(project.revision().await, before);
        let unknown = format!("{base}/00000000-0000-4000-8000-000000000000");
        assert_eq!(project.status(&unknown).await, 404);
        assert_eq!(project.status("/api/v1/secret-imports/secrets").await, 400);
    })
    .await;
}

#[tokio::test]
async fn a_replication_is_an_import_that_is_always_up_to_date() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let mut body = source("prod", "/");
        body["isReplication"] = json!(true);
        let made = project.ok("POST", BASES[1], body).await["secretImport"].clone();
        assert_eq!((&made["isReplication"], &made["isReplicationSuccess"]), (&json!(true), &json!(true)));
        let plain = project.ok("POST", BASES[1], source("staging", "/")).await["secretImport"].clone();
        assert_eq!(plain["isReplicationSuccess"], Value::Null);

        let resync =
            |import: &Value| format!("{}/{}/replication-resync", BASES[1], import["id"].as_str().unwrap());
        project.ok("POST", &resync(&made), json!({})).await;
        assert_eq!(project.call("POST", &resync(&plain), json!({})).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn imports_go_with_their_folder_and_with_the_environment_they_include() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        let inside = json!({ "path": "/app", "import": { "environment": "prod", "path": "/" } });
        project.ok("POST", BASES[1], inside).await;
        project.ok("POST", BASES[1], source("staging", "/")).await;
        project.ok("POST", BASES[1], source("prod", "/a")).await;

        project.ok("DELETE", "/api/v2/folders/app", json!({ "path": "/" })).await;
        let kinds = |changes: Vec<tacit_store::commits::CommitChangeRow>| {
            changes.into_iter().map(|change| change.resource_type).collect::<Vec<_>>()
        };
        assert_eq!(kinds(project.newest_changes().await), ["import", "folder"]);
        let environments = project.read(&format!("/api/v1/projects/{}", project.id)).await;
        let all = environments["project"]["environments"].as_array().unwrap();
        let staging = all.iter().find(|one| one["slug"] == "staging").unwrap()["id"].as_str().unwrap();
        let path = format!("/api/v1/projects/{}/environments/{staging}", project.id);
        project.ok("DELETE", &path, json!({})).await;
        assert_eq!(kinds(project.newest_changes().await), ["import", "import", "environment"]);
        assert_eq!(order(&project, BASES[1]).await, ["prod:/a"]);
        project.ok("POST", BASES[1], source("prod", "/b")).await;
        assert_eq!(order(&project, BASES[1]).await, ["prod:/a", "prod:/b"]);
    })
    .await;
}

#[tokio::test]
async fn imported_secrets_are_listed_by_import_with_their_references_expanded() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for (name, value) in [("A", "a"), ("B", "<${A}>")] {
            let body = json!({ "environment": "prod", "secretValue": value });
            project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
        }
        project.ok("POST", BASES[0], source("prod", "/")).await;

        for path in ["/api/v1/secret-imports/secrets/raw", "/api/v2/secret-imports/secrets"] {
            let body = project.read(path).await;
            let [group] = body["secrets"].as_array().unwrap().as_slice() else { panic!("{body}") };
            assert_eq!(
                (&group["environmentInfo"]["name"], &group["secretPath"]),
                (&json!("Production"), &json!("/"))
            );
            assert_eq!(
                (&group["environment"], &group["environmentInfo"]["slug"]),
                (&json!("prod"), &json!("prod"))
            );
            assert!(group["environmentInfo"]["id"].is_string() && group["folderId"].is_string());
            let values: Vec<_> =
                group["secrets"].as_array().unwrap().iter().map(|one| &one["secretValue"]).collect();
            assert_eq!(values, ["a", "<a>"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_viewer_reads_imports_and_changes_none_and_others_see_nothing() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let made = project.ok("POST", BASES[1], source("prod", "/")).await["secretImport"].clone();
        let item = format!("{}/{}", BASES[1], made["id"].as_str().unwrap());
        let viewer = project.machine("viewer").await;
        let nobody = project.machine("no-access").await;
        let stranger = server.second_organization().await;
        for (token, read, write) in [(&viewer, 200, 403), (&nobody, 403, 403), (&stranger.token, 404, 404)] {
            for path in [BASES[1], item.as_str()] {
                let answer = project.call_as(token, "GET", path, Value::Null).await;
                assert_eq!(answer.status, read, "{path}: {}", answer.text);
            }
            for (method, path, body) in [
                ("POST", BASES[1], source("staging", "/")),
                ("PATCH", item.as_str(), json!({ "import": { "position": 1 } })),
                ("DELETE", item.as_str(), json!({})),
            ] {
                let answer = project.call_as(token, method, path, body).await;
                assert_eq!(answer.status, write, "{method} {path}: {}", answer.text);
            }
        }
    })
    .await;
}

/// A folder of the random trees: its own secrets by name, and the places it imports in their order.
#[derive(Clone, Debug)]
struct Folder {
    names: Vec<usize>,
    imports: Vec<usize>,
}

const PLACES: [(&str, &str); 5] = [("dev", "/"), ("dev", "/a"), ("dev", "/b"), ("prod", "/"), ("prod", "/a")];
const NAMES: [&str; 3] = ["X", "Y", "Z"];

fn trees() -> impl Strategy<Value = Vec<Folder>> {
    let folder = (vec(0..NAMES.len(), 0..3), vec(prop_oneof![0..PLACES.len(), 0..PLACES.len()], 0..3));
    vec(folder.prop_map(|(names, imports)| Folder { names, imports }), PLACES.len())
}

/// Where the value of a name in a folder comes from, the obvious way: itself, else its imports from the
/// last to the first, never through a folder that was searched.
fn model(tree: &[Folder], at: usize, name: usize, seen: &mut Vec<usize>) -> Option<usize> {
    if seen.contains(&at) {
        return None;
    }
    seen.push(at);
    if tree[at].names.contains(&name) {
        return Some(at);
    }
    tree[at].imports.iter().rev().find_map(|next| model(tree, *next, name, seen))
}

/// Makes the folders and secrets of a tree, then its imports as far as they are not refused: circles and
/// duplicates are, and the model does without them too.
async fn build(project: &TestProject<'_>, tree: &mut [Folder]) {
    for ((environment, path), folder) in PLACES.iter().zip(&*tree) {
        if *path != "/" {
            let body = json!({ "environment": environment, "path": "/", "name": &path[1..] });
            project.ok("POST", "/api/v1/folders", body).await;
        }
        for name in &folder.names {
            let value = format!("{environment}:{path}");
            let body = json!({ "environment": environment, "secretPath": path, "secretValue": value });
            project.call("POST", &format!("/api/v4/secrets/{}", NAMES[*name]), body).await;
        }
    }
    for ((environment, path), folder) in PLACES.iter().zip(tree) {
        let mut made = Vec::new();
        for source in &folder.imports {
            let import = json!({ "environment": PLACES[*source].0, "path": PLACES[*source].1 });
            let body = json!({ "environment": environment, "path": path, "import": import });
            if project.call("POST", BASES[1], body).await.status == 200 {
                made.push(*source);
            }
        }
        folder.imports = made;
    }
}

#[tokio::test]
async fn what_comes_from_which_import_equals_the_obvious_way_on_random_trees() {
    each_engine(async |server| {
        let mut runner = TestRunner::new(ProptestConfig::default());
        let owner = server.with_admin().await;
        for _ in 0..8 {
            let mut tree = trees().new_tree(&mut runner).unwrap().current();
            let project = owner.test_project().await;
            build(&project, &mut tree).await;
            for (at, (environment, path)) in PLACES.iter().enumerate() {
                for (number, name) in NAMES.iter().enumerate() {
                    let query = format!("/api/v4/secrets/{name}?environment={environment}&secretPath={path}");
                    let answer = project.call("GET", &query, Value::Null).await;
                    let expected = model(&tree, at, number, &mut Vec::new());
                    let found = (answer.status == 200).then(|| answer.body["secret"]["secretValue"].clone());
                    let wanted = expected.map(|at| json!(format!("{}:{}", PLACES[at].0, PLACES[at].1)));
                    assert_eq!(found, wanted, "{name} in {environment}:{path} of {tree:?}");
                }
            }
        }
    })
    .await;
}
