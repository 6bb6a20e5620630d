//! Class 12: no token and no session outlives its bound, or what ended it.
//!
//! Each ended credential is tried on every route that takes one. `removal_of_rights.rs` has the rights
//! behind credentials; `access_tokens.rs`, `sign_in.rs`, `second_factor.rs`, `invitations.rs` and
//! `events_rights.rs` have single bounds to the second, renewal, codes, links and streams.

use axum::body::Body;
use serde_json::{Value, json};

use super::{
    database,
    requests::{call, guarded, label},
    world::{PASSWORD, World, world},
};
use crate::harness::{Answer, TestServer, each_engine};

const EMAIL: &str = "ours-member@example.test";
const CHANGE: &str = "/api/v2/password/user/password-reset";
const SESSIONS: &str = "/api/v2/users/me/sessions";

/// Which routes take a token of a user or of a machine for anything but ended.
async fn alive_on(server: &TestServer, world: &World<'_>, token: &str) -> Vec<String> {
    let before = database::contents(server).await;
    let mut alive = Vec::new();
    for route in guarded() {
        let answer = call(&route, &world.ids).send(server, Some(token)).await;
        // A token that is past the end that is written in it is refused as no token of ours.
        let is_refused = answer.status == 401 || answer.body["error"] == "TokenError";
        if !is_refused {
            alive.push(format!("{}: {} {}", label(&route), answer.status, answer.text));
        }
    }
    let changed = database::differences(&before, &database::contents(server).await);
    if !changed.is_empty() {
        alive.push(format!("changed: {changed:?}"));
    }
    alive
}

async fn assert_ended(server: &TestServer, world: &World<'_>, cause: &str, token: &str) {
    let alive = alive_on(server, world, token).await;
    assert!(alive.is_empty(), "{cause}: {}\n{}", alive.len(), alive.join("\n"));
}

async fn works(server: &TestServer, token: &str, path: &str) -> bool {
    server.call("GET", path, Some(token), None).await.status == 200
}

/// Ways to end the tokens of the machine that logs in with the client secret.
fn ends_of_machine(world: &World<'_>) -> Vec<(&'static str, &'static str, String)> {
    let identity = world.id("identity");
    let universal = format!("/api/v1/auth/universal-auth/identities/{identity}");
    let client_secret = world.id("client_secret");
    vec![
        (
            "its client secret is revoked",
            "POST",
            format!("{universal}/client-secrets/{client_secret}/revoke"),
        ),
        ("Universal Auth is detached", "DELETE", universal),
        ("its identity is deleted", "DELETE", format!("/api/v1/identities/{identity}")),
    ]
}

#[tokio::test]
async fn a_token_of_a_machine_is_refused_on_every_route_once_what_it_came_from_ends() {
    each_engine(async |server| {
        let world = world(server).await;
        database::keep(server).await;
        for (cause, method, path) in ends_of_machine(&world) {
            let token = server.machine_token(world.id("client_id"), world.id("client_secret_text")).await;
            assert!(works(server, &token, "/api/v1/identities/details").await);

            world.admin.ok(method, &path, Some(json!({}))).await;

            assert_ended(server, &world, cause, &token).await;
            refuses_to_renew(server, cause, &token).await;
            let body =
                json!({ "clientId": world.id("client_id"), "clientSecret": world.id("client_secret_text") });
            let login = server.call("POST", "/api/v1/auth/universal-auth/login", None, Some(body)).await;
            assert_eq!(login.status, 401, "{cause}");
            database::restore(server).await;
        }
        for (cause, method, path) in [
            ("it is revoked", "POST", format!("/api/v1/auth/token-auth/tokens/{}/revoke", world.id("token"))),
            (
                "Token Auth is detached",
                "DELETE",
                format!("/api/v1/auth/token-auth/identities/{}", world.id("identity")),
            ),
        ] {
            let token = world.id("token_text");
            assert!(works(server, token, "/api/v1/identities/details").await);
            world.admin.ok(method, &path, Some(json!({}))).await;
            assert_ended(server, &world, cause, token).await;
            refuses_to_renew(server, cause, token).await;
            database::restore(server).await;
        }
    })
    .await;
}

async fn refuses_to_renew(server: &TestServer, cause: &str, token: &str) {
    let body = json!({ "accessToken": token });
    let renewed = server.call("POST", "/api/v1/auth/token/renew", None, Some(body)).await;
    assert!(matches!(renewed.status, 401 | 403), "{cause}: {}", renewed.text);
}

#[tokio::test]
async fn a_token_of_a_machine_is_refused_on_every_route_past_its_time_and_its_uses() {
    each_engine(async |server| {
        let world = world(server).await;
        let path = format!("/api/v1/auth/universal-auth/identities/{}", world.id("identity"));
        let settings =
            json!({ "accessTokenTTL": 60, "accessTokenMaxTTL": 100, "accessTokenNumUsesLimit": 2 });
        world.admin.ok("PATCH", &path, Some(settings)).await;
        let log_in = || server.machine_token(world.id("client_id"), world.id("client_secret_text"));
        let (used, kept) = (log_in().await, log_in().await);

        for _ in 0..2 {
            assert!(works(server, &used, "/api/v1/identities/details").await);
        }
        assert_ended(server, &world, "it was used twice", &used).await;
        assert!(works(server, &kept, "/api/v1/identities/details").await);
        server.clock.advance_seconds(60);
        assert_ended(server, &world, "its TTL passed", &kept).await;
        refuses_to_renew(server, "its TTL passed", &kept).await;
        server.clock.advance_seconds(40);
        assert_ended(server, &world, "its max TTL passed", &kept).await;
        refuses_to_renew(server, "its max TTL passed", &kept).await;
    })
    .await;
}

/// Somebody who is signed in.
struct Session {
    token: String,
    cookie: String,
}

async fn sign_in(server: &TestServer, world: &World<'_>, password: &str) -> Session {
    let body = json!({ "email": EMAIL, "password": password });
    let answer = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
    let login = answer.body["accessToken"].as_str().unwrap().to_owned();
    let body = json!({ "organizationId": world.admin.organization_id });
    let answer = server.call("POST", "/api/v3/auth/select-organization", Some(&login), Some(body)).await;
    Session { token: answer.body["token"].as_str().unwrap().to_owned(), cookie: answer.cookie().unwrap() }
}

async fn with_cookie(server: &TestServer, path: &str, cookie: &str) -> Answer {
    let request = axum::http::Request::builder().method("POST").uri(path).header("cookie", cookie);
    server.send(request.body(Body::empty()).unwrap()).await
}

/// What ends a session, done by another session of the same person or by the administrator.
async fn end_session(server: &TestServer, world: &World<'_>, cause: &str, it: &Session, other: &Session) {
    let by_other = async |method: &str, path: &str, body: Option<Value>| {
        let answer = server.call(method, path, Some(&other.token), body).await;
        assert_eq!(answer.status, 200, "{cause}: {}", answer.text);
    };
    let member = format!(
        "/api/v2/organizations/{}/memberships/{}",
        world.admin.organization_id,
        world.id("org_membership")
    );
    match cause {
        "all sessions are ended" => by_other("DELETE", SESSIONS, None).await,
        "the password is changed" => {
            let body = json!({ "oldPassword": PASSWORD, "newPassword": "another horse battery" });
            by_other("POST", CHANGE, Some(body)).await;
        }
        "it is signed out" => {
            let answer = with_cookie(server, "/api/v1/auth/logout", &it.cookie).await;
            assert_eq!(answer.status, 200);
        }
        "its user is removed from the organization" => drop(world.admin.ok("DELETE", &member, None).await),
        "its user is suspended" => {
            world.admin.ok("PATCH", &member, Some(json!({ "isActive": false }))).await;
        }
        _ => server.clock.advance_seconds(90 * 24 * 3600),
    }
}

#[tokio::test]
async fn a_session_is_refused_on_every_route_and_its_cookie_with_it_once_it_ended() {
    each_engine(async |server| {
        let world = world(server).await;
        database::keep(server).await;
        for cause in [
            "all sessions are ended",
            "the password is changed",
            "it is signed out",
            "its user is removed from the organization",
            "its user is suspended",
            "its time is over",
        ] {
            let (it, other) =
                (sign_in(server, &world, PASSWORD).await, sign_in(server, &world, PASSWORD).await);
            assert!(works(server, &it.token, "/api/v1/projects").await, "{cause}");

            end_session(server, &world, cause, &it, &other).await;

            assert_ended(server, &world, cause, &it.token).await;
            let refreshed = with_cookie(server, "/api/v1/auth/token", &it.cookie).await;
            let token = refreshed.body["token"].as_str().unwrap_or_default();
            assert!(!works(server, token, "/api/v1/projects").await, "{cause}: {}", refreshed.text);
            database::restore(server).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_service_token_is_refused_on_every_route_once_it_ended() {
    each_engine(async |server| {
        let world = world(server).await;
        database::keep(server).await;
        let own = "/api/v2/service-token";
        for cause in ["it is deleted", "its project is deleted", "its time is over"] {
            let body = json!({ "projectId": world.id("project"), "name": "short", "permissions": ["read"],
                "scopes": [{ "environment": "dev", "secretPath": "/**" }], "expiresIn": 60 });
            let made = world.admin.ok("POST", own, Some(body)).await;
            let token = made["serviceToken"].as_str().unwrap();
            assert!(works(server, token, own).await, "{cause}");

            match cause {
                "it is deleted" => {
                    let id = made["serviceTokenData"]["id"].as_str().unwrap();
                    world.admin.ok("DELETE", &format!("{own}/{id}"), None).await;
                }
                "its project is deleted" => {
                    world
                        .admin
                        .ok("DELETE", &format!("/api/v1/projects/{}", world.id("project")), None)
                        .await;
                }
                _ => server.clock.advance_seconds(60),
            }

            let before = database::contents(server).await;
            for route in guarded() {
                let answer = call(&route, &world.ids).send(server, Some(token)).await;
                let is_refused = match answer.status {
                    403 => answer.body["message"] == "Service token has expired",
                    status => status == 404 && answer.body["message"] == "Service token not found",
                };
                assert!(is_refused, "{cause}, {}: {}", label(&route), answer.text);
            }
            assert!(database::differences(&before, &database::contents(server).await).is_empty(), "{cause}");
            database::restore(server).await;
        }
    })
    .await;
}
