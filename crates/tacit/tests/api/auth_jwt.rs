//! JWT Auth: tokens signed by keys that are given, or published by their signer.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, each_engine},
    harness_auth_methods::{Vouched, made_up, traps},
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::StandIn,
    harness_signer::{Signer, key_set},
    harness_tokens::{
        logs_in_as_every_method_does, proof, refuses_claims, refuses_forgeries,
        refuses_other_issuers_and_audiences, refuses_other_times, with,
    },
};

const METHOD: &str = "jwt-auth";

/// Claims of a token that is let in by [`settings`].
fn claims(admin: &Admin<'_>) -> Value {
    let now = admin.server.app.now().seconds();
    json!({ "iss": "https://issuer.test", "sub": "repo:acme/shop", "aud": "tacit", "env": "prod",
        "iat": now, "nbf": now, "exp": now + 300 })
}

fn settings() -> Value {
    json!({ "boundIssuer": "https://issuer.test", "boundAudiences": "other, tacit",
        "boundSubject": "repo:acme/*", "boundClaims": { "env": "prod, stage" } })
}

fn with_keys(signers: &[&Signer]) -> Value {
    let mut settings = settings();
    settings["configurationType"] = json!("static");
    settings["publicKeys"] = signers.iter().map(|signer| signer.pem()).collect();
    settings
}

fn published_by(stand_in: &StandIn) -> Value {
    let mut settings = settings();
    settings["configurationType"] = json!("jwks");
    settings["jwksUrl"] = json!(format!("{}/keys", stand_in.url));
    settings["jwksCaCert"] = json!(stand_in.certificate);
    settings
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::bare(&admin, METHOD).await;
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);

        let made =
            admin.ok("POST", &machine.path(), Some(with_keys(&[&signer]))).await["identityJwtAuth"].clone();
        assert_eq!(made["configurationType"], "static");
        assert_eq!(made["boundClaims"], json!({ "env": "prod, stage" }));
        assert_eq!(made["accessTokenTTL"], 2_592_000);
        assert_eq!(made["accessTokenTrustedIps"][0]["ipAddress"], "0.0.0.0");
        assert_eq!(admin.call("POST", &machine.path(), Some(with_keys(&[&signer]))).await.status, 400);

        let token = machine.token(&proof(&signer.sign(&claims(&admin)))).await;
        let changed = machine.configure(json!({ "accessTokenTTL": 60, "boundAudiences": "tacit" })).await;
        assert_eq!(changed["identityJwtAuth"]["boundAudiences"], "tacit");
        assert_eq!(changed["identityJwtAuth"]["boundSubject"], "repo:acme/*");
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        let listed = admin.ok("GET", &format!("/api/v1/identities/{}", machine.id), None).await;
        assert_eq!(listed["identity"]["identity"]["authMethods"], json!([METHOD]));

        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(crate::harness_identities::status_with(server, &token).await, 401);
        assert_eq!(machine.login(&proof(&signer.sign(&claims(&admin)))).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-jwt-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn settings_that_let_everybody_in_or_make_no_sense_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let key = Signer::new("a").pem();
        for (settings, field) in [
            (
                json!({ "configurationType": "static", "publicKeys": [key], "boundIssuer": "x" }),
                "boundSubject",
            ),
            (json!({ "configurationType": "static", "publicKeys": [], "boundSubject": "x" }), "publicKeys"),
            (
                json!({ "configurationType": "static", "publicKeys": ["x"], "boundSubject": "x" }),
                "publicKeys",
            ),
            (
                json!({ "configurationType": "jwks", "jwksUrl": "http://x.test", "boundSubject": "x" }),
                "jwksUrl",
            ),
            (json!({ "configurationType": "jwks", "jwksUrl": "", "boundSubject": "x" }), "jwksUrl"),
            (
                json!({ "configurationType": "jwks", "jwksUrl": "https://a@x.test", "boundSubject": "x" }),
                "jwksUrl",
            ),
            (json!({ "jwksUrl": "https://x.test", "jwksCaCert": "x", "boundSubject": "x" }), "jwksCaCert"),
            (json!({ "jwksUrl": "https://x.test", "boundClaims": { "a": "" } }), "boundClaims"),
            (json!({ "configurationType": "other" }), "configurationType"),
            (json!({ "publicKeys": "x" }), "publicKeys"),
            (
                json!({ "accessTokenTTL": -1, "jwksUrl": "https://x.test", "boundSubject": "x" }),
                "accessTokenTTL",
            ),
        ] {
            let answer = admin.call("POST", &machine.path(), Some(settings.clone())).await;
            assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
            assert!(answer.text.contains(field), "{settings}: {}", answer.text);
        }
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_fails_one_check_is_refused_like_an_identity_that_nobody_has() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, with_keys(&[&signer])).await;
        let good = claims(&admin);

        assert_eq!(machine.judged(&proof(&signer.sign(&good))).await, "");
        machine.refuses(&proof("x"), "signature").await;
        refuses_forgeries(&machine, &signer, &good).await;
        refuses_other_times(&machine, &signer, &good).await;
        refuses_other_issuers_and_audiences(&machine, &signer, &good).await;
        let others = [
            ("sub", json!("repo:evil/shop"), "subject"),
            ("sub", json!("repo:acme/shop/x"), "subject"),
            ("sub", Value::Null, "subject"),
            ("env", json!("dev"), "claim"),
            ("env", Value::Null, "claim"),
            ("env", json!({ "x": "prod" }), "claim"),
        ];
        refuses_claims(&machine, &signer, &good, &others).await;
        machine.token(&proof(&signer.sign(&with(&good, "env", json!(["dev", "stage"]))))).await;
    })
    .await;
}

#[tokio::test]
async fn published_keys_are_read_once_and_again_when_they_are_rotated() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (old, new) = (Signer::new("old"), Signer::new("new"));
        let keys = key_set(&[&old]);
        let stand_in = StandIn::start(move |_| (200, keys.clone()));
        let machine = Vouched::new(&admin, METHOD, published_by(&stand_in)).await;
        let (by_old, by_new) = (proof(&old.sign(&claims(&admin))), proof(&new.sign(&claims(&admin))));
        let asked = || stand_in.take().len();

        machine.token(&by_old).await;
        machine.token(&by_old).await;
        assert_eq!(asked(), 1, "the second login asked nobody");
        machine.refuses(&by_new, "signature").await;
        assert_eq!(asked(), 0, "nobody can make this server ask for ever");

        let keys = key_set(&[&new]);
        stand_in.will_answer(move |_| (200, keys.clone()));
        server.clock.advance_seconds(11);
        machine.token(&by_new).await;
        machine.refuses(&by_old, "signature").await;
        assert_eq!(asked(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_signer_that_is_down_stops_no_login_by_keys_that_are_known() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let keys = key_set(&[&signer]);
        let stand_in = StandIn::start(move |_| (200, keys.clone()));
        let machine = Vouched::new(&admin, METHOD, published_by(&stand_in)).await;
        let fresh = || proof(&signer.sign(&claims(&admin)));
        machine.token(&fresh()).await;
        for answer in ["", "[]", "{\"keys\": 1}", "{\"keys\": [{}]}"] {
            stand_in.will_answer(move |_| (200, answer.to_owned()));
            server.clock.advance_seconds(400);
            machine.token(&fresh()).await;
        }
        stand_in.will_answer(|_| (500, String::new()));
        server.clock.advance_seconds(23 * 3600);
        machine.token(&fresh()).await;
        server.clock.advance_seconds(3600);
        machine.refuses(&fresh(), "signature").await;
    })
    .await;
}

#[tokio::test]
async fn keys_come_from_nobody_that_is_not_trusted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let keys = key_set(&[&signer]);
        let stand_in = StandIn::start(move |_| (200, keys.clone()));
        let other = StandIn::start(|_| (200, String::new()));
        let mut settings = published_by(&stand_in);
        settings["jwksCaCert"] = json!(other.certificate);
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let token = proof(&signer.sign(&claims(&admin)));
        machine.refuses(&token, "signature").await;
        machine.configure(json!({ "jwksUrl": "https://127.0.0.2:1/keys" })).await;
        machine.refuses(&token, "signature").await;
        assert!(stand_in.take().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_form_logs_in_and_tokens_are_limited_as_the_settings_say() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, with_keys(&[&signer])).await;
        logs_in_as_every_method_does(&machine, &signer.sign(&claims(&admin))).await;
    })
    .await;
}

#[tokio::test]
async fn who_may_not_change_the_identity_cannot_try_its_settings() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, with_keys(&[&signer])).await;
        let (_, client_id, client_secret) = admin.machine("nobody", "no-access").await;
        let nobody = server.machine_token(&client_id, &client_secret).await;
        let path = format!("/api/ui/v1/identities/{}/jwt-auth/test", machine.id);
        let answer = server.call("POST", &path, Some(&nobody), Some(proof("x"))).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        let other = server.second_organization().await;
        assert_eq!(other.call("POST", &path, Some(proof("x"))).await.status, 404);
        assert_eq!(other.call("GET", &machine.path(), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, with_keys(&[&signer])).await;
        let good = claims(&admin);
        for body in made_up("jwt") {
            let answer = machine.login(&body).await;
            assert!((400..500).contains(&answer.status), "{body}: {}", answer.text);
        }
        for name in ["iss", "sub", "aud", "env", "exp", "nbf", "iat"] {
            for value in traps() {
                let token = proof(&signer.sign(&with(&good, name, value.clone())));
                let status = machine.login(&token).await.status;
                assert!(status < 500, "{name} {value}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, with_keys(&[&signer])).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&signer.sign(&claims(&admin)))).await;
        })
        .await;
    })
    .await;
}
