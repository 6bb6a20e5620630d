//! Azure Auth: access tokens of managed identities.

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

const METHOD: &str = "azure-auth";
const TENANT: &str = "6c8f2d1e-0a3b-4c5d-8e9f-001122334455";
const OTHER_TENANT: &str = "11111111-2222-4333-8444-555555555555";
const PRINCIPAL: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const OTHER_PRINCIPAL: &str = "aaaaaaaa-bbbb-4ccc-8ddd-ffffffffffff";
const RESOURCE: &str = "https://management.azure.com/";

fn settings() -> Value {
    json!({ "tenantId": TENANT, "resource": RESOURCE,
        "allowedServicePrincipalIds": format!("{OTHER_TENANT}, {PRINCIPAL}") })
}

/// What the metadata service of a machine gives: version 1.
fn claims(server: &TestServer) -> Value {
    let now = server.app.now().seconds();
    json!({ "iss": format!("https://sts.windows.net/{TENANT}/"), "aud": RESOURCE, "tid": TENANT, "oid": PRINCIPAL,
        "sub": PRINCIPAL, "appid": OTHER_PRINCIPAL, "idtyp": "app", "ver": "1.0", "iat": now, "nbf": now,
        "exp": now + 3600 })
}

/// All tenants publish the same keys, as in the real cloud.
fn publish(cloud: &StandIn, signer: &Signer) {
    let keys = key_set(&[signer]);
    cloud.will_answer(move |asked| {
        let is_of_keys = asked.path.ends_with("/discovery/v2.0/keys");
        if is_of_keys { (200, keys.clone()) } else { (404, String::new()) }
    });
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine_with_clouds(async |server, _| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let made = admin.ok("POST", &machine.path(), Some(settings())).await["identityAzureAuth"].clone();
        for (name, value) in settings().as_object().unwrap() {
            assert_eq!(made[name], *value);
        }
        let changed = machine.configure(json!({ "resource": "api://tacit" })).await;
        assert_eq!(changed["identityAzureAuth"]["resource"], "api://tacit");
        assert_eq!(changed["identityAzureAuth"]["tenantId"], TENANT);
        let refused = json!({ "allowedServicePrincipalIds": "" });
        assert_eq!(admin.call("PATCH", &machine.path(), Some(refused)).await.status, 422);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        for event in ["add", "update", "get", "revoke"] {
            let kind = format!("{event}-identity-azure-auth");
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
        let ids = "allowedServicePrincipalIds";
        refuses_settings(
            &machine,
            vec![
                (with(&settings(), "tenantId", Value::Null), "tenantId"),
                (with(&settings(), "tenantId", json!("common")), "tenantId"),
                (with(&settings(), "tenantId", json!("contoso.onmicrosoft.com")), "tenantId"),
                (with(&settings(), "tenantId", json!("../../aaaa-bbbb-cccc-dddd-eeeeeeeeeeee")), "tenantId"),
                (with(&settings(), "resource", Value::Null), "resource"),
                (with(&settings(), ids, Value::Null), ids),
                (with(&settings(), ids, json!(" , ")), ids),
                (with(&settings(), ids, json!("my-machine")), ids),
                (with(&settings(), ids, json!([PRINCIPAL])), ids),
            ],
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_principal_logs_in_and_one_that_fails_a_check_does_not() {
    each_engine_with_clouds(async |server, cloud| {
        let admin = server.with_admin().await;
        let signer = Signer::new("azure");
        publish(cloud, &signer);
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let good = claims(server);
        let second = format!("{}/{TENANT}/v2.0", cloud.url);
        machine.token(&proof(&signer.sign(&good))).await;
        machine.token(&proof(&signer.sign(&with(&good, "iss", json!(second))))).await;
        let asked: Vec<_> = cloud.take().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked, [format!("/{TENANT}/discovery/v2.0/keys")], "the second login asked nobody");

        refuses_forgeries(&machine, &signer, &good).await;
        refuses_other_times(&machine, &signer, &good).await;
        refuses_other_issuers_and_audiences(&machine, &signer, &good).await;
        let others = [
            ("tid", json!(OTHER_TENANT), "tenant"),
            ("tid", Value::Null, "tenant"),
            ("iss", json!(format!("https://sts.windows.net/{OTHER_TENANT}/")), "issuer"),
            ("iss", json!(format!("{}/{OTHER_TENANT}/v2.0", cloud.url)), "issuer"),
            ("iss", json!("https://sts.windows.net/"), "issuer"),
            ("aud", json!("https://management.azure.com"), "audience"),
            ("aud", json!("https://graph.microsoft.com/"), "audience"),
            ("oid", json!(OTHER_PRINCIPAL), "service principal"),
            ("oid", json!([PRINCIPAL]), "service principal"),
            ("oid", Value::Null, "service principal"),
        ];
        refuses_claims(&machine, &signer, &good, &others).await;
        logs_in_as_every_method_does(&machine, &signer.sign(&good)).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_tenant_never_counts_although_the_keys_are_the_same() {
    each_engine_with_clouds(async |server, cloud| {
        let admin = server.with_admin().await;
        let signer = Signer::new("azure");
        publish(cloud, &signer);
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let mut foreign = claims(server);
        foreign["tid"] = json!(OTHER_TENANT);
        for issuer in ["https://sts.windows.net", &cloud.url] {
            foreign["iss"] = json!(format!("{issuer}/{OTHER_TENANT}/"));
            machine.refuses(&proof(&signer.sign(&foreign)), "tenant").await;
        }
        // Ids are the same in any case.
        machine
            .configure(json!({ "tenantId": TENANT.to_uppercase(),
            "allowedServicePrincipalIds": PRINCIPAL.to_uppercase() }))
            .await;
        machine.token(&proof(&signer.sign(&claims(server)))).await;
    })
    .await;
}

#[tokio::test]
async fn azure_being_down_or_answering_nonsense_lets_nobody_in() {
    each_engine_with_clouds(async |server, cloud| {
        let admin = server.with_admin().await;
        let signer = Signer::new("azure");
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        for (status, body) in [
            (404, "{}".to_owned()),
            (302, key_set(&[&signer])),
            (200, "x".repeat(600_000)),
            (200, "[]".to_owned()),
        ] {
            cloud.will_answer(move |_| (status, body.clone()));
            server.clock.advance_seconds(11);
            machine.refuses(&proof(&signer.sign(&claims(server))), "signature").await;
        }
    })
    .await;
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    each_engine_with_clouds(async |server, cloud| {
        let admin = server.with_admin().await;
        let signer = Signer::new("azure");
        publish(cloud, &signer);
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        is_never_our_fault(&machine, &signer, &claims(server)).await;
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine_with_clouds(async |server, cloud| {
        let admin = server.with_admin().await;
        let signer = Signer::new("azure");
        publish(cloud, &signer);
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&signer.sign(&claims(server)))).await;
        })
        .await;
    })
    .await;
}
