//! API keys: making, using, listing and deleting them, and what ends them (wire-contract 15.4).

use axum::body::Body;
use serde_json::{Value, json};
use tacit::{
    http::{route::Access, routes},
    jobs::flush_uses,
};

use crate::{
    harness::{Answer, TestServer, each_engine},
    harness_projects::organization,
};

const PATH: &str = "/api/v2/users/me/api-keys";
const ME: &str = "/api/v2/users/me";

async fn with_key(server: &TestServer, method: &str, path: &str, key: &str, body: Value) -> Answer {
    let mut request = axum::http::Request::builder().method(method).uri(path).header("x-api-key", key);
    if !body.is_null() {
        request = request.header("content-type", "application/json");
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    server.send(request.body(body).unwrap()).await
}

async fn status(server: &TestServer, path: &str, key: &str) -> u16 {
    with_key(server, "GET", path, key, Value::Null).await.status
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_shown_once_acts_as_its_person_and_is_deleted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let made = admin.ok("POST", PATH, Some(json!({ "name": "old script", "expiresIn": 3600 }))).await;
        let (key, data) = (text(&made["apiKey"]), made["apiKeyData"].clone());
        assert_eq!(
            data,
            json!({ "id": data["id"], "name": "old script", "lastUsed": null, "expiresAt": "2026-01-31T13:00:00.000Z",
                "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
                "userId": admin.user_id })
        );
        assert!(key.starts_with(&format!("ak.{}.", text(&data["id"]))), "{key}");

        server.clock.advance_seconds(5);
        let me = with_key(server, "GET", ME, &key, Value::Null).await;
        assert_eq!(me.body["user"]["email"], "ada@example.test", "{}", me.text);
        let at = json!({ "workspaceId": project, "environment": "dev", "secretValue": "x" });
        let new = with_key(server, "POST", "/api/v3/secrets/raw/NEW", &key, at).await;
        assert_eq!(new.body["secret"]["actor"]["actorId"], admin.user_id.as_str(), "{}", new.text);
        let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
        let listed = with_key(server, "GET", &list, &key, Value::Null).await;
        assert_eq!(listed.body["secrets"].as_array().unwrap().len(), 2, "{}", listed.text);
        let folders = format!("/api/v1/folders?workspaceId={project}&environment=dev");
        assert_eq!(status(server, &folders, &key).await, 200);
        assert_eq!(status(server, "/api/v1/workspace", &key).await, 200);

        flush_uses::flush(&server.app).await;
        let listed = admin.ok("GET", PATH, None).await;
        assert_eq!(listed[0]["lastUsed"], "2026-01-31T12:00:05.000Z");
        assert_eq!(admin.ok("GET", "/api/v3/users/me/api-keys", None).await["apiKeyData"], listed);
        let one = format!("{PATH}/{}", text(&data["id"]));
        assert_eq!(admin.ok("DELETE", &one, None).await["apiKeyData"]["id"], data["id"]);
        assert_eq!(status(server, ME, &key).await, 401);
        assert_eq!(admin.call("DELETE", &one, None).await.status, 404);
        for event in server.events(&admin.organization_id).await {
            assert!(!format!("{event:?}").contains(key.rsplit_once('.').unwrap().1), "{event:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn keys_that_do_not_count_are_refused_alike() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let made = admin.ok("POST", PATH, Some(json!({ "name": "k", "expiresIn": 60 }))).await;
        let key = text(&made["apiKey"]);
        let (head, secret) = key.rsplit_once('.').unwrap();
        let mut answers = Vec::new();
        for wrong in [
            String::new(),
            "ak.abc.def".to_owned(),
            head.to_owned(),
            format!("{head}."),
            format!("{head}.{}", "0".repeat(64)),
            format!("ak.00000000-0000-4000-8000-000000000000.{secret}"),
            key.replace("ak.", "st."),
            admin.token.clone(),
        ] {
            answers.push((wrong.clone(), with_key(server, "GET", ME, &wrong, Value::Null).await));
        }
        server.clock.advance_seconds(60);
        answers.push((key.clone(), with_key(server, "GET", ME, &key, Value::Null).await));
        for (wrong, answer) in &answers {
            assert_eq!(answer.status, 401, "{wrong}: {}", answer.text);
            assert_eq!(answer.without_request_id(), answers[0].1.without_request_id(), "{wrong}");
        }
        // A key is no bearer token, and counts only where there is no token.
        assert_eq!(server.call("GET", ME, Some(&key), None).await.body["error"], "TokenError");
        let request = axum::http::Request::builder().uri(ME).header("x-api-key", &key);
        let request = request.header("authorization", "Bearer abc").body(Body::empty()).unwrap();
        assert_eq!(server.send(request).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_key_gets_nothing_from_any_route_that_is_not_for_keys() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let made = admin.ok("POST", PATH, Some(json!({ "name": "k", "expiresIn": 0 }))).await;
        let key = text(&made["apiKey"]);
        let mut taken = Vec::new();
        for route in routes::all().iter().filter(|route| route.access != Access::Public) {
            let path = route.path.replace('{', "").replace(['}', '*'], "");
            let body = if route.method == "GET" { Value::Null } else { json!({}) };
            let answer = with_key(server, route.method.as_str(), &path, &key, body).await;
            let is_of_another_kind =
                answer.body["error"].as_str().is_some_and(|error| error.starts_with("Forbidden access to "));
            assert_eq!(
                is_of_another_kind, !route.takes_api_keys,
                "{} {}: {}",
                route.method, path, answer.text
            );
            if route.takes_api_keys && route.access == Access::UserWithoutOrganization {
                taken.push(route.path);
            }
        }
        assert_eq!(taken, ["/api/v1/user", ME], "a key changes nothing of the account it is of");
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_with_the_rights_and_the_password_of_its_person() {
    each_engine(async |server| {
        let place = organization(server, "acme").await;
        let owner = place.user("owner@example.test", "admin").await;
        let project = owner.project_id("Shop").await;
        let person = place.user("person@example.test", "member").await;
        let membership = owner.add_user(&project, &person, "viewer").await;
        let made = person.ok("POST", PATH, Some(json!({ "name": "k", "expiresIn": null }))).await;
        let key = text(&made["apiKey"]);
        let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
        assert_eq!(status(server, &list, &key).await, 200);

        owner.ok("DELETE", &format!("/api/v1/workspace/{project}/memberships/{membership}"), None).await;
        assert_eq!(status(server, &list, &key).await, 403);
        assert_eq!(status(server, ME, &key).await, 200);

        let members = format!("/api/v2/organizations/{}/memberships", place.id);
        let all = owner.read(&members).await["users"].clone();
        let mut all = all.as_array().unwrap().iter();
        let member = text(&all.find(|member| member["userId"] == json!(person.id)).unwrap()["id"]);
        owner.ok("PATCH", &format!("{members}/{member}"), Some(json!({ "isActive": false }))).await;
        assert_eq!(status(server, ME, &key).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_and_an_organization_with_a_second_factor_end_keys() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let made = admin.ok("POST", PATH, Some(json!({ "name": "k", "expiresIn": 0 }))).await;
        let key = text(&made["apiKey"]);
        let id = tacit_core::id::OrganizationId::new(&admin.organization_id);
        let mut db = server.app.database.begin().await.unwrap();
        let mut row = tacit_store::organizations::find(&mut db, &id).await.unwrap().unwrap();
        row.requires_second_factor = true;
        tacit_store::organizations::update(&mut db, &row).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(status(server, ME, &key).await, 401, "a key gives no second factor");
        let mut db = server.app.database.begin().await.unwrap();
        row.requires_second_factor = false;
        tacit_store::organizations::update(&mut db, &row).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(status(server, ME, &key).await, 200);

        let change =
            json!({ "oldPassword": "correct horse battery", "newPassword": "another horse battery" });
        admin.ok("POST", "/api/v2/password/user/password-reset", Some(change)).await;
        assert_eq!(status(server, ME, &key).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_made_without_an_organization_is_for_the_account_alone() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let body = json!({ "email": "ada@example.test", "password": "correct horse battery" });
        let login = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
        let token = text(&login.body["accessToken"]);
        let body = Some(json!({ "name": "k", "expiresIn": 0 }));
        let made = server.call("POST", PATH, Some(&token), body).await;
        let key = text(&made.body["apiKey"]);
        assert_eq!(status(server, ME, &key).await, 200);
        let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
        assert_eq!(status(server, &list, &key).await, 401);
    })
    .await;
}

#[tokio::test]
async fn keys_have_a_form_and_a_number_and_are_nobody_elses() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for (body, expected) in [
            (json!({ "name": "", "expiresIn": 1 }), 422),
            (json!({ "name": "x".repeat(256), "expiresIn": 1 }), 422),
            (json!({ "name": "k", "expiresIn": -1 }), 422),
            (json!({ "name": "k", "expiresIn": 315_360_001 }), 422),
            (json!({ "expiresIn": 1 }), 422),
        ] {
            let answer = admin.call("POST", PATH, Some(body.clone())).await;
            assert_eq!(answer.status, expected, "{body}: {}", answer.text);
        }
        let mut ids = Vec::new();
        for number in 0..tacit::app::api_keys::API_KEYS_MAX {
            let body = json!({ "name": format!("k{number}"), "expiresIn": 0 });
            ids.push(text(&admin.ok("POST", PATH, Some(body)).await["apiKeyData"]["id"]));
        }
        let body = json!({ "name": "one more", "expiresIn": 0 });
        assert_eq!(admin.call("POST", PATH, Some(body)).await.status, 400);
        let stranger = server.second_organization().await;
        assert_eq!(stranger.call("DELETE", &format!("{PATH}/{}", ids[0]), None).await.status, 404);
        assert_eq!(stranger.ok("GET", PATH, None).await, json!([]));
        assert_eq!(server.call("POST", PATH, Some(&admin.identity_token), Some(json!({}))).await.status, 403);
    })
    .await;
}
