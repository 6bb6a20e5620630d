//! GCP Auth: identity tokens of machines, and tokens that service accounts sign themselves.

use serde_json::{Value, json};

use crate::{
    harness::TestServer,
    harness_auth_methods::Vouched,
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::StandIn,
    harness_signer::{Signer, key_set},
    harness_tokens::{
        each_engine_with_clouds, is_never_our_fault, logs_in_as_every_method_does, proof, refuses_claims,
        refuses_forgeries, refuses_other_issuers_and_audiences, refuses_other_times, refuses_settings, with,
    },
};

const METHOD: &str = "gcp-auth";
const ACCOUNT: &str = "app@shop.iam.gserviceaccount.com";
const OTHER_ACCOUNT: &str = "app@evil.iam.gserviceaccount.com";

fn machines() -> Value {
    json!({ "type": "gce", "allowedServiceAccounts": ACCOUNT, "allowedProjects": "stage, shop",
        "allowedZones": "us-central1-a" })
}

fn accounts() -> Value {
    json!({ "type": "iam", "allowedServiceAccounts": format!("ci@shop.iam.gserviceaccount.com,{ACCOUNT}") })
}

/// What the metadata server of a machine gives with `format=full`.
fn of_machine(server: &TestServer, identity: &str) -> Value {
    let now = server.app.now().seconds();
    json!({ "iss": "https://accounts.google.com", "aud": identity, "azp": "113", "sub": "113", "email": ACCOUNT,
        "email_verified": true, "iat": now, "exp": now + 3600,
        "google": { "compute_engine": { "project_id": "shop", "zone": "us-central1-a", "instance_id": "1" } } })
}

/// What `signJwt` makes of what client libraries send.
fn of_account(server: &TestServer, identity: &str) -> Value {
    json!({ "sub": ACCOUNT, "aud": identity, "exp": server.app.now().seconds() + 3600 })
}

/// Google with its own key and those of service accounts.
fn publish(google: &StandIn, own: &Signer, accounts: &[(&str, &Signer)]) {
    let own = key_set(&[own]);
    let path = |account| format!("/service_accounts/v1/jwk/{account}");
    let sets: Vec<_> = accounts.iter().map(|(account, signer)| (path(account), key_set(&[signer]))).collect();
    google.will_answer(move |asked| match sets.iter().find(|(path, _)| *path == asked.path) {
        Some((_, keys)) => (200, keys.clone()),
        None if asked.path == "/oauth2/v3/certs" => (200, own.clone()),
        None => (404, "{}".to_owned()),
    });
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine_with_clouds(async |server, _| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let made = admin.ok("POST", &machine.path(), Some(machines())).await["identityGcpAuth"].clone();
        for (name, value) in machines().as_object().unwrap() {
            assert_eq!(made[name], *value);
        }
        assert_eq!(made["accessTokenTTL"], 2_592_000);
        let change = json!({ "type": "iam", "allowedProjects": "", "allowedZones": "" });
        let changed = machine.configure(change).await;
        assert_eq!(changed["identityGcpAuth"]["type"], "iam");
        assert_eq!(changed["identityGcpAuth"]["allowedServiceAccounts"], ACCOUNT);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);
        for event in ["add", "update", "get", "revoke"] {
            let kind = format!("{event}-identity-gcp-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn settings_that_let_everybody_in_or_make_no_sense_are_refused() {
    each_engine_with_clouds(async |server, _| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        refuses_settings(
            &machine,
            vec![
                (with(&machines(), "type", Value::Null), "type"),
                (with(&machines(), "type", json!("gke")), "type"),
                (json!({ "type": "gce" }), "allowedServiceAccounts"),
                (json!({ "type": "gce", "allowedZones": "us-central1-a" }), "allowedServiceAccounts"),
                (json!({ "type": "gce", "allowedServiceAccounts": " , " }), "allowedServiceAccounts"),
                (
                    json!({ "type": "gce", "allowedServiceAccounts": "x".repeat(5000) }),
                    "allowedServiceAccounts",
                ),
                (json!({ "type": "iam", "allowedProjects": "shop" }), "allowedServiceAccounts"),
                (
                    json!({ "type": "iam", "allowedServiceAccounts": "ada@example.com" }),
                    "allowedServiceAccounts",
                ),
                (json!({ "type": "iam", "allowedServiceAccounts": "*" }), "allowedServiceAccounts"),
                (with(&accounts(), "allowedZones", json!("us-central1-a")), "allowedZones"),
            ],
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_machine_logs_in_and_one_that_fails_a_check_does_not() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let signer = Signer::new("google");
        publish(google, &signer, &[]);
        let machine = Vouched::new(&admin, METHOD, machines()).await;
        let good = of_machine(server, &machine.id);
        machine.token(&proof(&signer.sign(&good))).await;
        machine.token(&proof(&signer.sign(&with(&good, "iss", json!("accounts.google.com"))))).await;
        let asked: Vec<_> = google.take().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked, ["/oauth2/v3/certs"], "the second login asked nobody");

        refuses_forgeries(&machine, &signer, &good).await;
        refuses_other_times(&machine, &signer, &good).await;
        let of = |project, zone| json!({ "compute_engine": { "project_id": project, "zone": zone } });
        refuses_other_issuers_and_audiences(&machine, &signer, &good).await;
        let others = [
            ("iss", json!("https://accounts.google.com.evil"), "issuer"),
            ("aud", json!("00000000-0000-4000-8000-000000000000"), "audience"),
            ("aud", json!("*"), "audience"),
            ("email_verified", json!(false), "e-mail"),
            ("email_verified", json!("true"), "e-mail"),
            ("email_verified", Value::Null, "e-mail"),
            ("email", Value::Null, "e-mail"),
            ("email", json!(OTHER_ACCOUNT), "service account"),
            ("email", json!(format!("{ACCOUNT}, x")), "service account"),
            ("google", of("evil", "us-central1-a"), "project"),
            ("google", of("shop", "us-central1-b"), "zone"),
            // Without `format=full` nothing is known of the machine.
            ("google", Value::Null, "project"),
        ];
        refuses_claims(&machine, &signer, &good, &others).await;
        logs_in_as_every_method_does(&machine, &signer.sign(&good)).await;
        let named = with(&of_machine(server, &machine.id), "aud", json!(["x", machine.id]));
        machine.token(&proof(&signer.sign(&named))).await;
    })
    .await;
}

#[tokio::test]
async fn a_service_account_logs_in_and_nobody_else_makes_this_server_ask() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let (own, account, other) = (Signer::new("google"), Signer::new("a"), Signer::new("b"));
        publish(google, &own, &[(ACCOUNT, &account), (OTHER_ACCOUNT, &other)]);
        let machine = Vouched::new(&admin, METHOD, accounts()).await;
        let good = of_account(server, &machine.id);
        machine.token(&proof(&account.sign(&good))).await;
        machine.token(&proof(&account.sign(&with(&good, "iss", json!(ACCOUNT))))).await;
        let asked: Vec<_> = google.take().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked, [format!("/service_accounts/v1/jwk/{ACCOUNT}")], "the second login asked nobody");

        for (signer, claims, check) in [
            (&other, with(&good, "sub", json!(OTHER_ACCOUNT)), "service account"),
            (&other, with(&good, "sub", json!("../../oauth2/v3/certs")), "service account"),
            (&other, with(&good, "sub", Value::Null), "service account"),
            (&other, good.clone(), "signature"),
            (&own, good.clone(), "signature"),
            (&account, with(&good, "iss", json!(OTHER_ACCOUNT)), "issuer"),
            (&account, with(&good, "iss", json!(7)), "issuer"),
            (&account, with(&good, "aud", json!("https://oauth2.googleapis.com/token")), "audience"),
            (&account, with(&good, "aud", Value::Null), "audience"),
            (&account, with(&good, "exp", json!(server.app.now().seconds() + 3631)), "life"),
        ] {
            machine.refuses(&proof(&signer.sign(&claims)), check).await;
        }
        refuses_forgeries(&machine, &account, &good).await;
        refuses_other_times(&machine, &account, &good).await;
        assert!(google.take().is_empty());
        machine.refuses(&proof("x"), "token").await;

        machine.configure(json!({ "allowedProjects": "other" })).await;
        machine.refuses(&proof(&account.sign(&good)), "project").await;
        machine.configure(json!({ "allowedProjects": "other,shop" })).await;
        logs_in_as_every_method_does(&machine, &account.sign(&good)).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_says_no_end_is_good_for_an_hour_after_it_was_issued_and_no_longer() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let (own, account) = (Signer::new("google"), Signer::new("a"));
        publish(google, &own, &[(ACCOUNT, &account)]);
        let machine = Vouched::new(&admin, METHOD, accounts()).await;
        let endless = with(&of_account(server, &machine.id), "exp", Value::Null);
        let issued = |seconds: i64| {
            proof(&account.sign(&with(&endless, "iat", json!(server.app.now().seconds() + seconds))))
        };

        machine.token(&issued(0)).await;
        machine.token(&issued(-3600)).await;
        machine.refuses(&issued(-3630), "times").await;
        machine.refuses(&issued(31), "times").await;
        machine.refuses(&proof(&account.sign(&endless)), "times").await;
        let never = with(&with(&endless, "iat", json!(server.app.now().seconds())), "exp", json!("never"));
        machine.refuses(&proof(&account.sign(&never)), "times").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_of_one_type_is_none_of_the_other() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let (own, account) = (Signer::new("google"), Signer::new("a"));
        publish(google, &own, &[(ACCOUNT, &account)]);
        let machine = Vouched::new(&admin, METHOD, machines()).await;
        let signed =
            [own.sign(&of_machine(server, &machine.id)), account.sign(&of_account(server, &machine.id))];
        machine.token(&proof(&signed[0])).await;
        machine.refuses(&proof(&signed[1]), "signature").await;
        machine.configure(json!({ "type": "iam", "allowedZones": "" })).await;
        machine.refuses(&proof(&signed[0]), "service account").await;
        machine.token(&proof(&signed[1])).await;
    })
    .await;
}

#[tokio::test]
async fn google_being_down_or_answering_nonsense_lets_nobody_in() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let signer = Signer::new("google");
        let machine = Vouched::new(&admin, METHOD, machines()).await;
        for (status, body) in [
            (500, "{}".to_owned()),
            (302, key_set(&[&signer])),
            (200, "x".repeat(600_000)),
            (200, json!({ "keys": [{ "kty": "oct", "kid": "google", "k": "c2VjcmV0" }] }).to_string()),
        ] {
            google.will_answer(move |_| (status, body.clone()));
            server.clock.advance_seconds(11);
            let token = signer.sign(&of_machine(server, &machine.id));
            machine.refuses(&proof(&token), "signature").await;
        }
    })
    .await;
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let (own, account) = (Signer::new("google"), Signer::new("a"));
        publish(google, &own, &[(ACCOUNT, &account)]);
        let machine = Vouched::new(&admin, METHOD, machines()).await;
        is_never_our_fault(&machine, &own, &of_machine(server, &machine.id)).await;
        machine.configure(json!({ "type": "iam", "allowedZones": "" })).await;
        is_never_our_fault(&machine, &account, &of_account(server, &machine.id)).await;
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine_with_clouds(async |server, google| {
        let admin = server.with_admin().await;
        let signer = Signer::new("google");
        publish(google, &signer, &[]);
        let machine = Vouched::new(&admin, METHOD, machines()).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&signer.sign(&of_machine(server, &machine.id)))).await;
        })
        .await;
    })
    .await;
}
