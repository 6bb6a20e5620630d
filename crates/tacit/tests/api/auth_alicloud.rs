//! AliCloud Auth: parameters that are signed, and an STS that checks the signatures.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::{
    harness::{TestServer, each_engine_with},
    harness_auth_methods::{Vouched, made_up},
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_iam::{Key, alicloud, alicloud_answer, alicloud_request, alicloud_sign, operator},
    harness_identities::{audit_text, status_with},
    harness_signed::{
        Flaw,
        Found::{self, ByAnswer, Here},
        is_good_around_its_date, refuses_every_flaw,
    },
};

const METHOD: &str = "alicloud-auth";
const SESSION: &str = "acs:ram::1234567890123456:assumed-role/web/i-0abc";
/// Why nobody can name another host.
const HOST: Found = Found::CannotBe("the operator names it, and it is no part of a request");

fn settings() -> Value {
    json!({ "allowedArns": "acs:ram::1234567890123456:role/web, acs:ram::1234567890123456:user/ada" })
}

/// Parameters that were never signed before.
fn request(server: &TestServer, key: &Key) -> BTreeMap<String, String> {
    dated(server, key, 0)
}

/// As [`request`], dated so many seconds from now.
fn dated(server: &TestServer, key: &Key, away: i64) -> BTreeMap<String, String> {
    static NONCES: AtomicUsize = AtomicUsize::new(0);
    let nonce = NONCES.fetch_add(1, Ordering::Relaxed);
    alicloud_request(key, server.app.now().plus_seconds(away), &format!("nonce {nonce}/+~*"))
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    let (session, user) = (Key::of(SESSION), Key::of("acs:ram::1234567890123456:user/ada"));
    let sts = alicloud(&[&session, &user]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let made = admin.ok("POST", &machine.path(), Some(settings())).await;
        assert_eq!(made["identityAliCloudAuth"]["type"], "iam");
        let changed = machine.configure(json!({ "accessTokenTTL": 60 })).await;
        assert_eq!(changed["identityAliCloudAuth"]["allowedArns"], settings()["allowedArns"]);
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);

        let token = machine.token(&alicloud_sign(&session, request(server, &session))).await;
        let mut temporary = request(server, &user);
        temporary.insert("SecurityToken".to_owned(), "a b/+=".to_owned());
        machine.token(&alicloud_sign(&user, temporary)).await;
        let asked = sts.take().remove(0);
        assert!(asked.method == "GET" && asked.path.starts_with("/?Action=GetCallerIdentity&"), "{asked:?}");

        admin.ok("DELETE", &machine.path(), None).await;
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(machine.login(&alicloud_sign(&session, request(server, &session))).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-alicloud-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
        let audit = audit_text(&admin).await;
        assert!(audit.contains(SESSION) && !audit.contains(&session.id));
        for wrong in
            ["", "*", "acs:ram::*:user/ada", "acs:ram::123:user/ada", "arn:aws:iam::123456789012:user/ada"]
        {
            let answer = admin.call("POST", &machine.path(), Some(json!({ "allowedArns": wrong }))).await;
            assert_eq!(answer.status, 422, "{wrong}: {}", answer.text);
            assert!(answer.text.contains("allowedArns"), "{}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn every_flaw_of_a_signed_request_is_refused_by_its_check() {
    let (session, other) = (Key::of(SESSION), Key::of("acs:ram::1234567890123456:user/eve"));
    let foreigner = Key::of("acs:ram::6543210987654321:assumed-role/web/i-0abc");
    let unknown = Key::of("acs:ram::1234567890123456:user/new");
    let forger = Key { secret: "guessed".to_owned(), ..session.clone() };
    let sts = alicloud(&[&session, &other, &foreigner]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let by = |key: &Key| alicloud_sign(key, request(server, key));
        let with = |name: &str, value: &str| {
            let mut parameters = request(server, &session);
            parameters.insert(name.to_owned(), value.to_owned());
            alicloud_sign(&session, parameters)
        };
        let changed = |name: &str, value: &str| {
            let mut signed = by(&session);
            signed[name] = json!(value);
            signed
        };
        refuses_every_flaw(&machine, &sts, |flaw| match flaw {
            Flaw::Unsigned => (changed("Signature", ""), Here("request")),
            Flaw::OtherAlgorithm => (with("SignatureMethod", "none"), Here("request")),
            Flaw::Forged => (by(&forger), ByAnswer("answer of STS")),
            Flaw::UnknownKey => (by(&unknown), ByAnswer("answer of STS")),
            Flaw::Changed => (changed("AccessKeyId", &other.id), ByAnswer("answer of STS")),
            Flaw::HostUnsigned | Flaw::OtherHost | Flaw::SimilarHost => (json!({}), HOST),
            Flaw::DateUnsigned => (json!({}), Found::CannotBe("every parameter is signed")),
            Flaw::MoreSigned => (with("Evil", "x"), ByAnswer("answer of STS")),
            Flaw::OtherQuestion => (with("Action", "AssumeRole"), Here("request")),
            Flaw::LineBreak => (with("AccessKeyId", "a\nb"), Here("request")),
            Flaw::NoDate => (with("Timestamp", ""), Here("request")),
            Flaw::UnreadableDate => (with("Timestamp", "now"), Here("time")),
            Flaw::OtherAccount => (by(&foreigner), ByAnswer("principal")),
            Flaw::OtherPrincipal => (by(&other), ByAnswer("principal")),
        })
        .await;
        let dated = |away| alicloud_sign(&session, dated(server, &session, away));
        is_good_around_its_date(&machine, &sts, 900, dated).await;
        machine
            .logs_in_as_every_method_does(async |more| machine.login_with(&by(&session), more).await)
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_is_not_as_it_must_be_is_refused_and_a_request_is_good_once() {
    let session = Key::of(SESSION);
    let sts = alicloud(&[&session]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        sts.take();
        for (name, value) in [
            ("Format", "XML"),
            ("Version", "2014-05-26"),
            ("SignatureVersion", "2.0"),
            ("SignatureNonce", ""),
            ("SecurityToken", "a\rb"),
        ] {
            let mut parameters = request(server, &session);
            parameters.insert(name.to_owned(), value.to_owned());
            machine.refuses(&alicloud_sign(&session, parameters), "request").await;
        }
        assert!(sts.take().is_empty());
        let used = alicloud_sign(&session, request(server, &session));
        machine.token(&used).await;
        machine.refuses(&used, "answer of STS").await;
    })
    .await;
}

#[tokio::test]
async fn an_sts_that_says_nothing_clear_lets_nobody_in() {
    let session = Key::of(SESSION);
    let sts = alicloud(&[&session]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let proof = alicloud_sign(&session, request(server, &session));
        let good = alicloud_answer(SESSION, "1234567890123456");
        for (status, body, check) in [
            (200, alicloud_answer(SESSION, "6543210987654321"), "answer"),
            (200, alicloud_answer("acs:ram::1234567890123456", "1234567890123456"), "answer"),
            (200, json!({ "Arn": SESSION }).to_string(), "caller"),
            (200, json!({ "Arn": [SESSION], "AccountId": "1234567890123456" }).to_string(), "caller"),
            (200, String::new(), "caller"),
            (200, "[".repeat(100_000), "caller"),
            (200, " ".repeat(600_000), "answer of STS"),
            (302, good.clone(), "answer of STS"),
            (400, good.clone(), "answer of STS"),
            (503, good.clone(), "answer of STS"),
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
async fn a_form_logs_in_and_whatever_is_sent_is_never_our_fault() {
    let session = Key::of(SESSION);
    let sts = alicloud(&[&session]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let proof = alicloud_sign(&session, request(server, &session));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("identityId", &machine.id);
        for (name, value) in proof.as_object().unwrap() {
            form.append_pair(name, value.as_str().unwrap());
        }
        let login = axum::http::Request::builder()
            .method("POST")
            .uri("/api/v1/auth/alicloud-auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish().into())
            .unwrap();
        assert_eq!(server.send(login).await.status, 200);

        for name in proof.as_object().unwrap().keys() {
            for made_up in made_up(name) {
                let mut body = proof.clone();
                match made_up.get(name) {
                    Some(value) => body[name] = value.clone(),
                    None => body = json!({}),
                }
                let status = machine.login(&body).await.status;
                assert!((400..500).contains(&status), "{body}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    let session = Key::of(SESSION);
    let sts = alicloud(&[&session]);
    each_engine_with(operator(&sts), &sts.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&alicloud_sign(&session, request(server, &session))).await;
        })
        .await;
    })
    .await;
}
