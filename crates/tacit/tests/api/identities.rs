//! Machine identities: shapes, lists, and who may touch which.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, TestServer, each_engine},
    harness_identities::{Machine, add_to_project, comparable, put_into_project, slug},
};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

async fn create(admin: &Admin<'_>, name: &str, role: &str) -> String {
    let body = json!({ "name": name, "organizationId": admin.organization_id, "role": role });
    let body = admin.ok("POST", "/api/v1/identities", Some(body)).await;
    body["identity"]["id"].as_str().unwrap().to_owned()
}

async fn status(server: &TestServer, token: &str, method: &str, path: &str, body: Value) -> u16 {
    server.call(method, path, Some(token), Some(body)).await.status
}

#[tokio::test]
async fn an_identity_is_made_shown_changed_and_deleted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let body = json!({
            "name": " ci ", "organizationId": admin.organization_id,
            "metadata": [{ "key": "team", "value": "core" }, { "key": "zone", "value": "eu" }],
        });

        let made = admin.ok("POST", "/api/v1/identities", Some(body)).await["identity"].clone();
        let path = format!("/api/v1/identities/{}", made["id"].as_str().unwrap());
        assert_eq!(made["name"], "ci");
        assert_eq!(made["authMethods"], json!([]));
        assert_eq!(made["authMethod"], Value::Null);
        assert_eq!(made["orgId"], admin.organization_id);
        assert_eq!(made["createdAt"], "2026-01-31T12:00:00.000Z");

        let shown = admin.ok("GET", &path, None).await["identity"].clone();
        assert_eq!(shown["role"], "no-access");
        assert_eq!(shown["roleId"], Value::Null);
        assert_eq!(shown["identityId"], made["id"]);
        assert_ne!(shown["id"], made["id"]);
        assert_eq!(shown["identity"]["name"], "ci");
        assert_eq!(shown["metadata"][0]["value"], "core");

        server.clock.advance_seconds(1);
        let change =
            json!({ "name": "runner", "role": "member", "metadata": [{ "key": "zone", "value": "eu" }] });
        let changed = admin.ok("PATCH", &path, Some(change.clone())).await["identity"].clone();
        assert_eq!(changed["name"], "runner");
        assert_eq!(changed["updatedAt"], "2026-01-31T12:00:01.000Z");
        let after = admin.ok("GET", &path, None).await["identity"].clone();
        assert_eq!(after["role"], "member");
        assert_eq!(after["metadata"], json!([shown["metadata"][1]]));

        server.clock.advance_seconds(1);
        for same in [json!({}), change] {
            assert_eq!(admin.ok("PATCH", &path, Some(same)).await["identity"], changed);
        }
        assert_eq!(admin.ok("DELETE", &path, None).await["identity"], changed);
        assert_eq!(admin.call("DELETE", &path, None).await.status, 404);
        assert_eq!(admin.call("GET", &path, None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn requests_of_a_wrong_form_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let organization = &admin.organization_id;
        for (body, status) in [
            (json!({ "organizationId": organization }), 422),
            (json!({ "name": "x" }), 422),
            (json!({ "name": " ", "organizationId": organization }), 422),
            (json!({ "name": "x".repeat(256), "organizationId": organization }), 422),
            (json!({ "name": "a\u{0}b", "organizationId": organization }), 422),
            (json!({ "name": "x", "organizationId": organization, "role": "" }), 422),
            (json!({ "name": "x", "organizationId": organization, "metadata": [{ "key": "", "value": "v" }] }), 422),
            (json!({ "name": "x", "organizationId": organization, "role": "nope" }), 404),
            (json!({ "name": "x", "organizationId": organization, "role": "custom" }), 404),
            // Null is as good as absent in what may be left out.
            (json!({ "name": "x", "organizationId": organization, "role": null, "metadata": null }), 200),
            (json!({ "name": "x", "organizationId": UNKNOWN }), 403),
            (json!({ "name": "x", "organizationId": "nope" }), 403),
        ] {
            let answer = admin.call("POST", "/api/v1/identities", Some(body.clone())).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        for id in [UNKNOWN, "nope", "a%00b"] {
            assert_eq!(admin.call("GET", &format!("/api/v1/identities/{id}"), None).await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn a_protected_identity_is_not_deleted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = format!("/api/v1/identities/{}", create(&admin, "ci", "no-access").await);

        admin.ok("PATCH", &path, Some(json!({ "hasDeleteProtection": true }))).await;
        assert_eq!(admin.call("DELETE", &path, None).await.status, 400);

        admin.ok("PATCH", &path, Some(json!({ "hasDeleteProtection": false }))).await;
        admin.ok("DELETE", &path, None).await;
    })
    .await;
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["identity"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn identities_are_listed_by_name_whatever_the_case() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for (name, role) in [("b", "member"), ("é", "no-access"), ("B", "no-access"), ("a%", "member")] {
            create(&admin, name, role).await;
        }

        let body =
            admin.ok("GET", &format!("/api/v1/identities?orgId={}", admin.organization_id), None).await;
        assert_eq!(names(&body["identities"]), ["a%", "B", "b", "Instance administrator", "é"]);
        assert_eq!(body["totalCount"], 5);
        assert_eq!(body["identities"][3]["identity"]["authMethods"], json!(["token-auth"]));

        let path = format!("/api/v2/organizations/{}/identity-memberships", admin.organization_id);
        let page = admin.ok("GET", &format!("{path}?offset=1&limit=2&orderDirection=desc"), None).await;
        assert_eq!(names(&page["identityMemberships"]), ["Instance administrator", "b"]);
        assert_eq!(page["totalCount"], 5);
        let found = admin.ok("GET", &format!("{path}?search=%25"), None).await;
        assert_eq!(names(&found["identityMemberships"]), ["a%"]);
        assert_eq!(found["totalCount"], 1);
        for query in ["limit=0", "limit=20001", "offset=-1", "orderBy=age", "limit=x"] {
            assert_eq!(admin.call("GET", &format!("{path}?{query}"), None).await.status, 422, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_combines_what_it_asks_for() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for (name, role) in [("build", "member"), ("deploy", "no-access"), ("Builder", "no-access")] {
            create(&admin, name, role).await;
        }
        for (search, expected) in [
            (json!({ "name": "build" }), vec!["build"]),
            (json!({ "name": { "$contains": "BUILD" } }), vec!["build", "Builder"]),
            (json!({ "name": { "$contains": "build" }, "role": "member" }), vec!["build"]),
            (json!({ "name": { "$in": ["deploy", "other"] } }), vec!["deploy"]),
            (
                json!({ "$or": [{ "name": "deploy" }, { "role": { "$eq": "member" } }] }),
                vec!["build", "deploy"],
            ),
            (json!({ "name": { "$eq": "nobody" } }), vec![]),
        ] {
            let body = json!({ "search": search });
            let body = admin.ok("POST", "/api/v1/identities/search", Some(body)).await;
            assert_eq!(names(&body["identities"]), expected, "{search}");
        }
        let body = json!({ "orderBy": "role", "limit": 1, "offset": 1 });
        let body = admin.ok("POST", "/api/v1/identities/search", Some(body)).await;
        assert_eq!((names(&body["identities"]), &body["totalCount"]), (vec!["build"], &json!(4)));
        for body in [json!({ "limit": 101 }), json!({ "search": { "name": 1 } })] {
            let answer = admin.call("POST", "/api/v1/identities/search", Some(body)).await;
            assert_eq!(answer.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_right_there_is_nothing_to_see_or_make() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let token = Machine::new(&admin, "no-access").await.login(server).await;
        let organization = &admin.organization_id;

        let list =
            server.call("GET", &format!("/api/v1/identities?orgId={organization}"), Some(&token), None).await;
        assert_eq!((list.status, &list.body["error"]), (403, &json!("PermissionDenied")));
        let body = json!({ "name": "x", "organizationId": organization });
        assert_eq!(status(server, &token, "POST", "/api/v1/identities", body).await, 403);
        // Permission precedes existence: an unknown id answers the same.
        let known = create(&admin, "x", "no-access").await;
        let known = server.call("GET", &format!("/api/v1/identities/{known}"), Some(&token), None).await;
        let unknown = server.call("GET", &format!("/api/v1/identities/{UNKNOWN}"), Some(&token), None).await;
        assert_eq!(comparable(&known), comparable(&unknown));
        assert_eq!(known.status, 403);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_or_takes_over_an_identity_above_their_rights() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let member = Machine::new(&admin, "member").await.login(server).await;
        let target = Machine::new(&admin, "admin").await;
        let own = create(&admin, "small", "no-access").await;

        let body = json!({ "name": "x", "organizationId": admin.organization_id, "role": "admin" });
        let answer = server.call("POST", "/api/v1/identities", Some(&member), Some(body)).await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("PermissionBoundaryError")));
        assert!(!answer.body["details"]["missingPermissions"].as_array().unwrap().is_empty());

        let id = &target.id;
        let (universal, token) = (target.path(), format!("/api/v1/auth/token-auth/identities/{id}"));
        for (method, path) in [
            ("PATCH", format!("/api/v1/identities/{id}")),
            ("DELETE", format!("/api/v1/identities/{id}")),
            ("PATCH", universal.clone()),
            ("DELETE", universal.clone()),
            ("POST", format!("{universal}/client-secrets")),
            ("POST", format!("{universal}/clear-lockouts")),
            ("POST", token),
        ] {
            assert_eq!(status(server, &member, method, &path, json!({})).await, 403, "{method} {path}");
        }
        let promote = json!({ "role": "admin" });
        assert_eq!(
            status(server, &member, "PATCH", &format!("/api/v1/identities/{own}"), promote).await,
            403
        );
        let rename = json!({ "name": "renamed", "role": "member" });
        assert_eq!(status(server, &member, "PATCH", &format!("/api/v1/identities/{own}"), rename).await, 200);
    })
    .await;
}

#[tokio::test]
async fn rights_in_projects_count_too() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let member = Machine::new(&admin, "member").await;
        let token = member.login(server).await;
        let target = create(&admin, "reader", "no-access").await;
        let project = put_into_project(&admin, &target, "viewer").await;
        let path = format!("/api/v1/auth/universal-auth/identities/{target}");

        assert_eq!(status(server, &token, "POST", &path, json!({})).await, 403);
        add_to_project(&admin, &project, &member.id, "no-access").await;
        // Being in the project is not enough: it takes the rights.
        assert_eq!(status(server, &token, "POST", &path, json!({})).await, 403);

        let other = Machine::new(&admin, "member").await;
        let token = other.login(server).await;
        add_to_project(&admin, &project, &other.id, "member").await;
        assert_eq!(status(server, &token, "POST", &path, json!({})).await, 200);
    })
    .await;
}

#[tokio::test]
async fn the_identity_that_manages_the_instance_is_out_of_reach_of_organization_admins() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let list = format!("/api/v1/identities?orgId={}", admin.organization_id);
        let id =
            admin.ok("GET", &list, None).await["identities"][0]["identityId"].as_str().unwrap().to_owned();
        let other = Machine::new(&admin, "admin").await.login(server).await;
        let path = format!("/api/v1/auth/token-auth/identities/{id}/tokens");

        assert_eq!(status(server, &other, "POST", &path, json!({})).await, 403);
        assert_eq!(status(server, &admin.token, "POST", &path, json!({})).await, 200);
    })
    .await;
}

#[tokio::test]
async fn ids_of_another_organization_are_unknown_ids() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let (secret, _) = machine.secret(&admin, json!({})).await;
        let token_auth = format!("/api/v1/auth/token-auth/identities/{}", machine.id);
        admin.ok("POST", &token_auth, Some(json!({}))).await;
        let made = admin.ok("POST", &format!("{token_auth}/tokens"), Some(json!({}))).await;
        let token = made["tokenData"]["id"].as_str().unwrap();
        let evil = server.second_organization().await;

        let (id, tokens) = (machine.id.as_str(), "/api/v1/auth/token-auth/tokens");
        for (method, path) in [
            ("GET", format!("/api/v1/identities/{id}")),
            ("PATCH", format!("/api/v1/identities/{id}")),
            ("DELETE", format!("/api/v1/identities/{id}")),
            ("GET", format!("/api/v1/identities/{id}/identity-memberships")),
            ("POST", machine.path()),
            ("GET", machine.path()),
            ("PATCH", machine.path()),
            ("DELETE", machine.path()),
            ("POST", format!("{}/clear-lockouts", machine.path())),
            ("POST", format!("{}/client-secrets", machine.path())),
            ("GET", format!("{}/client-secrets", machine.path())),
            ("GET", format!("{}/client-secrets/{secret}", machine.path())),
            ("POST", format!("{}/client-secrets/{secret}/revoke", machine.path())),
            ("POST", token_auth.clone()),
            ("GET", token_auth.clone()),
            ("PATCH", token_auth.clone()),
            ("DELETE", token_auth.clone()),
            ("POST", format!("{token_auth}/tokens")),
            ("GET", format!("{token_auth}/tokens")),
            ("GET", format!("{token_auth}/tokens/{token}")),
            ("GET", format!("{tokens}/{token}")),
            ("PATCH", format!("{tokens}/{token}")),
            ("POST", format!("{tokens}/{token}/revoke")),
        ] {
            let unknown = path.replace(id, UNKNOWN).replace(token, UNKNOWN);
            let theirs = evil.call(method, &path, Some(json!({}))).await;
            let nobodys = evil.call(method, &unknown, Some(json!({}))).await;
            assert_eq!(theirs.status, 404, "{method} {path}");
            let text = theirs.body["message"].as_str().unwrap().replace(id, UNKNOWN).replace(token, UNKNOWN);
            assert_eq!(nobodys.body["message"], text, "{method} {path}");
        }
        let foreign = format!("/api/v1/identities?orgId={}", admin.organization_id);
        let unknown = format!("/api/v1/identities?orgId={UNKNOWN}");
        let foreign = comparable(&evil.call("GET", &foreign, None).await);
        assert_eq!(foreign, comparable(&evil.call("GET", &unknown, None).await));
        assert_eq!(foreign.0, 403);
    })
    .await;
}

#[tokio::test]
async fn an_identity_learns_where_it_belongs() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let token = Machine::new(&admin, "no-access").await.login(server).await;

        let answer = server.call("GET", "/api/v1/identities/details", Some(&token), None).await;

        let slug = slug(&admin).await;
        let organization = json!({ "id": admin.organization_id, "name": "Acme", "slug": slug });
        assert_eq!(answer.body, json!({ "identityDetails": { "organization": organization } }));
    })
    .await;
}

#[tokio::test]
async fn projects_of_an_identity_are_shown_to_those_who_may_know_them() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let target = create(&admin, "reader", "no-access").await;
        let path = format!("/api/v1/identities/{target}/identity-memberships");
        assert_eq!(admin.ok("GET", &path, None).await, json!({ "identityMemberships": [] }));
        let project = put_into_project(&admin, &target, "viewer").await;
        let member = Machine::new(&admin, "member").await;
        let token = member.login(server).await;

        let shown = admin.ok("GET", &path, None).await["identityMemberships"][0].clone();
        assert_eq!(shown["project"], json!({ "id": project, "name": "Shop", "type": "secret-manager" }));
        assert_eq!(shown["roles"][0]["role"], "viewer");
        assert_eq!(shown["identity"]["id"], target);
        let hidden = server.call("GET", &path, Some(&token), None).await;
        assert_eq!(hidden.body, json!({ "identityMemberships": [] }));
        add_to_project(&admin, &project, &member.id, "no-access").await;
        let known = server.call("GET", &path, Some(&token), None).await;
        assert_eq!(known.body["identityMemberships"].as_array().unwrap().len(), 1);
    })
    .await;
}
