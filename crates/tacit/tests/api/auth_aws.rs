//! AWS Auth: requests that are signed, and an STS that checks the signatures.

use std::sync::mpsc;

use serde_json::{Value, json};

use crate::{
    harness::{Answer, TestServer, each_engine, each_engine_with},
    harness_auth_methods::{Vouched, made_up, traps},
    harness_data_keys::{
        finish, of_organization, rotate_organization, wait_for_other_nodes,
        works_while_the_organizations_key_is_replaced,
    },
    harness_https::StandIn,
    harness_iam::{AWS_BODY, AwsRequest, Key, aws, aws_answer, base64, host, operator},
};

const METHOD: &str = "aws-auth";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/web/i-0abc";

fn settings(sts: &StandIn) -> Value {
    json!({ "stsEndpoint": sts.url, "allowedPrincipalArns":
        "arn:aws:iam::123456789012:role/path/web, arn:aws:iam::123456789012:user/*" })
}

fn request(server: &TestServer, sts: &StandIn) -> AwsRequest {
    AwsRequest::new(&host(sts), server.app.now())
}

#[tokio::test]
async fn principals_that_are_listed_are_let_in() {
    let (session, user) = (Key::of(SESSION), Key::of("arn:aws:iam::123456789012:user/shop/ada"));
    let sts = aws(&[&session, &user]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        sts.take();

        machine.token(&request(server, &sts).sign(&session).proof()).await;
        machine.token(&request(server, &sts).with("X-Amz-Security-Token", "t/=").sign(&user).proof()).await;
        let reversed = "Version=2011-06-15&Action=GetCallerIdentity";
        machine
            .token(&request(server, &sts).without("content-length").asking(reversed).sign(&user).proof())
            .await;
        machine.token(&request(server, &sts).without("content-type").sign(&user).proof()).await;

        let asked = sts.take();
        assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].path.as_str()), (4, "POST", "/"));
        assert_eq!(asked[0].header("host"), Some(host(&sts).as_str()));
        assert_eq!(asked[1].header("x-amz-security-token"), Some("t/="));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_passed_on_but_what_the_signature_needs() {
    let key = Key::of(SESSION);
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        sts.take();
        let signed = request(server, &sts).sign(&key);
        let extras = [
            ("Accept", "application/json"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("Connection", "keep-alive"),
            ("X-Amz-Target", "x"),
            ("Cookie", "a=b"),
            ("User-Agent", "evil"),
            ("Transfer-Encoding", "chunked"),
        ];
        let with_extras = extras.into_iter().fold(signed, |request, (name, value)| request.with(name, value));
        machine.token(&with_extras.proof()).await;
        let asked = sts.take().remove(0);
        for (name, value) in &asked.headers {
            assert!(extras.iter().all(|(_, extra)| value != extra), "{name}: {value}");
        }
        assert_eq!(asked.body, AWS_BODY);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_fails_one_check_is_refused_and_asks_nobody() {
    let key = Key::of(SESSION);
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        sts.take();
        let good = || request(server, &sts);
        let at = |seconds: i64| AwsRequest::new(&host(&sts), server.app.now().plus_seconds(seconds));
        let proof = |request: AwsRequest| request.sign(&key).proof();
        let only = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            good().sign_only(&key, &names).proof()
        };
        let swapped = |name: &str, value: &str| {
            let mut proof = proof(good());
            proof[name] = json!(value);
            proof
        };
        for (proof, check) in [
            (swapped("iamHttpRequestMethod", "GET"), "method"),
            (swapped("iamHttpRequestMethod", "post"), "method"),
            (swapped("iamRequestBody", ""), "body"),
            (swapped("iamRequestBody", "%"), "body"),
            (proof(good().asking("Action=AssumeRole&Version=2011-06-15")), "body"),
            (proof(good().asking(&format!("{AWS_BODY}&Action=AssumeRole"))), "body"),
            (proof(good().asking(&format!("{AWS_BODY}\n"))), "body"),
            (swapped("iamRequestHeaders", &base64(b"[]")), "headers"),
            (swapped("iamRequestHeaders", &base64(b"{\"Host\":1}")), "headers"),
            (swapped("iamRequestHeaders", &base64(b"{\"Host\":\"a\",\"host\":\"b\"}")), "headers"),
            (swapped("iamRequestHeaders", &base64(b"{\"Host\":\"a\\r\\nb: c\"}")), "headers"),
            (good().proof(), "signature"),
            (only(&["host"]), "signature"),
            (only(&["x-amz-date", "content-type"]), "signature"),
            (proof(good().with("Accept", "application/json")), "signature"),
            (proof(good().with("X-Evil", "x")), "signature"),
            (proof(good().with("Content-Type", "application/json")), "signature"),
            (only(&["host", "x-amz-date", "x-amz-security-token"]), "signature"),
            (proof(AwsRequest { service: "iam", ..good() }), "signature"),
            (proof(good().without("host")), "signature"),
            (proof(good().with("Host", "sts.evil.amazonaws.com")), "host"),
            (proof(good().with("Host", "iam.amazonaws.com")), "host"),
            (proof(good().with("Host", "127.0.0.1:1")), "host"),
            (proof(at(-901)), "time"),
            (proof(at(901)), "time"),
            (proof(good().with("X-Amz-Date", "2026-01-31T12:00:00Z")), "time"),
        ] {
            machine.refuses(&proof, check).await;
        }
        assert!(sts.take().is_empty());
        machine.token(&proof(at(-899))).await;
        // What client libraries sign for is asked at the endpoint that the operator allows, as it was signed.
        for public in ["sts.amazonaws.com", "sts.eu-central-1.amazonaws.com"] {
            sts.take();
            machine.token(&proof(good().with("Host", public))).await;
            assert_eq!(sts.take().remove(0).header("host"), Some(public));
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_not_listed_or_has_not_signed_is_refused() {
    let strangers = [
        Key::of("arn:aws:sts::210987654321:assumed-role/web/i-0abc"),
        Key::of("arn:aws:sts::123456789012:assumed-role/other/web"),
        Key::of("arn:aws:sts::123456789012:assumed-role/path/web"),
        Key::of("arn:aws:sts::123456789012:federated-user/web"),
        Key::of("arn:aws:iam::123456789012:root"),
        Key::of("arn:aws-cn:iam::123456789012:user/ada"),
    ];
    let known = Key::of(SESSION);
    let sts = aws(&[
        &known,
        &strangers[0],
        &strangers[1],
        &strangers[2],
        &strangers[3],
        &strangers[4],
        &strangers[5],
    ]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        let good = || request(server, &sts);
        for key in &strangers {
            machine.refuses(&good().sign(key).proof(), "principal").await;
        }
        let mut wrong_secret = known.clone();
        wrong_secret.secret = "guessed".to_owned();
        machine.refuses(&good().sign(&wrong_secret).proof(), "answer of STS").await;
        machine
            .refuses(&good().sign(&Key::of("arn:aws:iam::123456789012:user/new")).proof(), "answer of STS")
            .await;
        let changed = good().sign(&known).with("X-Amz-Security-Token", "x");
        machine.token(&changed.proof()).await;
        let changed = good().sign(&known).with("Content-Type", "application/x-www-form-urlencoded");
        machine.refuses(&changed.proof(), "answer of STS").await;

        machine.configure(json!({ "allowedAccountIds": "210987654321" })).await;
        machine.refuses(&good().sign(&known).proof(), "account").await;
        machine.configure(json!({ "allowedAccountIds": "210987654321, 123456789012" })).await;
        machine.refuses(&good().sign(&strangers[0]).proof(), "principal").await;
        machine.token(&good().sign(&known).proof()).await;
        machine.configure(json!({ "allowedAccountIds": "123456789012", "allowedPrincipalArns": "" })).await;
        machine.token(&good().sign(&strangers[1]).proof()).await;
    })
    .await;
}

#[tokio::test]
async fn an_sts_that_says_nothing_clear_lets_nobody_in() {
    let key = Key::of(SESSION);
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        let proof = request(server, &sts).sign(&key).proof();
        let good = aws_answer(SESSION, "123456789012");
        let json = json!({ "GetCallerIdentityResponse": { "GetCallerIdentityResult": {
            "Account": "123456789012", "Arn": SESSION, "UserId": "x" } } });
        for (status, body, check) in [
            (200, aws_answer(SESSION, "210987654321"), "answer"),
            (200, aws_answer("arn:aws:iam::123456789012", "123456789012"), "answer"),
            (200, good.replace("2011-06-15", "2012-01-01"), "answer"),
            (200, good.replace("<Arn>", "<Arn>arn:aws:iam::123456789012:user/ada</Arn><Arn>"), "answer"),
            (200, json.to_string(), "answer"),
            (200, String::new(), "answer"),
            (200, "<a>".repeat(50_000), "answer"),
            (200, " ".repeat(600_000), "answer of STS"),
            (302, good.clone(), "answer of STS"),
            (403, good.clone(), "answer of STS"),
            (500, good.clone(), "answer of STS"),
        ] {
            sts.will_answer(move |_| (status, body.clone()));
            machine.refuses(&proof, check).await;
        }
        sts.will_answer(move |_| (200, good.clone()));
        machine.token(&proof).await;
    })
    .await;
}

#[tokio::test]
async fn the_global_endpoint_stands_for_those_of_the_regions_and_no_others() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, json!({ "allowedAccountIds": "123456789012" })).await;
        let key = Key::of(SESSION);
        // The date makes it fail behind the check of the host, so that nobody is asked.
        let proof =
            |host: &str| AwsRequest::new(host, server.app.now().plus_seconds(-3600)).sign(&key).proof();
        for (host, check) in [
            ("sts.amazonaws.com", "time"),
            ("STS.eu-central-1.amazonaws.com", "time"),
            ("sts.cn-north-1.amazonaws.com.cn", "host"),
            ("sts.amazonaws.com.", "host"),
            ("sts.amazonaws.com:443", "host"),
            ("sts.amazonaws.com@evil.test", "host"),
            ("sts.evil.test/.amazonaws.com", "host"),
            ("sts.evil.test#.amazonaws.com", "host"),
            ("sts.evil.amazonaws.com", "host"),
            ("iam.eu-central-1.amazonaws.com", "host"),
        ] {
            machine.refuses(&proof(host), check).await;
        }
        machine.configure(json!({ "stsEndpoint": "https://sts.eu-central-1.amazonaws.com" })).await;
        for (host, check) in
            [("sts.eu-central-1.amazonaws.com", "time"), ("sts.us-east-1.amazonaws.com", "host")]
        {
            machine.refuses(&proof(host), check).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_logs_in() {
    let key = Key::of(SESSION);
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        let proof = request(server, &sts).sign(&key).proof();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("identityId", &machine.id);
        for name in ["iamRequestBody", "iamRequestHeaders"] {
            form.append_pair(name, proof[name].as_str().unwrap());
        }
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/api/v1/auth/aws-auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish().into())
            .unwrap();
        assert_eq!(server.send(request).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_sent_is_never_our_fault() {
    let key = Key::of(SESSION);
    let sts = aws(&[&key]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        let good = request(server, &sts).sign(&key).proof();
        for field in ["iamHttpRequestMethod", "iamRequestBody", "iamRequestHeaders"] {
            for made_up in made_up(field) {
                let mut body = good.clone();
                match made_up.get(field) {
                    Some(value) => body[field] = value.clone(),
                    None => body = json!({}),
                }
                let status = machine.login(&body).await.status;
                assert!(status < 500, "{body}: {status}");
            }
        }
        for value in traps() {
            for name in ["Host", "X-Amz-Date", "Authorization", "Content-Type", "X-Amz-Security-Token"] {
                let headers = json!({ "Host": "a", "X-Amz-Date": "b", "Authorization": "c", name: value });
                let mut body = good.clone();
                body["iamRequestHeaders"] = json!(base64(headers.to_string().as_bytes()));
                assert_eq!(machine.login(&body).await.status, 401, "{headers}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    let session = Key::of(SESSION);
    let sts = aws(&[&session]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&request(server, &sts).sign(&session).proof()).await;
        })
        .await;
    })
    .await;
}

/// Logs in, and does something while STS is asked.
async fn login_during(machine: &Vouched<'_>, sts: &StandIn, something: impl Future<Output = ()>) -> Answer {
    let session = Key::of(SESSION);
    let proof = request(machine.admin.server, sts).sign(&session).proof();
    let (asked, is_asked) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    sts.will_answer(move |_| {
        asked.send(()).unwrap();
        may_go_on.recv().unwrap();
        (200, aws_answer(&session.arn, &session.account))
    });
    let meanwhile = async {
        while is_asked.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        something.await;
        go_on.send(()).unwrap();
    };
    tokio::join!(Box::pin(machine.login(&proof)), meanwhile).0
}

#[tokio::test]
async fn a_login_counts_if_its_settings_are_still_the_same_under_whatever_key() {
    let sts = aws(&[]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&sts)).await;
        rotate_organization(&admin).await;
        wait_for_other_nodes(server);

        let owner = of_organization(&admin);
        let replacing = Box::pin(finish(server, &owner));
        let replaced = login_during(&machine, &sts, replacing).await;
        let changing = Box::pin(async {
            machine.configure(json!({ "allowedPrincipalArns": "arn:aws:iam::123456789012:user/x" })).await;
        });
        let changed = login_during(&machine, &sts, changing).await;

        assert_eq!(replaced.status, 200, "{}", replaced.text);
        assert_eq!(changed.status, 409, "{}", changed.text);
    })
    .await;
}
