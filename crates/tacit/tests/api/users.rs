//! The own account: profile, name, sessions, password.

use axum::body::Body;
use serde_json::{Value, json};

use crate::harness::{Admin, Answer, TestServer, each_engine};

const EMAIL: &str = "ada@example.test";
const OLD: &str = "correct horse battery";
const NEW: &str = "staple staple staple";
const PASSWORD: &str = "/api/v2/password/user/password-reset";

async fn login(server: &TestServer, password: &str) -> Answer {
    let body = json!({ "email": EMAIL, "password": password });
    server.call("POST", "/api/v3/auth/login", None, Some(body)).await
}

async fn me(server: &TestServer, token: &str) -> u16 {
    server.call("GET", "/api/v2/users/me", Some(token), None).await.status
}

async fn change(admin: &Admin<'_>, old: &str, new: &str) -> Answer {
    admin.call("POST", PASSWORD, Some(json!({ "oldPassword": old, "newPassword": new }))).await
}

fn access_token(answer: &Answer) -> String {
    answer.body["accessToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_profile_has_every_field_of_the_wire() {
    each_engine(async |server| {
        let admin = server.with_admin().await;

        for path in ["/api/v1/user", "/api/v2/users/me"] {
            let user = admin.ok("GET", path, None).await["user"].clone();
            assert_eq!(user["id"], admin.user_id);
            assert_eq!((&user["email"], &user["username"]), (&json!(EMAIL), &json!(EMAIL)));
            assert_eq!(user["authMethods"], json!(["email"]));
            assert_eq!(user["superAdmin"], true);
            assert_eq!(user["devices"], json!([{ "ip": "127.0.0.1", "userAgent": "tests" }]));
            for field in ["isAccepted", "isMfaEnabled", "isGhost", "isEmailVerified", "isLocked"] {
                assert!(user[field].is_boolean(), "{field}");
            }
            for field in ["publicKey", "encryptedPrivateKey", "iv", "tag", "salt", "verifier", "createdAt"] {
                assert!(user[field].is_string(), "{field}");
            }
            assert_eq!(user["consecutiveFailedPasswordAttempts"], 0);
            assert!(user.get("passwordHash").is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_can_be_changed_but_not_to_nonsense() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = "/api/v2/users/me/name";

        let body = json!({ "firstName": " Ada ", "lastName": "Lovelace" });
        let user = admin.ok("PATCH", path, Some(body)).await["user"].clone();
        assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Ada"), &json!("Lovelace")));

        for first in [json!(""), json!("x".repeat(256)), json!("a\nb"), json!(7), Value::Null] {
            let body = json!({ "firstName": first, "lastName": "" });
            assert_eq!(admin.call("PATCH", path, Some(body)).await.status, 422, "{first}");
        }
        assert!(server.has_event(&admin.organization_id, "update-user").await);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let token = access_token(&login(server, OLD).await);
        let path = "/api/v2/users/me/sessions";

        let sessions = admin.ok("GET", path, None).await;
        assert_eq!(sessions.as_array().unwrap().len(), 2);
        for field in ["id", "ip", "userAgent", "lastUsed", "createdAt", "updatedAt", "userId"] {
            assert!(sessions[0][field].is_string(), "{field}");
        }
        assert!(sessions[0]["refreshVersion"].is_number() && sessions[0]["accessVersion"].is_number());

        let own: Vec<&str> =
            sessions.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        let other = server.second_organization().await;
        for id in &own {
            assert_eq!(other.call("DELETE", &format!("{path}/{id}"), None).await.status, 404);
        }
        assert_eq!(me(server, &token).await, 200);
        let answer = admin.call("DELETE", path, None).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.cookie().unwrap(), "jid=");
        assert_eq!((me(server, &token).await, me(server, &admin.token).await), (401, 401));
        assert_eq!(me(server, &other.token).await, 200);
    })
    .await;
}

#[tokio::test]
async fn one_session_can_be_ended_from_another() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        server.clock.advance_seconds(60);
        let token = access_token(&login(server, OLD).await);
        let path = "/api/v2/users/me/sessions";
        let sessions = admin.ok("GET", path, None).await;
        let newest = sessions[0]["id"].as_str().unwrap();

        admin.ok("DELETE", &format!("{path}/{newest}"), None).await;

        assert_eq!((me(server, &token).await, me(server, &admin.token).await), (401, 200));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_every_access_token_all_other_sessions_and_the_old_cookie() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = login(server, OLD).await;
        let body = json!({ "organizationId": admin.organization_id });
        let selected = admin.call("POST", "/api/v3/auth/select-organization", Some(body)).await;

        let answer = change(&admin, OLD, NEW).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(me(server, &admin.token).await, 401);
        assert_eq!(me(server, &access_token(&other)).await, 401);
        assert_eq!(login(server, OLD).await.status, 401);
        assert_eq!(login(server, NEW).await.status, 200);
        let refresh = async |cookie: Option<String>| {
            let request = axum::http::Request::builder().method("POST").uri("/api/v1/auth/token");
            let request = request.header("cookie", cookie.unwrap());
            server.send(request.body(Body::empty()).unwrap()).await.status
        };
        assert_eq!(refresh(other.cookie()).await, 401);
        assert_eq!(refresh(answer.cookie()).await, 200);
        assert_eq!(refresh(selected.cookie()).await, 401);
    })
    .await;
}

#[tokio::test]
async fn the_old_password_must_be_right_and_guesses_are_counted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        assert_eq!(change(&admin, OLD, "seven77").await.status, 400);
        for _ in 0..10 {
            assert_eq!(change(&admin, "wrong", NEW).await.status, 400);
        }

        assert_eq!(change(&admin, OLD, NEW).await.status, 403);
        assert_eq!(login(server, OLD).await.status, 403);
        server.clock.advance_seconds(300);
        assert_eq!(login(server, OLD).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn passwords_reach_no_audit_event() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        change(&admin, "canary wrong", "canary new one").await;
        change(&admin, OLD, NEW).await;

        let events = server.events(&admin.organization_id).await;

        let results: Vec<&str> = events
            .iter()
            .filter(|event| event.event_type == "change-password")
            .map(|event| event.result.as_str())
            .collect();
        assert_eq!(results, ["denied", "allowed"]);
        for event in &events {
            let text = format!("{event:?}");
            assert!(["canary", "horse", "staple"].iter().all(|word| !text.contains(word)), "{text}");
        }
    })
    .await;
}
