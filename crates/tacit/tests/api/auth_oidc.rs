//! OIDC Auth: tokens of a provider whose keys are found by its metadata.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, each_engine},
    harness_auth_methods::Vouched,
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::{Asked, StandIn},
    harness_signer::{Signer, key_set},
    harness_tokens::{
        is_never_our_fault, logs_in_as_every_method_does, proof, refuses_claims, refuses_forgeries,
        refuses_other_issuers_and_audiences, refuses_other_times, refuses_settings, with,
    },
};

const METHOD: &str = "oidc-auth";
const METADATA: &str = "/.well-known/openid-configuration";

/// A provider that publishes the keys of these signers.
fn provider(signers: &[&Signer]) -> StandIn {
    let provider = StandIn::start(|_| (404, String::new()));
    publish(&provider, signers);
    provider
}

fn publish(provider: &StandIn, signers: &[&Signer]) {
    let metadata = json!({ "issuer": provider.url, "jwks_uri": format!("{}/keys", provider.url) });
    provider.will_answer(answers(&metadata, key_set(signers)));
}

fn answers(metadata: &Value, keys: String) -> impl FnMut(&Asked) -> (u16, String) + Send + 'static {
    let metadata = metadata.to_string();
    move |asked| match asked.path.as_str() {
        METADATA => (200, metadata.clone()),
        "/keys" => (200, keys.clone()),
        _ => (404, String::new()),
    }
}

fn settings(provider: &StandIn) -> Value {
    json!({ "oidcDiscoveryUrl": provider.url, "caCert": provider.certificate, "boundIssuer": provider.url,
        "boundAudiences": "https://tacit.test, other", "boundSubject": "repo:acme/*:ref:refs/heads/main",
        "boundClaims": { "workflow_ref": "acme/shop/.github/workflows/*" } })
}

/// Claims of a token that is let in by [`settings`], as GitHub writes them.
fn claims(admin: &Admin<'_>, provider: &StandIn) -> Value {
    let now = admin.server.app.now().seconds();
    json!({ "iss": provider.url, "sub": "repo:acme/shop:ref:refs/heads/main", "aud": "https://tacit.test",
        "workflow_ref": "acme/shop/.github/workflows/deploy.yml", "repository": "acme/shop", "run_attempt": 1,
        "user": { "teams": ["a", "b"] }, "iat": now, "nbf": now, "exp": now + 300 })
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let machine = Vouched::bare(&admin, METHOD).await;
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);

        let made =
            admin.ok("POST", &machine.path(), Some(settings(&provider))).await["identityOidcAuth"].clone();
        assert_eq!(made["oidcDiscoveryUrl"], provider.url);
        assert_eq!(made["caCert"], provider.certificate.trim());
        assert_eq!(made["claimMetadataMapping"], json!({}));
        assert_eq!(made["identityId"], machine.id);
        let token = machine.token(&proof(&signer.sign(&claims(&admin, &provider)))).await;

        let mapping = json!({ "claimMetadataMapping": { "repo": "repository" } });
        let changed = machine.configure(mapping).await;
        assert_eq!(changed["identityOidcAuth"]["claimMetadataMapping"], json!({ "repo": "repository" }));
        assert_eq!(changed["identityOidcAuth"]["boundSubject"], "repo:acme/*:ref:refs/heads/main");
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);

        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(crate::harness_identities::status_with(server, &token).await, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-oidc-auth");
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
        let good = json!({ "oidcDiscoveryUrl": "https://x.test", "boundIssuer": "https://x.test",
            "boundSubject": "x" });
        let shared = json!({ "oidcDiscoveryUrl": "https://gitlab.com", "boundIssuer": "https://gitlab.com/",
            "boundAudiences": "x" });
        let long = "x".repeat(300);
        refuses_settings(
            &machine,
            vec![
                (with(&good, "boundIssuer", Value::Null), "boundIssuer"),
                (with(&good, "boundIssuer", json!(" ")), "boundIssuer"),
                (with(&good, "boundSubject", Value::Null), "boundSubject"),
                (shared, "boundSubject"),
                (with(&good, "oidcDiscoveryUrl", Value::Null), "oidcDiscoveryUrl"),
                (with(&good, "oidcDiscoveryUrl", json!("http://x.test")), "oidcDiscoveryUrl"),
                (with(&good, "oidcDiscoveryUrl", json!("https://a:b@x.test")), "oidcDiscoveryUrl"),
                (with(&good, "oidcDiscoveryUrl", json!("file:///etc/passwd")), "oidcDiscoveryUrl"),
                (with(&good, "caCert", json!("x")), "caCert"),
                (with(&good, "claimMetadataMapping", json!({ "a": "" })), "claimMetadataMapping"),
                (with(&good, "claimMetadataMapping", json!({ "a": long })), "claimMetadataMapping"),
                (with(&good, "claimMetadataMapping", json!({ "a": ["b"] })), "claimMetadataMapping"),
                (with(&good, "boundClaims", json!({ "a": 1 })), "boundClaims"),
            ],
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_fails_one_check_is_refused_like_an_identity_that_nobody_has() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let machine = Vouched::new(&admin, METHOD, settings(&provider)).await;
        let good = claims(&admin, &provider);
        machine.token(&proof(&signer.sign(&good))).await;

        refuses_forgeries(&machine, &signer, &good).await;
        refuses_other_times(&machine, &signer, &good).await;
        refuses_other_issuers_and_audiences(&machine, &signer, &good).await;
        let others = [
            ("sub", json!("repo:acme/shop:ref:refs/heads/evil"), "subject"),
            ("sub", json!("repo:acme/a/b:ref:refs/heads/main"), "subject"),
            ("sub", Value::Null, "subject"),
            ("workflow_ref", json!("evil/shop/.github/workflows/deploy.yml"), "claim"),
            ("workflow_ref", json!({ "x": "acme/shop/.github/workflows/deploy.yml" }), "claim"),
            ("workflow_ref", Value::Null, "claim"),
        ];
        refuses_claims(&machine, &signer, &good, &others).await;
        logs_in_as_every_method_does(&machine, &signer.sign(&good)).await;
    })
    .await;
}

#[tokio::test]
async fn the_provider_is_asked_once_and_again_when_its_keys_are_rotated() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (old, new) = (Signer::new("old"), Signer::new("new"));
        let provider = provider(&[&old]);
        let machine = Vouched::new(&admin, METHOD, settings(&provider)).await;
        let sign = |signer: &Signer| proof(&signer.sign(&claims(&admin, &provider)));
        let asked = || provider.take().into_iter().map(|asked| asked.path).collect::<Vec<_>>();

        machine.token(&sign(&old)).await;
        assert_eq!(asked(), [METADATA, "/keys"]);
        machine.token(&sign(&old)).await;
        machine.refuses(&sign(&new), "signature").await;
        assert!(
            asked().is_empty(),
            "a login in the usual state asks nobody, and nobody makes it ask for ever"
        );

        publish(&provider, &[&new]);
        server.clock.advance_seconds(11);
        machine.token(&sign(&new)).await;
        machine.refuses(&sign(&old), "signature").await;
        assert_eq!(asked(), [METADATA, "/keys"]);

        // The address of the metadata itself is the same provider.
        let whole = format!("{}{METADATA}", provider.url);
        machine.configure(json!({ "oidcDiscoveryUrl": whole })).await;
        machine.token(&sign(&new)).await;
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_answers_something_else_lets_nobody_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let machine = Vouched::new(&admin, METHOD, settings(&provider)).await;
        let (url, keys) = (provider.url.as_str(), key_set(&[&signer]));
        let uri = format!("{url}/keys");
        for metadata in [
            json!({ "issuer": "https://evil.test", "jwks_uri": uri }),
            json!({ "issuer": format!("{url}/"), "jwks_uri": uri }),
            json!({ "jwks_uri": uri }),
            json!({ "issuer": url }),
            json!({ "issuer": url, "jwks_uri": 7 }),
            json!({ "issuer": url, "jwks_uri": uri.replace("https", "http") }),
            json!({ "issuer": url, "jwks_uri": "https://127.0.0.2:9/keys" }),
            json!({ "issuer": url, "jwks_uri": format!("{url}/elsewhere") }),
            json!([]),
            json!("x".repeat(600_000)),
        ] {
            provider.will_answer(answers(&metadata, keys.clone()));
            server.clock.advance_seconds(11);
            let token = proof(&signer.sign(&claims(&admin, &provider)));
            machine.refuses(&token, "signature").await;
            assert_eq!(provider.take().first().unwrap().path, METADATA);
        }
        provider.will_answer(|_| (302, String::new()));
        server.clock.advance_seconds(11);
        machine.refuses(&proof(&signer.sign(&claims(&admin, &provider))), "signature").await;

        publish(&provider, &[&signer]);
        server.clock.advance_seconds(11);
        machine.token(&proof(&signer.sign(&claims(&admin, &provider)))).await;
    })
    .await;
}

#[tokio::test]
async fn claims_that_are_to_be_kept_are_kept_with_the_token() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let mut settings = settings(&provider);
        settings["claimMetadataMapping"] =
            json!({ "repo": "repository", "team": "user.teams", "attempt": "run_attempt", "none": "absent" });
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let good = claims(&admin, &provider);
        machine.token(&proof(&signer.sign(&good))).await;

        let kept = json!({ "attempt": ["1"], "repo": ["acme/shop"], "team": ["a", "b"] });
        let events = server.events(&admin.organization_id).await;
        let login = events.iter().find(|event| event.event_type == "login-identity-oidc-auth").unwrap();
        let facts: Value = serde_json::from_str(&login.metadata).unwrap();
        assert_eq!(facts["attributes"], kept);
        assert_eq!(stored_attributes(&machine).await, [Some(kept.to_string())]);

        let much = with(&good, "repository", json!("x".repeat(4096)));
        machine.refuses(&proof(&signer.sign(&much)), "kept claims").await;
        machine.configure(json!({ "claimMetadataMapping": {} })).await;
        server.clock.advance_seconds(1);
        machine.token(&proof(&signer.sign(&much))).await;
        assert_eq!(stored_attributes(&machine).await, [None, Some(kept.to_string())]);
    })
    .await;
}

/// What is kept with the tokens of the machine, newest first.
async fn stored_attributes(machine: &Vouched<'_>) -> Vec<Option<String>> {
    let mut db = machine.admin.server.app.database.read().await.unwrap();
    let id = tacit_core::id::IdentityId::new(&machine.id);
    let method = tacit_store::auth_methods::find(&mut db, &id, METHOD).await.unwrap().unwrap();
    let tokens = tacit_store::access_tokens::list(&mut db, &method.id, 0, 10).await.unwrap();
    tokens.into_iter().map(|token| token.attributes).collect()
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let mut settings = settings(&provider);
        settings["claimMetadataMapping"] = json!({ "repo": "repository", "teams": "user.teams" });
        let machine = Vouched::new(&admin, METHOD, settings).await;
        is_never_our_fault(&machine, &signer, &claims(&admin, &provider)).await;
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = provider(&[&signer]);
        let machine = Vouched::new(&admin, METHOD, settings(&provider)).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&signer.sign(&claims(&admin, &provider)))).await;
        })
        .await;
    })
    .await;
}
