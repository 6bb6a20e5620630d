//! OCI Auth: requests that users sign, and an identity service that checks the signatures.

use serde_json::{Value, json};

use crate::{
    harness::{TestServer, each_engine_with},
    harness_auth_methods::{Vouched, made_up, traps},
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::StandIn,
    harness_iam::{OciUser, host, oci, oci_answer, operator},
    harness_identities::{audit_text, status_with},
    harness_signed::{
        Flaw,
        Found::{ByAnswer, Here},
        is_good_around_its_date, refuses_every_flaw,
    },
};

const METHOD: &str = "oci-auth";
const TENANCY: &str = "ocid1.tenancy.oc1..acme";
const OTHER_TENANCY: &str = "ocid1.tenancy.oc1..evil";
/// When tests begin, as HTTP writes it.
const NOW: &str = "Sat, 31 Jan 2026 12:00:00 GMT";

fn settings() -> Value {
    json!({ "tenancyOcid": TENANCY, "allowedUsernames": "web, worker" })
}

/// A request as client libraries sign it.
fn proof(user: &OciUser, service: &StandIn) -> Value {
    signed(user, &user.ocid, &host(service), NOW)
}

fn signed(user: &OciUser, asked: &str, host: &str, date: &str) -> Value {
    user.sign(asked, &[("date", date), ("(request-target)", ""), ("host", host)])
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let made = admin.ok("POST", &machine.path(), Some(json!({ "tenancyOcid": TENANCY }))).await;
        assert_eq!(made["identityOciAuth"]["allowedUsernames"], Value::Null);
        assert_eq!(made["identityOciAuth"]["type"], "iam");
        let changed = machine.configure(settings()).await;
        assert_eq!(changed["identityOciAuth"]["allowedUsernames"], "web, worker");
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        let token = machine.token(&proof(&user, &service)).await;
        let cleared = machine.configure(json!({ "allowedUsernames": null })).await;
        assert_eq!(cleared["identityOciAuth"]["allowedUsernames"], Value::Null);
        admin.ok("DELETE", &machine.path(), None).await;
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(machine.login(&proof(&user, &service)).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-oci-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
        let audit = audit_text(&admin).await;
        assert!(audit.contains(&user.ocid) && !audit.contains("rsa-sha256"));
        for wrong in [json!({}), json!({ "tenancyOcid": "ocid1.user.oc1..a" }), json!({ "tenancyOcid": "*" })]
        {
            let answer = admin.call("POST", &machine.path(), Some(wrong)).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
            assert!(answer.text.contains("tenancyOcid"), "{}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn users_that_are_listed_are_let_in_by_either_date() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        service.take();
        machine.token(&proof(&user, &service)).await;
        let host = host(&service);
        let by_x_date = user.sign(&user.ocid, &[("host", &host), ("(request-target)", ""), ("x-date", NOW)]);
        machine.token(&by_x_date).await;
        let asked = service.take();
        assert_eq!((asked[0].method.as_str(), asked.len()), ("GET", 2));
        assert_eq!(asked[0].path, format!("/20160918/users/{}", user.ocid));

        let login = proof(&user, &service);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("identityId", &machine.id).append_pair("userOcid", &user.ocid);
        form.append_pair("headers", &login["headers"].to_string());
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/api/v1/auth/oci-auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish().into())
            .unwrap();
        assert_eq!(server.send(request).await.status, 200);
    })
    .await;
}

/// So many seconds after the tests begin, as HTTP writes it.
fn http_date(away: i64) -> String {
    let (day, second) = ((43_200 + away).div_euclid(86_400), (43_200 + away).rem_euclid(86_400));
    let day = match day {
        -1 => "Fri, 30 Jan 2026",
        0 => "Sat, 31 Jan 2026",
        _ => "Sun, 01 Feb 2026",
    };
    format!("{day} {:02}:{:02}:{:02} GMT", second / 3600, second / 60 % 60, second % 60)
}

#[tokio::test]
async fn every_flaw_of_a_signed_request_is_refused_by_its_check() {
    let (user, other) = (OciUser::new(TENANCY, "web"), OciUser::new(TENANCY, "other"));
    let (forger, unknown) = (OciUser::new(TENANCY, "web"), OciUser::new(TENANCY, "new"));
    let foreigner = OciUser::new(OTHER_TENANCY, "web");
    let service = oci(&[&user, &other, &foreigner]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let (host, answer) = (host(&service), "answer of the identity service");
        let good = || proof(&user, &service);
        let with = |mut proof: Value, name: &str, value: &str| {
            proof["headers"][name] = json!(value);
            proof
        };
        let edited = |from: &str, to: &str| {
            let authorization = good()["headers"]["authorization"].as_str().unwrap().to_owned();
            assert!(authorization.contains(from));
            with(good(), "authorization", &authorization.replace(from, to))
        };
        let to = |host: &str| signed(&user, &user.ocid, host, NOW);
        let at = |date: &str| signed(&user, &user.ocid, &host, date);
        let dateless = || user.sign(&user.ocid, &[("host", &host), ("(request-target)", "")]);
        refuses_every_flaw(&machine, &service, |flaw| match flaw {
            Flaw::Unsigned => (with(good(), "authorization", "Bearer x"), Here("signature")),
            Flaw::OtherAlgorithm => (edited("rsa-sha256", "hmac-sha256"), Here("signature")),
            Flaw::Forged => (proof(&forger, &service), ByAnswer(answer)),
            Flaw::UnknownKey => (proof(&unknown, &service), ByAnswer(answer)),
            Flaw::Changed => (with(good(), "date", &http_date(1)), ByAnswer(answer)),
            Flaw::HostUnsigned => {
                let signed = user.sign(&user.ocid, &[("date", NOW), ("(request-target)", "")]);
                (with(signed, "host", &host), Here("signed headers"))
            }
            Flaw::DateUnsigned => (with(dateless(), "date", NOW), Here("signed headers")),
            Flaw::MoreSigned => (edited("date (request", "date x-evil (request"), Here("signed headers")),
            Flaw::OtherHost => (to("127.0.0.1:1"), Here("host")),
            Flaw::SimilarHost => (to("identity.eu-frankfurt-1.oraclecloud.com.evil.test"), Here("host")),
            Flaw::OtherQuestion => (signed(&other, &user.ocid, &host, NOW), Here("signer")),
            Flaw::LineBreak => (at("a\r\nhost: b"), Here("signed headers")),
            Flaw::NoDate => (dateless(), Here("signed headers")),
            Flaw::UnreadableDate => (at("2026-01-31T12:00:00Z"), Here("time")),
            Flaw::OtherAccount => (proof(&foreigner, &service), Here("tenancy")),
            Flaw::OtherPrincipal => (proof(&other, &service), ByAnswer("username")),
        })
        .await;
        is_good_around_its_date(&machine, &service, 300, |away| at(&http_date(away))).await;
        machine.logs_in_as_every_method_does(async |more| machine.login_with(&good(), more).await).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_fails_one_check_is_refused_and_asks_nobody() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        service.take();
        let host = host(&service);
        let with = |name: &str, value: Value| {
            let mut proof = proof(&user, &service);
            proof["headers"][name] = value;
            proof
        };
        let edited = |from: &str, to: &str| {
            let good = proof(&user, &service)["headers"]["authorization"].as_str().unwrap().to_owned();
            assert!(good.contains(from));
            with("authorization", json!(good.replace(from, to)))
        };
        let key_id = user.key_id();
        for (proof, check) in [
            (signed(&user, "x/../../y", &host, NOW), "user"),
            (signed(&user, TENANCY, &host, NOW), "user"),
            (edited("rsa-sha256", "none"), "signature"),
            (edited("version=\"1\"", "version=\"2\""), "signature"),
            (user.sign(&user.ocid, &[("date", NOW), ("host", &host)]), "signed headers"),
            (with("x-date", json!(NOW)), "signed headers"),
            (edited(&key_id, "ST$token"), "key"),
            (signed(&user, &user.ocid, "identity.evil.test", NOW), "host"),
            (signed(&user, &user.ocid, "identity.evil.test/.oraclecloud.com", NOW), "host"),
        ] {
            machine.refuses(&proof, check).await;
        }
        assert!(service.take().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_not_listed_is_refused() {
    let (user, other) = (OciUser::new(TENANCY, "web"), OciUser::new(TENANCY, "other"));
    let service = oci(&[&user, &other]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        machine.refuses(&proof(&other, &service), "username").await;
        machine.configure(json!({ "allowedUsernames": "" })).await;
        machine.token(&proof(&other, &service)).await;
        machine.configure(json!({ "tenancyOcid": OTHER_TENANCY })).await;
        machine.refuses(&proof(&user, &service), "tenancy").await;
    })
    .await;
}

#[tokio::test]
async fn an_identity_service_that_says_nothing_clear_lets_nobody_in() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let proof = proof(&user, &service);
        let with = |name: &str, value: &str| {
            let mut answer = oci_answer(&user);
            answer[name] = json!(value);
            answer.to_string()
        };
        for (status, body, check) in [
            (200, with("id", "ocid1.user.oc1..admin"), "answer"),
            (200, with("compartmentId", OTHER_TENANCY), "tenancy of the user"),
            (200, with("name", "admin"), "username"),
            (200, "[]".to_owned(), "user described"),
            (200, String::new(), "user described"),
            (200, json!({ "id": user.ocid, "name": "web" }).to_string(), "user described"),
            (200, "[".repeat(100_000), "user described"),
            (200, " ".repeat(600_000), "answer of the identity service"),
            (301, with("name", "web"), "answer of the identity service"),
            (500, with("name", "web"), "answer of the identity service"),
        ] {
            service.will_answer(move |_| (status, body.clone()));
            machine.refuses(&proof, check).await;
        }
        let good = with("name", "web");
        service.will_answer(move |_| (200, good.clone()));
        machine.token(&proof).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_is_sent_is_never_our_fault() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server: &TestServer| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        let good = proof(&user, &service);
        for field in ["userOcid", "headers"] {
            for made_up in made_up(field) {
                let mut body = good.clone();
                match made_up.get(field) {
                    Some(value) => body[field] = value.clone(),
                    None => body = json!({}),
                }
                let status = machine.login(&body).await.status;
                assert!((400..500).contains(&status), "{body}: {status}");
            }
        }
        for value in traps() {
            for name in ["authorization", "host", "date", "x-date"] {
                let mut body = good.clone();
                body["headers"][name] = value.clone();
                let status = machine.login(&body).await.status;
                let is_absent = name == "x-date" && value.is_null();
                assert!(
                    (400..500).contains(&status) || is_absent && status == 200,
                    "{name} {value}: {status}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    let user = OciUser::new(TENANCY, "web");
    let service = oci(&[&user]);
    each_engine_with(operator(&service), &service.certificate, async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings()).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&user, &service)).await;
        })
        .await;
    })
    .await;
}
