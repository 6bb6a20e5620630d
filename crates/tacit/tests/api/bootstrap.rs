//! The first start and the set-up, which happens once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tacit::app::instance::{self, StartError};
use tacit_core::{keyring::RootKey, random::Random};

use crate::harness::{START, TestServer, each_engine};

const PATH: &str = "/api/v1/admin/bootstrap";
const LOOPBACK: [u8; 4] = [127, 0, 0, 1];
const HOST: (&str, &str) = ("host", "127.0.0.1:8080");

fn request() -> Value {
    json!({ "email": "Ada@Example.test", "password": "correct horse battery", "organization": "Acme", "domain": "x" })
}

async fn is_initialized(server: &TestServer) -> bool {
    let answer = server.get("/api/v1/admin/config").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["config"]["initialized"].as_bool().unwrap()
}

#[tokio::test]
async fn it_makes_a_user_an_organization_and_a_machine() {
    each_engine(async |server| {
        assert!(!is_initialized(server).await);

        let answer = server.call("POST", PATH, None, Some(request())).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = &answer.body;
        assert_eq!(body["user"]["email"], "ada@example.test");
        assert_eq!(body["user"]["username"], "ada@example.test");
        assert_eq!(body["user"]["superAdmin"], true);
        assert!(body["user"]["firstName"].is_string() && body["user"]["lastName"].is_string());
        assert_eq!(body["organization"]["name"], "Acme");
        assert!(body["organization"]["slug"].as_str().unwrap().starts_with("acme-"));
        assert!(body["message"].is_string() && body["identity"]["name"].is_string());
        assert!(is_initialized(server).await);

        let token = body["identity"]["credentials"]["token"].as_str().unwrap();
        let path = format!("/api/v1/organization/{}", body["organization"]["id"].as_str().unwrap());
        server.clock.advance_seconds(10 * 365 * 24 * 3600);
        assert_eq!(server.call("GET", &path, Some(token), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn it_happens_once_however_it_is_asked_for() {
    each_engine(async |server| {
        let calls = (0..5).map(|_| server.call("POST", PATH, None, Some(request())));
        let mut statuses: Vec<u16> = join_all(calls).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400, 400, 400, 400]);

        let mut sign_up = request();
        sign_up["firstName"] = "Ada".into();
        for path in [PATH, "/api/v1/admin/signup"] {
            let answer = server.call("POST", path, None, Some(sign_up.clone())).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        }
        let remote = server.call_from([192, 0, 2, 1], &[HOST], PATH, &request()).await;
        assert_eq!(remote.status, 400);
    })
    .await;
}

#[tokio::test]
async fn the_sign_up_signs_in() {
    each_engine(async |server| {
        let mut body = request();
        body["firstName"] = "Ada".into();
        body["protectedKey"] = "ignored".into();
        let answer = server.call("POST", "/api/v1/admin/signup", None, Some(body)).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["user"]["firstName"], "Ada");
        assert_eq!(answer.body["new"], "");
        assert!(answer.cookie().unwrap().starts_with("jid="));
        let token = answer.body["token"].as_str().unwrap();
        let path = format!("/api/v1/organization/{}", answer.body["organization"]["id"].as_str().unwrap());
        assert_eq!(server.call("GET", &path, Some(token), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn another_machine_and_another_site_are_refused() {
    each_engine(async |server| {
        let far = server.call_from([192, 0, 2, 1], &[HOST], PATH, &request()).await;
        assert_eq!(far.status, 403, "{}", far.text);
        let malformed = server.call_from([192, 0, 2, 1], &[HOST], PATH, &json!({})).await;
        assert_eq!(malformed.status, 403, "what it says is not looked at");
        assert!(far.body["message"].as_str().unwrap().contains("X-Tacit-Setup-Token"));
        for headers in [
            &[][..],
            &[("host", "tacit.example")],
            &[HOST, ("x-forwarded-for", "127.0.0.1")],
            &[HOST, ("origin", "http://evil.example")],
            &[HOST, ("origin", "http://127.0.0.1:3000")],
            &[HOST, ("sec-fetch-site", "cross-site")],
            &[HOST, ("x-forwarded-for", "127.0.0.1"), ("x-tacit-setup-token", "wrong")],
        ] {
            let answer = server.call_from(LOOPBACK, headers, PATH, &request()).await;
            assert_eq!(answer.status, 403, "{headers:?}");
        }
        assert!(!is_initialized(server).await);
    })
    .await;
}

#[tokio::test]
async fn the_set_up_token_opens_it_to_another_machine_once() {
    each_engine(async |server| {
        let token = server.app.setup_token.as_ref().unwrap().text().to_owned();
        let headers = [("host", "tacit.example"), ("x-tacit-setup-token", token.as_str())];

        let short = json!({ "email": "a@b.c", "password": "short", "organization": "x" });
        assert_eq!(server.call_from([192, 0, 2, 1], &headers, PATH, &short).await.status, 400);
        assert_eq!(server.call_from([192, 0, 2, 1], &headers, PATH, &request()).await.status, 200);

        assert!(!server.app.setup_token.as_ref().unwrap().accepts(&token, &server.app.keys.hashes, START));
    })
    .await;
}

#[tokio::test]
async fn the_set_up_token_ends_after_half_an_hour() {
    each_engine(async |server| {
        let token = server.app.setup_token.as_ref().unwrap().text().to_owned();
        server.clock.advance_seconds(30 * 60);

        let headers = [("host", "tacit.example"), ("x-tacit-setup-token", token.as_str())];
        assert_eq!(server.call_from([192, 0, 2, 1], &headers, PATH, &request()).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_and_changes_nothing() {
    each_engine(async |server| {
        for (field, value, status) in [
            ("email", json!(null), 422),
            ("email", json!(" "), 422),
            ("email", json!("nobody"), 422),
            ("email", json!(["a@b.c"]), 422),
            ("password", json!(null), 422),
            ("password", json!("seven77"), 400),
            ("password", json!("x".repeat(1025)), 400),
            ("organization", json!(""), 422),
            ("organization", json!("x".repeat(65)), 422),
            ("organization", json!("a\u{7}b"), 422),
        ] {
            let mut body = request();
            body[field] = value;
            let answer = server.call("POST", PATH, None, Some(body)).await;
            assert_eq!(answer.status, status, "{field}: {}", answer.text);
        }
        assert_eq!(server.call("POST", PATH, None, None).await.status, 422);
        assert!(!is_initialized(server).await);
    })
    .await;
}

#[tokio::test]
async fn it_is_audited_without_the_password() {
    each_engine(async |server| {
        let admin = server.with_admin().await;

        let events = server.events(&admin.organization_id).await;

        assert_eq!(events[0].event_type, "bootstrap-instance");
        assert_eq!(events[0].actor_name.as_deref(), Some("ada@example.test"));
        for event in events.iter().chain(&server.events("").await) {
            assert!(!format!("{event:?}").contains("horse"), "{event:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_is_only_started_with_its_own_root_key() {
    each_engine(async |server| {
        let random = Random::seeded(9);
        let other = RootKey::generate(&random);

        let error = instance::prepare(&server.app.database, &other, &random, START).await.unwrap_err();

        assert!(matches!(error, StartError::WrongRootKey { .. }));
        assert!(error.to_string().contains(&other.id()), "{error}");
        assert!(!error.to_string().contains(&*other.to_text()));
    })
    .await;
}
