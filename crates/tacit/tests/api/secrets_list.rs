//! Lists of secrets: order, folders below, filters, paths, ETags.

use serde_json::json;

use crate::harness::each_engine;

#[tokio::test]
async fn a_list_is_ordered_by_the_bytes_of_the_names() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for name in ["b", "_", "B", "a", "%C3%A9", "A.1", "A", "Z", "a_", "aB"] {
            project.secret(name, "x").await;
        }

        let expected = ["A", "A.1", "B", "Z", "_", "a", "aB", "a_", "b", "é"].map(|name| format!("/:{name}"));
        assert_eq!(project.keys("").await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_recursive_list_has_the_folders_below_and_no_others() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        for path in ["/", "/a_b", "/a_b/deep", "/aXb", "/a_bc"] {
            if path != "/" {
                let (parent, name) = path.rsplit_once('/').unwrap();
                project.folder(parent, name).await;
            }
            project.ok("POST", "/api/v4/secrets/K", json!({ "secretValue": "x", "secretPath": path })).await;
        }
        project
            .ok("POST", "/api/v4/secrets/A", json!({ "secretValue": "x", "secretPath": "/a_b/deep" }))
            .await;

        assert_eq!(project.keys("secretPath=/a_b").await, ["/a_b:K"]);
        assert_eq!(
            project.keys("secretPath=/a_b&recursive=true").await,
            ["/a_b/deep:A", "/a_b:K", "/a_b/deep:K"]
        );
        assert_eq!(
            project.keys("recursive=true").await,
            ["/a_b/deep:A", "/:K", "/aXb:K", "/a_b:K", "/a_b/deep:K", "/a_bc:K"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_is_filtered_by_tags_and_metadata() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let (one, two) = (project.tag("one").await, project.tag("two").await);
        for (name, tags, metadata) in [
            ("A", json!([one]), json!([{ "key": "team", "value": "web" }, { "key": "tier", "value": "1" }])),
            ("B", json!([two]), json!([{ "key": "team", "value": "web" }])),
            ("C", json!([one, two]), json!([{ "key": "team", "value": "web", "isEncrypted": true }])),
            ("D", json!([]), json!([])),
        ] {
            let body = json!({ "secretValue": "x", "tagIds": tags, "secretMetadata": metadata });
            project.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
        }
        for (query, names) in [
            ("tagSlugs=one", vec!["A", "C"]),
            ("tagSlugs=%20two%20,nope", vec!["B", "C"]),
            ("tagSlugs=one,two", vec!["A", "B", "C"]),
            ("tagSlugs=nope", vec![]),
            ("tagSlugs=", vec!["A", "B", "C", "D"]),
            ("metadataFilter=key%3Dteam,value%3Dweb", vec!["A", "B"]),
            ("metadataFilter=key%3Dteam,value%3Dweb%7Ckey%3Dtier,value%3D1", vec!["A"]),
            ("metadataFilter=key%3Dnope,value%3Dweb", vec![]),
        ] {
            let names: Vec<String> = names.into_iter().map(|name| format!("/:{name}")).collect();
            assert_eq!(project.keys(query).await, names, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_spelling_of_a_path_is_the_same_place_and_ambiguous_ones_are_refused() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/a", "b").await;
        project.ok("POST", "/api/v4/secrets/K", json!({ "secretValue": "x", "secretPath": "/a/b" })).await;
        for path in ["/a/b", "a/b", "/a/b/", "a/b/", "%2Fa%2Fb", " /a/b "] {
            let path = path.replace(' ', "%20");
            assert_eq!(project.status(&format!("/api/v4/secrets/K?secretPath={path}")).await, 200, "{path}");
        }
        for path in ["//a/b", "/a//b", "/a/./b", "/a/../a/b", "/a/b//", "..", "/a%252Fb", "/a b", "/%C3%A4"] {
            let path = path.replace(' ', "%20");
            assert_eq!(project.status(&format!("/api/v4/secrets/K?secretPath={path}")).await, 400, "{path}");
            assert_eq!(
                project.status(&format!("/api/v3/secrets/raw?secretPath={path}")).await,
                400,
                "{path}"
            );
        }
        for path in ["/A/b", "/a/B"] {
            assert_eq!(project.status(&format!("/api/v4/secrets/K?secretPath={path}")).await, 404, "{path}");
        }
        assert_eq!(project.status("/api/v4/secrets?secretPath=").await, 200);
        let deep = "/x".repeat(21);
        assert_eq!(project.status(&format!("/api/v4/secrets?secretPath={deep}")).await, 400);
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_answer_is_304_and_a_changed_one_has_another_tag() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "BAR").await;
        for path in ["/api/v3/secrets/raw/FOO", "/api/v4/secrets"] {
            let url = format!("{path}?workspaceId={}&environment=dev", project.id);
            let get = async |wanted: Option<String>| {
                let mut request = axum::http::Request::get(&url)
                    .header("authorization", format!("Bearer {}", project.admin));
                if let Some(wanted) = wanted {
                    request = request.header("if-none-match", wanted);
                }
                server.send(request.body(axum::body::Body::empty()).unwrap()).await
            };
            let first = get(None).await;
            let tag = first.headers["etag"].to_str().unwrap().to_owned();
            assert!(tag.starts_with('"') && tag.ends_with('"'));
            for wanted in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
                let again = get(Some(wanted)).await;
                assert_eq!((again.status, again.text.as_str()), (304, ""));
                assert_eq!(again.headers["etag"].to_str().unwrap(), tag);
            }
            assert_eq!(get(Some("\"other\"".to_owned())).await.status, 200);
            project.ok("PATCH", "/api/v4/secrets/FOO", json!({ "secretComment": path })).await;
            let changed = get(Some(tag)).await;
            assert_eq!(changed.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn both_generations_list_and_filter_the_same() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let tag = project.tag("one").await;
        project.folder("/", "app").await;
        let body = json!({ "secretValue": "${B}", "tagIds": [tag], "secretMetadata": [{ "key": "k", "value": "v" }] });
        project.ok("POST", "/api/v4/secrets/A", body).await;
        project.secret("B", "b").await;
        project.secret_in("/app", "C").await;
        let ten = ["key=k,value=v"; 10].join("|");
        let keys = |list: &serde_json::Value| {
            let key = |one: &serde_json::Value| one["secretKey"].as_str().unwrap().to_owned();
            list["secrets"].as_array().unwrap().iter().map(key).collect::<Vec<_>>()
        };
        for (query, expected) in [
            ("recursive=true", vec!["A", "B", "C"]),
            ("recursive=false", vec!["A", "B"]),
            ("tagSlugs=%20one%20,,", vec!["A"]),
            ("metadataFilter=key=k,value=v", vec!["A"]),
            ("metadataFilter=key=k", vec!["A"]),
            ("metadataFilter=value=v", vec!["A"]),
            ("metadataFilter=key=k,value=other", vec![]),
            ("metadataFilter=", vec!["A", "B"]),
            (ten.as_str(), vec!["A"]),
            ("viewSecretValue=false&tagSlugs=one", vec!["A"]),
            ("secretPath=app/&viewSecretValue=true", vec!["C"]),
        ] {
            let query = if query == ten { format!("metadataFilter={ten}") } else { query.to_owned() };
            let v4 = project.read(&format!("/api/v4/secrets?expandSecretReferences=false&{query}")).await;
            let v3 = project.read(&format!("/api/v3/secrets/raw?{query}")).await;
            assert_eq!(v3, v4, "{query}");
            assert_eq!(keys(&v3), expected, "{query}");
        }
        for query in [
            format!("metadataFilter={ten}|key=k"),
            "viewSecretValue=".to_owned(),
            "recursive=True".to_owned(),
            "expandSecretReferences=1".to_owned(),
            "metadataFilter=k%3Dv".to_owned(),
        ] {
            for base in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
                let answer = project.call("GET", &format!("{base}?{query}"), serde_json::Value::Null).await;
                assert_eq!((answer.status, &answer.body["error"]), (422, &json!("ValidationFailure")), "{query}");
                assert!(answer.body["message"][0]["path"].is_array(), "{query}");
            }
        }
        // Only what is left out differs.
        assert_eq!(project.read("/api/v4/secrets").await["secrets"][0]["secretValue"], "b");
        assert_eq!(project.read("/api/v3/secrets/raw").await["secrets"][0]["secretValue"], "${B}");
        let expanded = project.read("/api/v3/secrets/raw?expandSecretReferences=true").await;
        assert_eq!(expanded["secrets"][0]["secretValue"], "b");
    })
    .await;
}
