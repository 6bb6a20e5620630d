//! Settings of the instance: those that mean something here, and those that would promise what is not built.

use serde_json::{Value, json};

use crate::{administration::own, harness::each_engine};

const CONFIG: &str = "/api/v1/admin/config";

#[tokio::test]
async fn texts_for_everybody_are_stored_shown_and_cleared() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let texts =
            json!({ "authConsentContent": "For staff only.\nAll is logged.", "pageFrameContent": "TEST" });

        let config = admin.ok("PATCH", CONFIG, Some(texts)).await["config"].clone();

        assert_eq!(config["adminIdentityIds"].as_array().unwrap().len(), 1);
        let shown = server.get(CONFIG).await.body["config"].clone();
        assert_eq!(shown["authConsentContent"], "For staff only.\nAll is logged.");
        assert_eq!(shown["pageFrameContent"], "TEST");
        assert_eq!(shown["adminIdentityIds"], Value::Null);
        admin.ok("PATCH", CONFIG, Some(json!({ "authConsentContent": null, "pageFrameContent": "" }))).await;
        let shown = server.get(CONFIG).await.body["config"].clone();
        assert_eq!((&shown["authConsentContent"], &shown["pageFrameContent"]), (&Value::Null, &Value::Null));
        let long = json!({ "pageFrameContent": "x".repeat(10_001) });
        assert_eq!(admin.call("PATCH", CONFIG, Some(long)).await.status, 422);
        assert!(server.has_event(&admin.organization_id, "update-instance-settings").await);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_built_is_refused_and_what_is_so_anyway_is_accepted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let before = server.get(CONFIG).await.body;

        for refused in [
            json!({ "allowSignUp": true }),
            json!({ "trustSamlEmails": true }),
            json!({ "trustLdapEmails": true }),
            json!({ "trustOidcEmails": true }),
            json!({ "defaultAuthOrgId": admin.organization_id }),
            json!({ "enabledLoginMethods": [] }),
            json!({ "enabledLoginMethods": ["email", "google"] }),
            json!({ "slackClientId": "a" }),
            json!({ "slackClientSecret": "b", "pageFrameContent": "not stored either" }),
        ] {
            let answer = admin.call("PATCH", CONFIG, Some(refused.clone())).await;
            assert_eq!(answer.status, 400, "{refused}: {}", answer.text);
        }
        assert_eq!(server.get(CONFIG).await.body, before);
        let same = json!({ "allowSignUp": false, "trustSamlEmails": false, "trustLdapEmails": false,
            "trustOidcEmails": false, "defaultAuthOrgId": null, "enabledLoginMethods": ["email"],
            "slackClientId": "", "allowedSignUpDomain": null });
        admin.ok("PATCH", CONFIG, Some(same)).await;
        let strategies = "/api/v1/admin/encryption-strategies";
        let listed = admin.ok("GET", strategies, None).await;
        assert_eq!(listed, json!({ "strategies": [{ "strategy": "SOFTWARE", "enabled": true }] }));
        admin.ok("PATCH", strategies, Some(json!({ "strategy": "SOFTWARE" }))).await;
        assert_eq!(admin.call("PATCH", strategies, Some(json!({ "strategy": "HSM" }))).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn new_accounts_are_of_the_allowed_domains_only() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let old = own(&admin).user("old@elsewhere.test", "member").await;
        let invite = async |email: &str| {
            let body = json!({ "inviteeEmails": [email], "organizationId": admin.organization_id });
            admin.call("POST", "/api/v1/invite-org/signup", Some(body)).await
        };
        let early = invite("early@elsewhere.test").await.body["completeInviteLinks"][0]["link"].clone();
        for bad in [json!("a b"), json!("acme.test,@x"), json!(".")] {
            let body = json!({ "allowedSignUpDomain": bad });
            assert_eq!(admin.call("PATCH", CONFIG, Some(body)).await.status, 422, "{bad}");
        }
        let body = json!({ "allowedSignUpDomain": " Acme.Test , acme.example " });
        let config = admin.ok("PATCH", CONFIG, Some(body)).await["config"].clone();
        assert_eq!(config["allowedSignUpDomain"], "acme.test,acme.example");

        for email in ["bob@elsewhere.test", "bob@acme.test.elsewhere.test", "bob@notacme.test"] {
            let answer = invite(email).await;
            assert_eq!(answer.status, 400, "{email}: {}", answer.text);
            assert!(answer.text.contains("acme.test, acme.example"), "{}", answer.text);
        }
        assert_eq!(invite("Bob@ACME.test").await.status, 200);
        // Who was invited before makes no account any more; who has one keeps it.
        let code = early.as_str().unwrap().split_once("token=").unwrap().1.split('&').next().unwrap();
        let person = json!({ "email": "early@elsewhere.test", "password": "correct horse battery",
            "firstName": "E" });
        let path = "/api/v3/signup/complete-account/invite";
        assert_eq!(server.call("POST", path, Some(code), Some(person)).await.status, 400);
        assert_eq!(old.status("GET", "/api/v2/users/me", None).await, 200);
    })
    .await;
}
