//! AWS Auth: which settings are taken.

use serde_json::{Value, json};

use crate::{
    harness::{each_engine, each_engine_with},
    harness_auth_methods::Vouched,
    harness_https::StandIn,
    harness_iam::{AwsRequest, Key, aws, host, operator},
    harness_identities::{audit_text, status_with},
};

const METHOD: &str = "aws-auth";
const ROLE: &str = "arn:aws:iam::123456789012:role/web";

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    let key = Key::of("arn:aws:sts::123456789012:assumed-role/web/i-0abc");
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);

        let settings = json!({ "allowedPrincipalArns": ROLE });
        let made = admin.ok("POST", &machine.path(), Some(settings.clone())).await["identityAwsAuth"].clone();
        assert_eq!(made["stsEndpoint"], "https://sts.amazonaws.com/");
        assert_eq!((&made["type"], &made["allowedAccountIds"]), (&json!("iam"), &json!("")));
        assert_eq!(made["allowedPrincipalArns"], ROLE);
        assert_eq!(admin.call("POST", &machine.path(), Some(settings)).await.status, 400);

        let change =
            json!({ "stsEndpoint": sts.url, "allowedAccountIds": "123456789012", "accessTokenTTL": 60 });
        let changed = machine.configure(change).await;
        assert_eq!(changed["identityAwsAuth"]["allowedPrincipalArns"], ROLE);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        let proof = AwsRequest::new(&host(&sts), server.app.now()).sign(&key).proof();
        let token = machine.token(&proof).await;

        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(machine.login(&proof).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-aws-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
        let audit = audit_text(&admin).await;
        assert!(audit.contains(&key.arn) && !audit.contains("Signature"));
    })
    .await;
}

#[tokio::test]
async fn settings_that_let_everybody_in_or_make_no_sense_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let arns = |list: &str| json!({ "allowedPrincipalArns": list });
        for (settings, field) in [
            (json!({}), "allowedPrincipalArns"),
            (json!({ "allowedPrincipalArns": ",", "allowedAccountIds": " " }), "allowedPrincipalArns"),
            (arns("*"), "allowedPrincipalArns"),
            (arns("arn:aws:iam::*:role/web"), "allowedPrincipalArns"),
            (arns("arn:aws:iam::12345678901*:role/web"), "allowedPrincipalArns"),
            (arns("arn:aws:iam::123456789012:role/path/*"), "allowedPrincipalArns"),
            (arns("role/web"), "allowedPrincipalArns"),
            (json!({ "allowedAccountIds": "*" }), "allowedAccountIds"),
            (json!({ "allowedAccountIds": "123456789012,1234" }), "allowedAccountIds"),
        ] {
            refused(&machine, settings, field).await;
        }
        admin
            .ok(
                "POST",
                &machine.path(),
                Some(json!({ "allowedAccountIds": "123456789012",
            "allowedPrincipalArns": "arn:aws:iam::*:role/web" })),
            )
            .await;
        let answer = admin.call("PATCH", &machine.path(), Some(json!({ "allowedAccountIds": "" }))).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    })
    .await;
}

async fn refused(machine: &Vouched<'_>, settings: Value, field: &str) {
    let answer = machine.admin.call("POST", &machine.path(), Some(settings.clone())).await;
    assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
    assert!(answer.text.contains(field), "{settings}: {}", answer.text);
}

#[tokio::test]
async fn only_the_sts_of_aws_or_one_that_the_operator_allows_is_believed() {
    let sts = StandIn::start(|_| (500, String::new()));
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        for endpoint in [
            "",
            "http://sts.amazonaws.com",
            "https://sts.amazonaws.com/x",
            "https://sts.amazonaws.com?x",
            "https://sts.amazonaws.com#x",
            "https://a@sts.amazonaws.com",
            "https://sts.amazonaws.com:444",
            "https://sts.amazonaws.com.evil.test",
            "https://sts.evil.test/.amazonaws.com",
            "https://sts.eu-central-1.evil.amazonaws.com",
            "https://sts.evil.amazonaws.com",
            "https://sts.eu-central-1.amazonaws.com.cn.evil.test",
            "https://iam.eu-central-1.amazonaws.com",
            "https://127.0.0.1:1",
        ] {
            let settings = json!({ "stsEndpoint": endpoint, "allowedAccountIds": "123456789012" });
            refused(&machine, settings, "stsEndpoint").await;
        }
        let settings = json!({ "allowedAccountIds": "123456789012" });
        admin.ok("POST", &machine.path(), Some(settings)).await;
        for endpoint in [
            "https://sts.amazonaws.com",
            "https://sts.eu-central-1.amazonaws.com/",
            "https://sts.us-gov-west-1.amazonaws.com",
            "https://sts.cn-north-1.amazonaws.com.cn",
            sts.url.as_str(),
        ] {
            machine.configure(json!({ "stsEndpoint": endpoint })).await;
        }
    })
    .await;
}
