//! Access tokens of machines: how long, how often, from where, and what ends them.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tacit::jobs::flush_uses;
use tacit_store::{access_tokens, auth_methods, organizations};

use crate::{
    harness::{Answer, TestServer, each_engine},
    harness_identities::{Machine, call_from, status_with},
};

async fn maintain(server: &TestServer, what: &str, token: &str) -> Answer {
    let body = json!({ "accessToken": token });
    server.call("POST", &format!("/api/v1/auth/token/{what}"), None, Some(body)).await
}

#[tokio::test]
async fn a_token_ends_with_its_ttl() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenTTL": 60, "accessTokenMaxTTL": 600 })).await;
        let token = machine.login(server).await;

        // It keeps the limits of its login.
        machine.configure(&admin, json!({ "accessTokenTTL": 600 })).await;
        server.clock.advance_seconds(59);
        assert_eq!(status_with(server, &token).await, 200);
        server.clock.advance_seconds(1);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(maintain(server, "renew", &token).await.status, 401);
        // Past its max TTL the token itself says so.
        server.clock.advance_seconds(540);
        let answer = server.call("GET", "/api/v1/identities/details", Some(&token), None).await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("TokenError")));
    })
    .await;
}

#[tokio::test]
async fn renewing_starts_the_ttl_again_and_stops_at_the_max_ttl() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenTTL": 100, "accessTokenMaxTTL": 250 })).await;
        let token = machine.login(server).await;

        for (wait, expires_in) in [(90, 100), (90, 70), (60, 10)] {
            server.clock.advance_seconds(wait);
            let answer = maintain(server, "renew", &token).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(answer.body["accessToken"], token);
            assert_eq!(answer.body["expiresIn"], expires_in);
            assert_eq!(answer.body["accessTokenMaxTTL"], 250);
        }
        server.clock.advance_seconds(9);
        assert_eq!(status_with(server, &token).await, 200);
        server.clock.advance_seconds(1);
        assert_ne!(status_with(server, &token).await, 200);
        assert_ne!(maintain(server, "renew", &token).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_token_with_a_period_is_renewed_for_ever_and_one_with_ttl_0_never_ends() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenTTL": 0, "accessTokenMaxTTL": 50 })).await;
        let endless = machine.login(server).await;
        let settings = json!({ "accessTokenTTL": 10, "accessTokenMaxTTL": 50, "accessTokenPeriod": 100 });
        machine.configure(&admin, settings).await;
        let periodic = machine.login(server).await;

        for _ in 0..5 {
            server.clock.advance_seconds(99);
            assert_eq!(maintain(server, "renew", &periodic).await.body["expiresIn"], 100);
        }
        assert_eq!(maintain(server, "renew", &endless).await.body["expiresIn"], 0);
        assert_eq!(status_with(server, &endless).await, 200);
        server.clock.advance_seconds(100);
        assert_eq!(status_with(server, &periodic).await, 401);
        server.clock.advance_seconds(1_000_000_000);
        assert_eq!(status_with(server, &endless).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_for_so_many_requests() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenNumUsesLimit": 3 })).await;
        let token = machine.login(server).await;

        assert_eq!(status_with(server, &token).await, 200);
        // A refusal counts too, renewing does not.
        let path = format!("/api/v1/identities?orgId={}", admin.organization_id);
        assert_eq!(server.call("GET", &path, Some(&token), None).await.status, 403);
        assert_eq!(maintain(server, "renew", &token).await.status, 200);
        assert_eq!(status_with(server, &token).await, 200);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(maintain(server, "renew", &token).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_requests_at_once_exactly_as_many_as_allowed_succeed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenNumUsesLimit": 5 })).await;
        let token = machine.login(server).await;

        let statuses = join_all((0..32).map(|_| status_with(server, &token))).await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5);
    })
    .await;
}

#[tokio::test]
async fn uses_without_a_limit_are_stored_soon() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let path = format!("/api/v1/auth/token-auth/identities/{}", machine.id);
        admin.ok("POST", &path, Some(json!({}))).await;
        let made = admin.ok("POST", &format!("{path}/tokens"), Some(json!({}))).await;
        let token = made["accessToken"].as_str().unwrap();
        let shown = format!("/api/v1/auth/token-auth/tokens/{}", made["tokenData"]["id"].as_str().unwrap());
        server.clock.advance_seconds(7);
        for _ in 0..3 {
            assert_eq!(status_with(server, token).await, 200);
        }

        flush_uses::flush(&server.app).await;
        flush_uses::flush(&server.app).await;

        let token = admin.ok("GET", &shown, None).await["token"].clone();
        assert_eq!(token["accessTokenNumUses"], 3);
        assert_eq!(token["accessTokenLastUsedAt"], "2026-01-31T12:00:07.000Z");
    })
    .await;
}

#[tokio::test]
async fn a_token_works_from_trusted_addresses_only() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let token = machine.login(server).await;
        let details = ("GET", "/api/v1/identities/details");
        let use_from = async |ip| call_from(server, ip, details, Some(&token), Value::Null).await;

        // Trusted addresses are read live.
        machine.configure(&admin, json!({ "accessTokenTrustedIps": [{ "ipAddress": "10.0.0.0/8" }] })).await;
        let outside = use_from([192, 0, 2, 1]).await;
        assert_eq!((outside.status, &outside.body["error"]), (403, &json!("ForbiddenError")));
        assert_eq!(use_from([10, 9, 8, 7]).await.status, 200);
        let events = server.events(&admin.organization_id).await;
        let refused = events.iter().find(|event| event.event_type == "use-identity-access-token").unwrap();
        assert_eq!(
            (refused.result.as_str(), refused.actor_id.as_deref()),
            ("denied", Some(machine.id.as_str()))
        );
        // A stolen token cannot be kept alive from elsewhere, but anybody may end it.
        let body = json!({ "accessToken": token });
        let renew = ("POST", "/api/v1/auth/token/renew");
        assert_eq!(call_from(server, [192, 0, 2, 1], renew, None, body.clone()).await.status, 403);
        let events = server.events(&admin.organization_id).await;
        let refused = events.iter().find(|event| event.event_type == "renew-identity-access-token").unwrap();
        assert_eq!((refused.result.as_str(), refused.ip.as_deref()), ("denied", Some("192.0.2.1")));
        assert_eq!(call_from(server, [10, 9, 8, 7], renew, None, body).await.status, 200);
        assert_eq!(maintain(server, "revoke", &token).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_neither_used_renewed_nor_revoked_again() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let token = Machine::new(&admin, "no-access").await.login(server).await;

        assert_eq!(maintain(server, "revoke", &token).await.status, 200);

        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(maintain(server, "renew", &token).await.status, 401);
        assert_eq!(maintain(server, "revoke", &token).await.status, 401);
        assert_eq!(maintain(server, "renew", &admin.token).await.status, 400);
        assert_eq!(maintain(server, "revoke", &admin.token).await.status, 400);
        for what in ["renew", "revoke"] {
            let garbage = maintain(server, what, "abc").await;
            assert_eq!((garbage.status, &garbage.body["error"]), (403, &json!("TokenError")));
            let path = format!("/api/v1/auth/token/{what}");
            assert_eq!(server.call("POST", &path, None, Some(json!({}))).await.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_token_came_from_takes_it_along() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for what in ["secret", "method", "identity"] {
            let machine = Machine::new(&admin, "no-access").await;
            let (id, secret) = machine.secret(&admin, json!({})).await;
            let token = server.machine_token(&machine.client_id, &secret).await;
            let other = machine.login(server).await;
            assert_eq!(status_with(server, &token).await, 200);

            let (method, path) = match what {
                "secret" => ("POST", format!("{}/client-secrets/{id}/revoke", machine.path())),
                "method" => ("DELETE", machine.path()),
                _ => ("DELETE", format!("/api/v1/identities/{}", machine.id)),
            };
            admin.ok(method, &path, None).await;

            assert_eq!(status_with(server, &token).await, 401, "{what}");
            assert_eq!(maintain(server, "renew", &token).await.status, 401, "{what}");
            let others = if what == "secret" { 200 } else { 401 };
            assert_eq!(status_with(server, &other).await, others, "{what}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_change_of_access_moves_the_revision_of_the_organization() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let token = machine.login(server).await;
        let organization = tacit_core::id::OrganizationId::new(&admin.organization_id);
        let revision = async || {
            let mut db = server.app.database.read().await.unwrap();
            organizations::find(&mut db, &organization).await.unwrap().unwrap().access_revision
        };

        let mut last = revision().await;
        let path = format!("/api/v1/identities/{}", machine.id);
        for (method, path) in [
            ("PATCH", path.clone()),
            ("POST", format!("{}/client-secrets", machine.path())),
            ("PATCH", machine.path()),
            ("DELETE", machine.path()),
            ("DELETE", path),
        ] {
            admin.ok(method, &path, Some(json!({}))).await;
            assert_eq!(revision().await, last + 1, "{method} {path}");
            last += 1;
        }
        // What fails moves nothing.
        assert_eq!(maintain(server, "revoke", &token).await.status, 401);
        assert_eq!(revision().await, last);
    })
    .await;
}

#[tokio::test]
async fn tokens_that_ended_a_week_ago_are_removed_and_others_stay() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (id, client_id, client_secret) = admin.machine("ci", "no-access").await;
        let path = format!("/api/v1/auth/universal-auth/identities/{id}");
        admin.ok("PATCH", &path, Some(json!({ "accessTokenTTL": 60, "accessTokenMaxTTL": 600 }))).await;
        server.machine_token(&client_id, &client_secret).await;
        server.clock.advance_seconds(7 * 24 * 60 * 60 + 30);
        server.machine_token(&client_id, &client_secret).await;
        let count = async || {
            let mut db = server.app.database.read().await.unwrap();
            let identity = tacit_core::id::IdentityId::new(&id);
            let method =
                auth_methods::find(&mut db, &identity, auth_methods::UNIVERSAL_AUTH).await.unwrap().unwrap();
            access_tokens::list(&mut db, &method.id, 0, 100).await.unwrap().len()
        };

        tacit::app::access_tokens::prune(&server.app).await.unwrap();
        assert_eq!(count().await, 2, "the first ended less than a week ago");
        server.clock.advance_seconds(60);
        tacit::app::access_tokens::prune(&server.app).await.unwrap();

        assert_eq!(count().await, 1);
    })
    .await;
}
