//! SPIFFE Auth: JWT-SVIDs of a trust domain.

use serde_json::{Value, json};

use crate::{
    harness::{TestServer, each_engine},
    harness_auth_methods::Vouched,
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::StandIn,
    harness_signer::Signer,
    harness_tokens::{
        is_never_our_fault, logs_in_as_every_method_does, proof, refuses_claims, refuses_forgeries,
        refuses_other_times, refuses_settings, with,
    },
};

const METHOD: &str = "spiffe-auth";
const WORKLOAD: &str = "spiffe://example.org/ns/prod/sa/web";

/// The bundle of a trust domain, as SPIRE publishes it: keys say in words of SPIFFE what they sign.
fn bundle(signers: &[(&Signer, &str)]) -> String {
    let key = |(signer, usage): &(&Signer, &str)| {
        let mut key = signer.jwk();
        key.as_object_mut().unwrap().remove("alg");
        key["use"] = json!(usage);
        key
    };
    let keys: Vec<_> = signers.iter().map(key).collect();
    json!({ "keys": keys, "spiffe_refresh_hint": 300, "spiffe_sequence": 1 }).to_string()
}

fn settings(distribution: &Value) -> Value {
    json!({ "trustDomain": "example.org",
        "allowedSpiffeIds": "spiffe://example.org/ns/*/sa/web, spiffe://example.org/ci/**",
        "allowedAudiences": "other, tacit", "trustBundleDistribution": distribution })
}

fn given(signers: &[(&Signer, &str)]) -> Value {
    settings(&json!({ "profile": "static", "bundle": bundle(signers) }))
}

fn published(provider: &StandIn) -> Value {
    settings(&json!({ "profile": "https_web_bundle", "endpointUrl": format!("{}/bundle", provider.url),
        "caCert": provider.certificate }))
}

fn claims(server: &TestServer) -> Value {
    let now = server.app.now().seconds();
    json!({ "sub": WORKLOAD, "aud": ["tacit"], "iat": now, "exp": now + 300 })
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::bare(&admin, METHOD).await;
        let good = given(&[(&signer, "jwt-svid")]);
        let made = admin.ok("POST", &machine.path(), Some(good.clone())).await["identitySpiffeAuth"].clone();
        for (name, value) in good.as_object().unwrap() {
            assert_eq!(made[name], *value);
        }
        machine.token(&proof(&signer.sign(&claims(server)))).await;

        let distribution = json!({ "profile": "https_web_bundle", "endpointUrl": "https://spire.test:8443" });
        let changed = machine.configure(json!({ "trustBundleDistribution": distribution })).await;
        assert_eq!(
            changed["identitySpiffeAuth"]["trustBundleDistribution"],
            json!({ "profile": "https_web_bundle", "endpointUrl": "https://spire.test:8443", "caCert": "",
                "refreshHintSeconds": 3600 })
        );
        assert_eq!(changed["identitySpiffeAuth"]["allowedAudiences"], "other, tacit");
        // The patterns are of the domain that was.
        let other = json!({ "trustDomain": "other.org" });
        assert_eq!(admin.call("PATCH", &machine.path(), Some(other)).await.status, 422);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-spiffe-auth");
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
        let signer = Signer::new("a");
        let good = given(&[(&signer, "jwt-svid")]);
        let from = |distribution| settings(&distribution);
        let with_ids = |ids: &str| with(&good, "allowedSpiffeIds", json!(ids));
        refuses_settings(&machine, vec![
            (with(&good, "trustDomain", Value::Null), "trustDomain"),
            (with(&good, "trustDomain", json!("Example.org")), "trustDomain"),
            (with(&good, "trustDomain", json!("*")), "trustDomain"),
            (with(&good, "allowedSpiffeIds", Value::Null), "allowedSpiffeIds"),
            (with_ids("**"), "allowedSpiffeIds"),
            (with_ids("spiffe://other.org/a"), "allowedSpiffeIds"),
            (with_ids("spiffe://example.org/{a,b}"), "allowedSpiffeIds"),
            (with(&good, "allowedAudiences", Value::Null), "allowedAudiences"),
            (with(&good, "allowedAudiences", json!(",")), "allowedAudiences"),
            (with(&good, "trustBundleDistribution", Value::Null), "trustBundleDistribution"),
            (from(json!({ "profile": "other" })), "trustBundleDistribution"),
            (from(json!({ "profile": "static" })), "trustBundleDistribution"),
            (from(json!({ "profile": "static", "bundle": "x" })), "bundle"),
            (from(json!({ "profile": "static", "bundle": bundle(&[(&signer, "x509-svid")]) })), "bundle"),
            (from(json!({ "profile": "https_web_bundle", "endpointUrl": "http://x.test" })), "endpointUrl"),
            (
                from(json!({ "profile": "https_web_bundle", "endpointUrl": "https://x.test", "caCert": "x" })),
                "caCert",
            ),
            (
                from(json!({ "profile": "https_web_bundle", "endpointUrl": "https://x.test",
                    "refreshHintSeconds": -1 })),
                "refreshHintSeconds",
            ),
        ])
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_workload_logs_in_and_one_that_fails_a_check_does_not() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (signer, authority) = (Signer::new("a"), Signer::new("ca"));
        let machine =
            Vouched::new(&admin, METHOD, given(&[(&authority, "x509-svid"), (&signer, "jwt-svid")])).await;
        let good = claims(server);
        machine.token(&proof(&signer.sign(&good))).await;
        machine.token(&proof(&signer.sign(&with(&good, "aud", json!("tacit"))))).await;
        machine.token(&proof(&signer.sign(&with(&good, "sub", json!("spiffe://example.org/ci/a/b"))))).await;

        machine.refuses(&proof(&authority.sign(&good)), "signature").await;
        refuses_forgeries(&machine, &signer, &good).await;
        refuses_other_times(&machine, &signer, &good).await;
        let others = [
            ("sub", json!("spiffe://evil.org/ns/prod/sa/web"), "trust domain"),
            ("sub", json!("spiffe://example.org.evil/ns/prod/sa/web"), "trust domain"),
            ("sub", json!("spiffe://example.org/ci/../ns/prod/sa/db"), "trust domain"),
            ("sub", json!("spiffe://example.org/ci//x"), "trust domain"),
            ("sub", json!("web"), "trust domain"),
            // Not a token at all: a subject is one text (RFC 7519, 4.1.2).
            ("sub", json!([WORKLOAD]), "signature"),
            ("sub", Value::Null, "trust domain"),
            ("sub", json!("spiffe://example.org/ns/prod/sa/db"), "subject"),
            ("sub", json!("spiffe://example.org/ns/a/b/sa/web"), "subject"),
            ("aud", json!(["spire"]), "audience"),
            ("aud", json!([]), "audience"),
            ("aud", Value::Null, "audience"),
        ];
        refuses_claims(&machine, &signer, &good, &others).await;
        logs_in_as_every_method_does(&machine, &signer.sign(&good)).await;
    })
    .await;
}

#[tokio::test]
async fn a_published_bundle_is_read_once_and_again_when_it_is_rotated() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (old, new) = (Signer::new("old"), Signer::new("new"));
        let keys = bundle(&[(&old, "jwt-svid")]);
        let provider = StandIn::start(move |_| (200, keys.clone()));
        let machine = Vouched::new(&admin, METHOD, published(&provider)).await;
        let sign = |signer: &Signer| proof(&signer.sign(&claims(server)));
        machine.token(&sign(&old)).await;
        machine.token(&sign(&old)).await;
        let asked: Vec<_> = provider.take().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked, ["/bundle"], "the second login asked nobody");

        let keys = bundle(&[(&new, "jwt-svid")]);
        provider.will_answer(move |_| (200, keys.clone()));
        server.clock.advance_seconds(11);
        machine.token(&sign(&new)).await;
        machine.refuses(&sign(&old), "signature").await;
        provider.will_answer(|_| (500, String::new()));
        server.clock.advance_seconds(3600);
        machine.token(&sign(&new)).await;
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_not_trusted_or_answers_nonsense_lets_nobody_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = StandIn::start(|_| (200, String::new()));
        let machine = Vouched::new(&admin, METHOD, published(&provider)).await;
        let authorities = bundle(&[(&signer, "x509-svid")]);
        for (status, body) in [(200, authorities), (404, "{}".to_owned()), (200, "x".repeat(600_000))] {
            provider.will_answer(move |_| (status, body.clone()));
            server.clock.advance_seconds(11);
            machine.refuses(&proof(&signer.sign(&claims(server))), "signature").await;
        }
        let keys = bundle(&[(&signer, "jwt-svid")]);
        provider.will_answer(move |_| (200, keys.clone()));
        provider.take();
        let without_certificate = json!({ "profile": "https_web_bundle", "endpointUrl": provider.url });
        machine.configure(json!({ "trustBundleDistribution": without_certificate })).await;
        machine.refuses(&proof(&signer.sign(&claims(server))), "signature").await;
        assert!(provider.take().is_empty());
    })
    .await;
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, given(&[(&signer, "jwt-svid")])).await;
        is_never_our_fault(&machine, &signer, &claims(server)).await;
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let machine = Vouched::new(&admin, METHOD, given(&[(&signer, "jwt-svid")])).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&signer.sign(&claims(server)))).await;
        })
        .await;
    })
    .await;
}
