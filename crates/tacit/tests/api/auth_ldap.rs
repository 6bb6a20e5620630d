//! LDAP Auth: names and passwords that a directory knows. The directory is slapd.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, each_engine},
    harness_auth_methods::{Vouched, made_up},
    harness_certificates::Authority,
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_identities::{audit_text, status_with},
    harness_slapd::{BIND_DN, BIND_PASS, Slapd},
};

const METHOD: &str = "ldap-auth";
const PASSWORD: &str = "engine & canary +%";

fn settings(slapd: &Slapd) -> Value {
    json!({ "url": format!("ldaps://127.0.0.1:{}", slapd.tls_port), "bindDN": BIND_DN, "bindPass": BIND_PASS,
        "searchBase": "dc=acme,dc=test", "ldapCaCertificate": slapd.certificate,
        "allowedFields": [{ "key": "employeetype", "value": "service, robot" }] })
}

/// Settings that do not lock, for tests of many refusals.
fn patient(slapd: &Slapd) -> Value {
    let mut settings = settings(slapd);
    settings["lockoutEnabled"] = json!(false);
    settings
}

fn proof(name: &str, password: &str) -> Value {
    json!({ "username": name, "password": password })
}

async fn viewer(admin: &Admin<'_>) -> String {
    let role = json!({ "slug": "auditor", "name": "Auditor",
        "permissions": [{ "subject": "identity", "action": "read" }] });
    admin.ok("POST", "/api/v1/organization/roles", Some(role)).await;
    let (_, client_id, client_secret) = admin.machine("viewer", "auditor").await;
    admin.server.machine_token(&client_id, &client_secret).await
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let made = admin.ok("POST", &machine.path(), Some(settings(&slapd))).await;
        let made = &made["identityLdapAuth"];
        assert_eq!(made["searchFilter"], "(uid={{username}})");
        assert_eq!(made["bindDN"], BIND_DN);
        assert_eq!(made["bindPass"], BIND_PASS);
        assert_eq!(made["allowedFields"], json!([{ "key": "employeetype", "value": "service, robot" }]));
        assert_eq!((&made["lockoutEnabled"], &made["lockoutThreshold"]), (&json!(true), &json!(3)));
        assert_eq!(made["lockoutDurationSeconds"], 300);
        assert_eq!(made["lockoutCounterResetSeconds"], 30);

        let token = machine.token(&proof("ada", PASSWORD)).await;
        let audit = audit_text(&admin).await;
        assert!(audit.contains("uid=ada,ou=people,dc=acme,dc=test"), "{audit}");
        assert!(!audit.contains("canary"), "{audit}");

        let changed = machine.configure(json!({ "accessTokenTTL": 60, "lockoutThreshold": 5 })).await;
        assert_eq!(changed["identityLdapAuth"]["bindPass"], BIND_PASS);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        let seen = server.call("GET", &machine.path(), Some(&viewer(&admin).await), None).await;
        assert_eq!(
            (seen.status, &seen.body["identityLdapAuth"]["bindPass"]),
            (200, &json!("")),
            "{}",
            seen.text
        );

        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(machine.login(&proof("ada", PASSWORD)).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-ldap-auth");
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
        let good = json!({ "url": "ldaps://ldap.example.com", "bindDN": "cn=x", "bindPass": "x", "searchBase": "dc=x",
            "allowedFields": [{ "key": "ou", "value": "robots" }] });
        for (name, value, field) in [
            ("url", json!("https://ldap.example.com"), "url"),
            ("url", json!("ldaps://a@ldap.example.com"), "url"),
            ("url", json!("ldaps://ldap.example.com/dc=x"), "url"),
            ("url", json!(""), "url"),
            ("bindDN", json!(""), "bindDN"),
            ("bindPass", json!(""), "bindPass"),
            ("bindPass", Value::Null, "bindPass"),
            ("searchBase", json!(""), "searchBase"),
            ("searchFilter", json!("(uid=ada)"), "searchFilter"),
            ("searchFilter", json!("uid={{username}}"), "searchFilter"),
            ("searchFilter", json!("(uid={{username}}"), "searchFilter"),
            ("allowedFields", json!([]), "allowedFields"),
            ("allowedFields", Value::Null, "allowedFields"),
            ("allowedFields", json!([{ "key": "o u", "value": "x" }]), "allowedFields"),
            ("allowedFields", json!([{ "key": "ou", "value": "" }]), "allowedFields"),
            ("allowedFields", json!([{ "key": "ou" }]), "allowedFields"),
            ("ldapCaCertificate", json!("x"), "ldapCaCertificate"),
            ("templateId", json!("00000000-0000-4000-8000-000000000000"), "templateId"),
            ("lockoutThreshold", json!(0), "lockoutThreshold"),
            ("lockoutThreshold", json!(31), "lockoutThreshold"),
            ("lockoutDurationSeconds", json!(29), "lockoutDurationSeconds"),
            ("lockoutCounterResetSeconds", json!(3601), "lockoutCounterResetSeconds"),
            ("accessTokenTTL", json!(-1), "accessTokenTTL"),
        ] {
            let mut settings = good.clone();
            settings[name] = value;
            let answer = admin.call("POST", &machine.path(), Some(settings.clone())).await;
            assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
            assert!(answer.text.contains(field), "{settings}: {}", answer.text);
        }
        let mut by_filter = good;
        by_filter["allowedFields"] = Value::Null;
        by_filter["searchFilter"] = json!("(&(uid={{username}})(ou=robots))");
        admin.ok("POST", &machine.path(), Some(by_filter)).await;
    })
    .await;
}

#[tokio::test]
async fn nobody_has_the_password_sent_to_another_server_who_does_not_give_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let settings = json!({ "url": "ldaps://ldap.example.com", "bindDN": "cn=x", "bindPass": "x", "searchBase": "dc=x",
            "allowedFields": [{ "key": "ou", "value": "robots" }] });
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let evil = Authority::new("Evil CA").pem;
        for change in [
            json!({ "url": "ldaps://evil.example.com" }),
            json!({ "url": "ldap://ldap.example.com" }),
            json!({ "url": "ldaps://ldap.example.com:1636" }),
            json!({ "ldapCaCertificate": evil }),
        ] {
            let answer = admin.call("PATCH", &machine.path(), Some(change)).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
            assert!(answer.text.contains("bindPass"), "{}", answer.text);
        }
        machine.configure(json!({ "url": "ldaps://ldap.example.com", "searchBase": "dc=y" })).await;
        machine.configure(json!({ "url": "ldaps://new.example.com", "bindPass": "y" })).await;
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_fails_one_check_is_refused_like_an_identity_that_nobody_has() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, patient(&slapd)).await;
        assert_eq!(machine.judged(&proof("ada", PASSWORD)).await, "");
        for (name, password, check) in [
            ("ada", "", "proof"),
            ("", PASSWORD, "proof"),
            ("ada", &"x".repeat(2000), "proof"),
            (&"x".repeat(300), PASSWORD, "proof"),
            ("ada", "engine", "password"),
            ("ada", "engine & canary +% ", "password"),
            ("ada", BIND_PASS, "password"),
            ("eve", PASSWORD, "user"),
            ("*", PASSWORD, "user"),
            ("ad*", PASSWORD, "user"),
            ("ada)(uid=*", PASSWORD, "user"),
            ("*)(uid=*))(|(uid=*", PASSWORD, "user"),
            ("a\\64a", PASSWORD, "user"),
            ("{{username}}", PASSWORD, "user"),
            ("grace", "grace canary", "user"),
            ("bob", "bob's canary", "field"),
        ] {
            machine.refuses(&proof(name, password), check).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_directory_is_reached_by_start_tls_and_searched_as_the_filter_says() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, patient(&slapd)).await;
        let plain = format!("ldap://127.0.0.1:{}", slapd.plain_port);
        machine.configure(json!({ "url": plain, "bindPass": BIND_PASS })).await;
        machine.token(&proof("ada", PASSWORD)).await;
        machine.token(&proof(" ADA ", PASSWORD)).await;

        machine.configure(json!({ "searchFilter": "(&(objectClass=person)(cn={{username}}))" })).await;
        machine.token(&proof("Ada (Countess*)", PASSWORD)).await;
        machine.refuses(&proof("ada", PASSWORD), "user").await;
        machine
            .configure(
                json!({ "searchFilter": "(uid={{username}})", "searchBase": "ou=people,dc=acme,dc=test" }),
            )
            .await;
        machine.token(&proof("grace", "grace canary")).await;

        let fields =
            json!([{ "key": "employeeType", "value": "robot" }, { "key": "departmentNumber", "value": "7" }]);
        machine.configure(json!({ "allowedFields": fields })).await;
        machine.token(&proof("ada", PASSWORD)).await;
        machine.refuses(&proof("grace", "grace canary"), "field").await;
        machine.configure(json!({ "searchBase": "ou=nothing,dc=acme,dc=test" })).await;
        machine.refuses(&proof("ada", PASSWORD), "search").await;
        machine.configure(json!({ "bindPass": "wrong" })).await;
        machine.refuses(&proof("ada", PASSWORD), "bind").await;
    })
    .await;
}

#[tokio::test]
async fn no_password_goes_to_a_directory_that_is_not_trusted_or_not_permitted() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, patient(&slapd)).await;
        let other = crate::harness_certificates::Authority::new("Other CA").pem;
        machine.configure(json!({ "ldapCaCertificate": other, "bindPass": BIND_PASS })).await;
        machine.refuses(&proof("ada", PASSWORD), "directory").await;
        machine.configure(json!({ "ldapCaCertificate": "", "bindPass": BIND_PASS })).await;
        machine.refuses(&proof("ada", PASSWORD), "directory").await;
        for url in [format!("ldaps://127.0.0.2:{}", slapd.tls_port), "ldaps://127.0.0.1:9".to_owned()] {
            machine
                .configure(
                    json!({ "url": url, "bindPass": BIND_PASS, "ldapCaCertificate": slapd.certificate }),
                )
                .await;
            machine.refuses(&proof("ada", PASSWORD), "directory").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_logs_in_and_tokens_are_limited_as_the_settings_say() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&slapd)).await;
        let form = format!("identityId={}&username=ada&password=engine+%26+canary+%2B%25", machine.id);
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/api/v1/auth/ldap-auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.into())
            .unwrap();
        assert_eq!(server.send(request).await.status, 200);

        let login = async |more| machine.login_with(&proof("ada", PASSWORD), more).await;
        machine.logs_in_as_every_method_does(login).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_a_login_sends_is_never_our_fault() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, patient(&slapd)).await;
        for (field, other) in [("username", "password"), ("password", "username")] {
            for mut body in made_up(field) {
                body[other] = json!("ada");
                let answer = machine.login(&body).await;
                assert!((400..500).contains(&answer.status), "{body}: {}", answer.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&slapd)).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof("ada", PASSWORD)).await;
        })
        .await;
    })
    .await;
}
