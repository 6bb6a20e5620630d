//! Universal Auth: its settings, its client secrets, and logging in.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tacit_core::token::Claims;

use crate::{
    harness::{Admin, each_engine},
    harness_identities::{Machine, audit_text, call_from, comparable, slug, status_with},
};

const LOGIN: &str = "/api/v1/auth/universal-auth/login";

async fn bare_identity(admin: &Admin<'_>) -> String {
    let body = json!({ "name": "bare", "organizationId": admin.organization_id });
    let body = admin.ok("POST", "/api/v1/identities", Some(body)).await;
    format!("/api/v1/auth/universal-auth/identities/{}", body["identity"]["id"].as_str().unwrap())
}

fn everywhere() -> Value {
    json!([
        { "ipAddress": "0.0.0.0", "type": "ipv4", "prefix": 0 },
        { "ipAddress": "::", "type": "ipv6", "prefix": 0 },
    ])
}

#[tokio::test]
async fn it_is_attached_with_defaults_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = bare_identity(&admin).await;

        let made = admin.ok("POST", &path, Some(json!({}))).await["identityUniversalAuth"].clone();
        assert_eq!(made["clientId"].as_str().unwrap().len(), 36);
        for (field, value) in [
            ("accessTokenTTL", json!(2_592_000)),
            ("accessTokenMaxTTL", json!(2_592_000)),
            ("accessTokenNumUsesLimit", json!(0)),
            ("accessTokenPeriod", json!(0)),
            ("lockoutEnabled", json!(true)),
            ("lockoutThreshold", json!(3)),
            ("lockoutDurationSeconds", json!(300)),
            ("lockoutCounterResetSeconds", json!(30)),
            ("clientSecretTrustedIps", everywhere()),
            ("accessTokenTrustedIps", everywhere()),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!(admin.call("POST", &path, Some(json!({}))).await.status, 400);

        server.clock.advance_seconds(5);
        let change = json!({
            "accessTokenTTL": 3600, "accessTokenMaxTTL": 7200, "lockoutEnabled": false,
            "clientSecretTrustedIps": [{ "ipAddress": "10.0.0.0/8" }, { "ipAddress": "::1" }],
        });
        let changed = admin.ok("PATCH", &path, Some(change)).await["identityUniversalAuth"].clone();
        assert_eq!(changed["accessTokenMaxTTL"], 7200);
        assert_eq!(changed["lockoutEnabled"], false);
        assert_eq!(changed["updatedAt"], "2026-01-31T12:00:05.000Z");
        let ips = json!([
            { "ipAddress": "10.0.0.0", "type": "ipv4", "prefix": 8 },
            { "ipAddress": "::1", "type": "ipv6" },
        ]);
        assert_eq!(changed["clientSecretTrustedIps"], ips);
        // An answer can be sent back as it is.
        let echo = json!({ "clientSecretTrustedIps": ips });
        assert_eq!(admin.ok("PATCH", &path, Some(echo)).await["identityUniversalAuth"], changed);
        assert_eq!(admin.ok("GET", &path, None).await["identityUniversalAuth"], changed);
        assert_eq!(admin.ok("DELETE", &path, None).await["identityUniversalAuth"], changed);
    })
    .await;
}

#[tokio::test]
async fn where_it_is_not_attached_everything_is_404() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = bare_identity(&admin).await;
        for (method, path) in [
            ("GET", path.clone()),
            ("PATCH", path.clone()),
            ("DELETE", path.clone()),
            ("POST", format!("{path}/clear-lockouts")),
            ("POST", format!("{path}/client-secrets")),
            ("GET", format!("{path}/client-secrets")),
            ("GET", format!("{path}/client-secrets/nope")),
            ("POST", format!("{path}/client-secrets/nope/revoke")),
        ] {
            let answer = admin.call(method, &path, Some(json!({}))).await;
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn settings_out_of_bounds_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = bare_identity(&admin).await;
        admin.ok("POST", &path, Some(json!({}))).await;
        for (body, status) in [
            (json!({ "accessTokenTTL": 9000, "accessTokenMaxTTL": 7200 }), 400),
            (json!({ "accessTokenTTL": 2_592_001 }), 400),
            (json!({ "accessTokenTTL": 315_360_001, "accessTokenMaxTTL": 315_360_001 }), 422),
            (json!({ "accessTokenTTL": -1 }), 422),
            (json!({ "accessTokenTTL": 1.5 }), 422),
            (json!({ "accessTokenNumUsesLimit": -1 }), 422),
            (json!({ "accessTokenPeriod": -1 }), 422),
            (json!({ "lockoutThreshold": 0 }), 422),
            (json!({ "lockoutThreshold": 31 }), 422),
            (json!({ "lockoutDurationSeconds": 29 }), 422),
            (json!({ "lockoutCounterResetSeconds": 3601 }), 422),
            (json!({ "clientSecretTrustedIps": [{ "ipAddress": "nonsense" }] }), 400),
            (json!({ "accessTokenTrustedIps": [{ "ipAddress": "10.0.0.0/33" }] }), 400),
            (json!({ "accessTokenTrustedIps": [] }), 422),
            (json!({ "accessTokenTTL": 5000, "accessTokenMaxTTL": 0 }), 200),
            (json!({ "accessTokenTTL": 0, "accessTokenMaxTTL": 10 }), 200),
        ] {
            let answer = admin.call("PATCH", &path, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        let both = json!({ "accessTokenTTL": 315_360_001, "accessTokenMaxTTL": 315_360_001 });
        let answer = admin.call("PATCH", &path, Some(both)).await;
        assert_eq!(answer.body["message"][1]["path"], json!(["accessTokenMaxTTL"]));
    })
    .await;
}

#[tokio::test]
async fn a_client_secret_is_shown_once_listed_and_revoked() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let path = format!("{}/client-secrets", machine.path());
        let body = json!({ "description": "second", "numUsesLimit": 2, "ttl": 60 });

        let made = admin.ok("POST", &path, Some(body)).await;
        let (secret, data) = (made["clientSecret"].as_str().unwrap(), made["clientSecretData"].clone());
        assert_eq!(secret.len(), 64);
        assert_eq!(data["clientSecretPrefix"], secret[..4]);
        assert_eq!(data["description"], "second");
        assert_eq!(data["clientSecretNumUses"], 0);
        assert_eq!(data["clientSecretNumUsesLimit"], 2);
        assert_eq!(data["clientSecretTTL"], 60);
        assert_eq!(data["isClientSecretRevoked"], false);

        let list = admin.ok("GET", &path, None).await;
        assert_eq!(list["clientSecretData"].as_array().unwrap().len(), 2);
        assert!(!list.to_string().contains(secret));
        let one = format!("{path}/{}", data["id"].as_str().unwrap());
        assert_eq!(admin.ok("GET", &one, None).await["clientSecretData"], data);
        let revoked = admin.ok("POST", &format!("{one}/revoke"), None).await;
        assert_eq!(revoked["clientSecretData"]["isClientSecretRevoked"], true);
        assert_eq!(admin.ok("GET", &one, None).await, revoked);
        assert_eq!(admin.ok("GET", &path, None).await["clientSecretData"].as_array().unwrap().len(), 1);
        for body in [json!({ "ttl": -1 }), json!({ "ttl": 315_360_001 }), json!({ "numUsesLimit": -1 })] {
            assert_eq!(admin.call("POST", &path, Some(body)).await.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn a_machine_logs_in_with_json_or_a_form() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenTTL": 3600, "accessTokenMaxTTL": 7200 })).await;
        let form = format!("clientId={}&clientSecret={}&x=1", machine.client_id, machine.client_secret);
        let form = axum::http::Request::post(LOGIN)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", "Bearer stale")
            .body(form.into())
            .unwrap();

        let spaced = format!(" {} ", machine.client_secret);
        for answer in [machine.try_login(server, &spaced).await, server.send(form).await] {
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(answer.body["expiresIn"], 3600);
            assert_eq!(answer.body["accessTokenMaxTTL"], 7200);
            assert_eq!(answer.body["tokenType"], "Bearer");
            let token = answer.body["accessToken"].as_str().unwrap();
            let Claims::Identity(claims) = server.app.keys.tokens.verify(token, server.app.now()).unwrap()
            else {
                panic!("a machine's token");
            };
            assert_eq!(claims.identity_id.as_str(), machine.id);
            assert_eq!(claims.identity_name, "machine");
            assert_eq!(claims.auth_method, "universal-auth");
            assert_eq!(claims.organization_id.as_str(), admin.organization_id);
            assert!(claims.client_secret_id.is_some());
            assert_eq!(claims.expires_at, Some(claims.issued_at + 7200));
            assert_eq!(status_with(server, token).await, 200);
        }
        let path = format!("/api/v1/identities/{}", machine.id);
        let shown = admin.ok("GET", &path, None).await["identity"].clone();
        assert_eq!(shown["lastLoginAuthMethod"], "universal-auth");
        assert_eq!(shown["lastLoginTime"], "2026-01-31T12:00:00.000Z");
        let secrets = admin.ok("GET", &format!("{}/client-secrets", machine.path()), None).await;
        assert_eq!(secrets["clientSecretData"][0]["clientSecretNumUses"], 2);
    })
    .await;
}

#[tokio::test]
async fn tokens_without_a_max_ttl_have_no_end_in_them() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        for (settings, ttl, max) in [
            (json!({ "accessTokenTTL": 0 }), 0, 2_592_000),
            (json!({ "accessTokenTTL": 60, "accessTokenMaxTTL": 0 }), 60, 0),
            (json!({ "accessTokenPeriod": 90, "accessTokenMaxTTL": 60 }), 90, 1_000_000_000),
        ] {
            machine.configure(&admin, settings).await;
            let answer = machine.try_login(server, &machine.client_secret).await;
            assert_eq!(answer.body["expiresIn"], ttl);
            assert_eq!(answer.body["accessTokenMaxTTL"], max);
            let token = answer.body["accessToken"].as_str().unwrap();
            let claims = server.app.keys.tokens.verify(token, server.app.now()).unwrap();
            assert_eq!(claims.expires_at(), None);
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_credentials_answer_alike_whatever_is_wrong() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let (id, revoked) = machine.secret(&admin, json!({})).await;
        let other = Machine::new(&admin, "no-access").await;
        admin.ok("POST", &format!("{}/client-secrets/{id}/revoke", machine.path()), None).await;
        let unknown = |client_id: &str| Machine {
            id: String::new(),
            client_id: client_id.to_owned(),
            client_secret: String::new(),
        };

        let wrong = machine.try_login(server, "wrong").await;
        assert_eq!((wrong.status, &wrong.body["error"]), (401, &json!("UnauthorizedError")));
        for answer in [
            unknown("00000000-0000-4000-8000-000000000000").try_login(server, "wrong").await,
            unknown("nope").try_login(server, &machine.client_secret).await,
            unknown("").try_login(server, "").await,
            machine.try_login(server, &revoked).await,
            machine.try_login(server, &other.client_secret).await,
        ] {
            assert_eq!(comparable(&answer), comparable(&wrong));
        }
        for body in [
            json!({ "clientId": machine.client_id }),
            json!({}),
            json!({ "clientId": 1, "clientSecret": null }),
        ] {
            assert_eq!(server.call("POST", LOGIN, None, Some(body)).await.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn client_secrets_work_from_trusted_addresses_only() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "clientSecretTrustedIps": [{ "ipAddress": "10.0.0.0/8" }] })).await;
        let body = json!({ "clientId": machine.client_id, "clientSecret": machine.client_secret });

        let outside = call_from(server, [192, 0, 2, 1], ("POST", LOGIN), None, body.clone()).await;
        assert_eq!((outside.status, &outside.body["error"]), (403, &json!("ForbiddenError")));
        let inside = call_from(server, [10, 9, 8, 7], ("POST", LOGIN), None, body).await;
        assert_eq!(inside.status, 200);
        assert!(audit_text(&admin).await.contains("address not trusted"));
    })
    .await;
}

#[tokio::test]
async fn an_expired_client_secret_ends_but_not_its_tokens() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let (id, secret) = machine.secret(&admin, json!({ "ttl": 60 })).await;

        server.clock.advance_seconds(59);
        let token = server.machine_token(&machine.client_id, &secret).await;
        server.clock.advance_seconds(1);

        assert_eq!(machine.try_login(server, &secret).await.status, 401);
        assert_eq!(machine.try_login(server, &secret).await.status, 401);
        assert_eq!(status_with(server, &token).await, 200);
        let path = format!("{}/client-secrets/{id}", machine.path());
        assert_eq!(admin.ok("GET", &path, None).await["clientSecretData"]["isClientSecretRevoked"], true);
        // A secret that was right once locks nobody out, however often it is tried.
        for _ in 0..5 {
            machine.try_login(server, &secret).await;
        }
        machine.login(server).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_secret_is_good_for_so_many_logins() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let (_, secret) = machine.secret(&admin, json!({ "numUsesLimit": 2 })).await;
        let body =
            json!({ "clientId": machine.client_id, "clientSecret": secret, "organizationSlug": "nobody" });

        // Only a success counts.
        assert_eq!(server.call("POST", LOGIN, None, Some(body)).await.status, 404);
        let first = server.machine_token(&machine.client_id, &secret).await;
        server.machine_token(&machine.client_id, &secret).await;

        for _ in 0..2 {
            assert_eq!(machine.try_login(server, &secret).await.status, 401);
        }
        assert_eq!(status_with(server, &first).await, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_logins_at_once_exactly_as_many_as_allowed_succeed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let (id, secret) = machine.secret(&admin, json!({ "numUsesLimit": 7 })).await;

        let answers = join_all((0..32).map(|_| machine.try_login(server, &secret))).await;

        let succeeded = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(succeeded, 7);
        assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)));
        let path = format!("{}/client-secrets/{id}", machine.path());
        assert_eq!(admin.ok("GET", &path, None).await["clientSecretData"]["clientSecretNumUses"], 7);
    })
    .await;
}

#[tokio::test]
async fn wrong_client_secrets_lock_the_method_for_a_while() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let wrong = async || {
            assert_eq!(machine.try_login(server, "wrong").await.status, 401);
        };

        for _ in 0..3 {
            wrong().await;
        }
        let locked = machine.try_login(server, &machine.client_secret).await;
        assert_eq!(locked.status, 401);
        assert!(locked.body["message"].as_str().unwrap().contains("Locked"));
        server.clock.advance_seconds(299);
        assert_eq!(machine.try_login(server, &machine.client_secret).await.status, 401);
        server.clock.advance_seconds(1);
        machine.login(server).await;

        // Two wrong ones, a success: the count starts again.
        wrong().await;
        wrong().await;
        machine.login(server).await;
        wrong().await;
        wrong().await;
        // So it does when the last wrong one is long ago.
        server.clock.advance_seconds(30);
        wrong().await;
        wrong().await;
        machine.login(server).await;
    })
    .await;
}

#[tokio::test]
async fn a_lockout_is_ended_by_hand_or_switched_off() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let clear = format!("{}/clear-lockouts", machine.path());
        assert_eq!(admin.ok("POST", &clear, None).await, json!({ "deleted": 0 }));
        for _ in 0..3 {
            machine.try_login(server, "wrong").await;
        }
        assert_eq!(machine.try_login(server, &machine.client_secret).await.status, 401);

        assert_eq!(admin.ok("POST", &clear, None).await, json!({ "deleted": 1 }));
        machine.login(server).await;

        machine.configure(&admin, json!({ "lockoutEnabled": false })).await;
        for _ in 0..9 {
            machine.try_login(server, "wrong").await;
        }
        machine.login(server).await;
    })
    .await;
}

#[tokio::test]
async fn an_organization_can_be_named_and_must_be_the_own() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        server.second_organization().await;
        let machine = Machine::new(&admin, "no-access").await;
        let own = slug(&admin).await;
        for (field, slug, status) in [
            ("organizationSlug", own.as_str(), 200),
            ("organizationSlug", "", 200),
            ("organizationSlug", "nobody", 404),
            ("organizationSlug", "evil", 401),
            ("subOrganizationName", "evil", 401),
        ] {
            let mut body = json!({ "clientId": machine.client_id, "clientSecret": machine.client_secret });
            body[field] = slug.into();
            assert_eq!(server.call("POST", LOGIN, None, Some(body)).await.status, status, "{slug}");
            // Without the credentials nobody learns which organizations there are.
            let mut body = json!({ "clientId": "nope", "clientSecret": "wrong" });
            body[field] = slug.into();
            assert_eq!(server.call("POST", LOGIN, None, Some(body)).await.status, 401);
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_knows_logins_but_no_secrets() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        let token = machine.login(server).await;
        machine.try_login(server, "canary-of-a-wrong-secret").await;

        let text = audit_text(&admin).await;

        assert!(text.contains("login-identity-universal-auth"));
        assert!(text.contains("wrong client secret"));
        assert!(text.contains("create-identity-universal-auth-client-secret"));
        let signature = token.rsplit('.').next().unwrap();
        // A machine that nobody knows is an event of the instance; what it sent is not kept.
        let unknown = json!({ "clientId": "canary-of-a-client-id", "clientSecret": "x" });
        assert_eq!(server.call("POST", LOGIN, None, Some(unknown)).await.status, 401);
        let instance = format!("{:?}", server.events("").await);
        assert!(instance.contains("unknown client id"));
        assert!(!instance.contains("canary-of-a-client-id"));
        for secret in [machine.client_secret.as_str(), "canary-of-a-wrong-secret", signature] {
            assert!(!text.contains(secret));
        }
    })
    .await;
}
