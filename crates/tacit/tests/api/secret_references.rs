//! References between secrets, and what imports bring.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

/// Makes a secret in a folder of an environment, which is made if it is not there.
async fn put(project: &TestProject<'_>, place: &str, name: &str, value: &str) -> Value {
    let (environment, path) = place.split_once(':').unwrap();
    if let Some((parent, folder)) = path.rsplit_once('/').filter(|_| path != "/") {
        let body = json!({ "environment": environment, "path": parent, "name": folder });
        project.ok("POST", "/api/v1/folders", body).await;
    }
    let body = json!({ "environment": environment, "secretPath": path, "secretValue": value });
    project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await["secret"].clone()
}

/// Imports `source` into `place`, both `environment:path`.
async fn import(project: &TestProject<'_>, place: &str, source: &str) -> Value {
    let (environment, path) = place.split_once(':').unwrap();
    let (source_environment, source_path) = source.split_once(':').unwrap();
    let body = json!({
        "environment": environment, "path": path,
        "import": { "environment": source_environment, "path": source_path },
    });
    project.ok("POST", "/api/v2/secret-imports", body).await["secretImport"].clone()
}

/// The expanded value of a secret in the root of `dev`.
async fn value(project: &TestProject<'_>, name: &str) -> String {
    let body = project.read(&format!("/api/v4/secrets/{name}")).await;
    body["secret"]["secretValue"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn references_are_expanded_across_folders_and_environments_to_the_byte() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "HOST", "prod.example").await;
        put(&project, "prod:/shared", "PORT", "54\u{20ac}32").await;
        put(&project, "dev:/app", "LOCAL", "${NAME}@${prod.HOST}").await;
        put(&project, "dev:/app", "NAME", "app").await;
        project.secret("NAME", "root").await;
        for (name, written, expanded) in [
            ("A", "${NAME}", "root"),
            ("B", "${prod.HOST}:${prod.shared.PORT}", "prod.example:54\u{20ac}32"),
            ("C", "${dev.app.LOCAL}", "app@prod.example"),
            (
                "D",
                "a\r\n\t${B}\r\n  ${NONE}|${prod.none.X}|${none.X}\nz",
                "a\r\n\tprod.example:54\u{20ac}32\r\n  ||\nz",
            ),
            ("E", "$${NAME} $NAME ${} ${ NAME } ${NAME:-x}", "$root $NAME ${} ${ NAME } ${NAME:-x}"),
            ("EMPTY", "", ""),
            ("F", "<${EMPTY}>", "<>"),
        ] {
            project.secret(name, written).await;
            assert_eq!(value(&project, name).await, expanded, "{written}");
            // Generation 3 shows values as they are written unless it is told otherwise.
            let raw = project.read(&format!("/api/v3/secrets/raw/{name}")).await;
            assert_eq!(raw["secret"]["secretValue"], written);
            let raw = project.read(&format!("/api/v3/secrets/raw/{name}?expandSecretReferences=true")).await;
            assert_eq!(raw["secret"]["secretValue"], expanded);
        }
        let list = project.read("/api/v4/secrets").await;
        let shown = |name: &str| {
            let all = list["secrets"].as_array().unwrap();
            all.iter().find(|one| one["secretKey"] == name).unwrap()["secretValue"].clone()
        };
        assert_eq!((shown("C"), shown("F")), (json!("app@prod.example"), json!("<>")));
        let hidden = project.read("/api/v4/secrets/A?viewSecretValue=false").await;
        assert_eq!(hidden["secret"]["secretValueHidden"], true);
    })
    .await;
}

#[tokio::test]
async fn circles_and_chains_that_are_too_deep_stay_as_written() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("SELF", "x${SELF}").await;
        project.secret("A", "${B}").await;
        project.secret("B", "${dev.A}").await;
        for n in 0..12 {
            project.secret(&format!("S{n}"), &format!("${{S{}}}", n + 1)).await;
        }
        project.secret("S12", "end").await;

        assert_eq!(value(&project, "SELF").await, "x${SELF}");
        assert_eq!(value(&project, "A").await, "${dev.A}");
        assert_eq!(value(&project, "S2").await, "end");
        assert_eq!(value(&project, "S1").await, "${S12}");
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_found_in_imports_too_and_what_is_there_itself_comes_first() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/shared", "KEY", "shared ${OTHER}").await;
        put(&project, "prod:/shared", "OTHER", "beside it").await;
        put(&project, "staging:/", "KEY", "staging").await;
        import(&project, "dev:/", "staging:/").await;
        import(&project, "dev:/", "prod:/shared").await;
        project.secret("USES", "${KEY}").await;
        put(&project, "staging:/", "ABSOLUTE", "${dev.KEY}").await;

        assert_eq!(value(&project, "USES").await, "shared beside it");
        let absolute = project.read("/api/v4/secrets/ABSOLUTE?environment=staging").await;
        assert_eq!(absolute["secret"]["secretValue"], "shared beside it");
        project.secret("KEY", "own").await;
        assert_eq!(value(&project, "USES").await, "own");
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_read_from_imports_the_last_import_first() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "A", "prod").await;
        put(&project, "staging:/", "A", "staging").await;
        put(&project, "staging:/", "ONLY", "staging").await;
        import(&project, "dev:/", "prod:/").await;
        import(&project, "dev:/", "staging:/").await;

        for path in [
            "/api/v4/secrets/A",
            "/api/v3/secrets/raw/A?include_imports=true",
            "/api/v3/secrets/raw/A?includeImports=true&include_imports=false",
        ] {
            let secret = project.read(path).await["secret"].clone();
            assert_eq!(
                (&secret["secretValue"], &secret["environment"], &secret["workspace"]),
                (&json!("staging"), &json!("staging"), &json!(project.id)),
                "{path}"
            );
        }
        for path in
            ["/api/v3/secrets/raw/A", "/api/v4/secrets/A?includeImports=false", "/api/v4/secrets/NONE"]
        {
            assert_eq!(project.status(path).await, 404, "{path}");
        }
        let list = project.read("/api/v4/secrets").await;
        let groups: Vec<_> = list["imports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| {
                assert!(group["folderId"].is_string() && group["secretPath"] == "/");
                let keys: Vec<_> =
                    group["secrets"].as_array().unwrap().iter().map(|one| one["secretKey"].clone()).collect();
                (group["environment"].clone(), keys)
            })
            .collect();
        assert_eq!(
            groups,
            [(json!("prod"), vec![json!("A")]), (json!("staging"), vec![json!("A"), json!("ONLY")])]
        );
        assert_eq!(list["secrets"], json!([]));
        assert_eq!(project.read("/api/v3/secrets/raw").await["imports"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn nested_imports_are_part_of_the_group_and_circles_end() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/shared", "A", "shared").await;
        put(&project, "prod:/shared", "B", "shared").await;
        put(&project, "staging:/", "B", "staging").await;
        import(&project, "staging:/", "prod:/shared").await;
        import(&project, "dev:/", "staging:/").await;
        // A source that is made after its import closes the circle.
        import(&project, "prod:/shared", "dev:/later").await;
        put(&project, "dev:/later", "C", "later").await;
        let refused = json!({ "path": "/later", "import": { "environment": "staging", "path": "/" } });
        assert_eq!(project.call("POST", "/api/v2/secret-imports", refused).await.status, 400);

        let list = project.read("/api/v4/secrets").await;
        let [group] = list["imports"].as_array().unwrap().as_slice() else { panic!("{list}") };
        let shown: Vec<_> = group["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                format!("{}={}", one["secretKey"].as_str().unwrap(), one["secretValue"].as_str().unwrap())
            })
            .collect();
        assert_eq!(shown, ["A=shared", "B=staging", "C=later"]);
    })
    .await;
}

#[tokio::test]
async fn the_tree_shows_what_goes_into_a_value() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "HOST", "h").await;
        project.secret("URL", "${prod.HOST}/${PATH}").await;
        for path in ["/api/v4/secrets/URL/secret-reference-tree", "/api/v3/secrets/raw/URL/secret-reference-tree"] {
            let body = project.read(path).await;
            assert_eq!(body, json!({
                "value": "h/",
                "tree": {
                    "key": "URL", "value": "h/", "environment": "dev", "secretPath": "/",
                    "children": [
                        { "key": "HOST", "value": "h", "environment": "prod", "secretPath": "/", "children": [] },
                        { "key": "PATH", "environment": "dev", "secretPath": "/", "children": [] },
                    ],
                },
            }));
        }
        assert_eq!(project.status("/api/v4/secrets/NONE/secret-reference-tree").await, 404);
    })
    .await;
}

#[tokio::test]
async fn references_that_multiply_are_refused_with_a_reason() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("S10", "x").await;
        for n in (0..10).rev() {
            project.secret(&format!("S{n}"), &format!("${{S{}}}", n + 1).repeat(10)).await;
        }

        for path in ["/api/v4/secrets/S0", "/api/v4/secrets"] {
            let answer = project.call("GET", path, Value::Null).await;
            assert_eq!((answer.status, &answer.body["error"]), (400, &json!("BadRequest")), "{path}");
        }
        assert_eq!(project.status("/api/v4/secrets/S0?expandSecretReferences=false").await, 200);
    })
    .await;
}

#[tokio::test]
async fn what_was_read_for_a_value_is_in_the_audit_log() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "HOST", "canary").await;
        project.secret("URL", "${prod.HOST}").await;
        value(&project, "URL").await;

        let log = server.events(&owner.organization_id).await;
        let event = log.iter().rfind(|event| event.event_type == "get-secret").unwrap();
        let facts: Value = serde_json::from_str(&event.metadata).unwrap();
        let host = json!({ "environment": "prod", "secretPath": "/", "secretKey": "HOST" });
        assert_eq!(facts["references"], json!({ "count": 1, "secrets": [host] }));
        assert!(log.iter().all(|event| !event.metadata.contains("canary")));
    })
    .await;
}

#[tokio::test]
async fn imports_and_references_are_read_as_they_were() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        put(&project, "prod:/", "HOST", "old").await;
        let made = import(&project, "dev:/", "prod:/").await;
        project.secret("URL", "http://${HOST}").await;
        let then = {
            let body = project.read(&format!("/api/v1/projects/{}", project.id)).await;
            assert!(body["project"]["id"].is_string());
            project.now().await
        };
        project
            .ok("PATCH", "/api/v4/secrets/HOST", json!({ "environment": "prod", "secretValue": "new" }))
            .await;
        let path = format!("/api/v2/secret-imports/{}", made["id"].as_str().unwrap());
        project.ok("DELETE", &path, json!({ "path": "/" })).await;

        assert_eq!(value(&project, "URL").await, "http://");
        let past = project.read(&format!("/api/v4/secrets/URL?at={then}")).await;
        assert_eq!(past["secret"]["secretValue"], "http://old");
        let past = project.read(&format!("/api/v4/secrets?at={then}")).await;
        assert_eq!(past["imports"][0]["secrets"][0]["secretValue"], "old");
        let past = project.read(&format!("/api/v4/secrets/HOST?at={then}")).await;
        assert_eq!(past["secret"]["secretValue"], "old");
        assert_eq!(project.read("/api/v4/secrets").await["imports"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn many_references_to_nothing_search_the_imports_once() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for n in 0..30 {
            put(&project, &format!("prod:/f{n}"), "K", "x").await;
            import(&project, "dev:/", &format!("prod:/f{n}")).await;
        }
        // Were the imports searched for each reference, it would be more than one answer allows.
        project.secret("MANY", &"${NONE}".repeat(20_000)).await;

        assert_eq!(value(&project, "MANY").await, "");
    })
    .await;
}
