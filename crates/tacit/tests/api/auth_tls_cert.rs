//! TLS Certificate Auth: client certificates of an authority, shown to this server or to a declared proxy.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
};
use axum_server::tls::TlsInfo;
use rcgen::{BasicConstraints, Certificate, DnType, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use serde_json::{Value, json};
use tacit::http::shell::{self, Shell};
use tower::Service;

use crate::{
    harness::{Answer, TestServer, each_engine},
    harness_auth_methods::{Vouched, traps},
    harness_certificates::{Authority, client, params, self_signed},
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_identities::{audit_text, comparable, status_with},
    harness_signer::pem,
};

const METHOD: &str = "tls-cert-auth";
const LOGIN: &str = "/api/v1/auth/tls-cert-auth/login";
const HEADER: &str = "x-identity-tls-cert-auth-client-cert";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn settings(authority: &Authority) -> Value {
    json!({ "caCertificate": authority.pem, "allowedCommonNames": "other, robot-*" })
}

fn body(id: &str) -> Body {
    Body::from(json!({ "identityId": id }).to_string())
}

fn request() -> axum::http::request::Builder {
    axum::http::Request::builder().method("POST").uri(LOGIN).header("content-type", "application/json")
}

/// Logs in on a connection in which these certificates were shown.
async fn connected(server: &TestServer, id: &str, chain: &[&Certificate]) -> Answer {
    let mut request: Request = request().body(body(id)).unwrap();
    let mut info = TlsInfo::default();
    info.peer_certificates = chain.iter().map(|certificate| certificate.der().to_vec()).collect();
    request.extensions_mut().insert(Arc::new(info));
    server.send(request).await
}

/// Logs in through a server whose proxies are in 10.0.0.0/8, from this peer, with these headers.
async fn forwarded(server: &TestServer, peer: [u8; 4], id: &str, headers: &[(&str, &str)]) -> Answer {
    let settings = shell::Settings {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..shell::Settings::default()
    };
    let mut request = request();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request: Request = request.body(body(id)).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 40000))));
    Answer::read(Shell::new(server.app.clone(), settings, |_, _| {}).call(request).await.unwrap()).await
}

/// As proxies write PEM into a header.
fn escaped(pem: &str) -> String {
    pem.bytes().fold(String::new(), |text, byte| match byte {
        byte if byte.is_ascii_alphanumeric() => text + &char::from(byte).to_string(),
        byte => text + &format!("%{byte:02X}"),
    })
}

/// The login is refused because of one check, with the answer of an identity that nobody has.
async fn refuses(machine: &Vouched<'_>, chain: &[&Certificate], check: &str) {
    let server = machine.admin.server;
    let answer = connected(server, &machine.id, chain).await;
    assert_eq!(answer.status, 401, "{check}: {}", answer.text);
    assert_eq!(comparable(&answer), comparable(&connected(server, NOBODY, chain).await), "{check}");
    let pem: String = chain.iter().map(|certificate| certificate.pem()).collect();
    assert_eq!(machine.judged(&json!({ "clientCertificate": pem })).await, check);
    let reason = format!("\"reason\":\"{check}\"").replace('"', "\\\"");
    assert!(audit_text(machine.admin).await.contains(&reason), "{reason}");
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (authority, other) = (Authority::new("Acme CA"), Authority::new("Other CA"));
        let machine = Vouched::bare(&admin, METHOD).await;
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);

        let made = admin.ok("POST", &machine.path(), Some(settings(&authority))).await;
        let made = &made["identityTlsCertAuth"];
        assert_eq!(made["caCertificate"], json!(authority.pem.trim()));
        assert_eq!(made["allowedCommonNames"], "other, robot-*");
        assert_eq!(made["accessTokenTTL"], 2_592_000);
        assert_eq!(admin.call("POST", &machine.path(), Some(settings(&authority))).await.status, 400);

        let certificate = authority.sign(&client("robot-7"));
        let answer = connected(server, &machine.id, &[&certificate]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.body["accessToken"].as_str().unwrap().to_owned();
        assert_eq!(status_with(server, &token).await, 200);
        assert!(audit_text(&admin).await.contains("robot-7"));

        let both = format!("{}{}", other.pem, authority.pem);
        let changed = machine.configure(json!({ "caCertificate": both, "accessTokenTTL": 60 })).await;
        assert_eq!(changed["identityTlsCertAuth"]["allowedCommonNames"], "other, robot-*");
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);
        assert_eq!(connected(server, &machine.id, &[&certificate]).await.body["expiresIn"], 60);
        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(connected(server, &machine.id, &[&certificate]).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-tls-cert-auth");
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
        let authority = Authority::new("Acme CA");
        let leaf = self_signed(&client("robot-7")).pem();
        let pem = &authority.pem;
        for (settings, field) in [
            (json!({ "caCertificate": pem }), "allowedCommonNames"),
            (json!({ "caCertificate": pem, "allowedCommonNames": " , " }), "allowedCommonNames"),
            (json!({ "allowedCommonNames": "x" }), "caCertificate"),
            (json!({ "caCertificate": "x", "allowedCommonNames": "x" }), "caCertificate"),
            (json!({ "caCertificate": leaf, "allowedCommonNames": "x" }), "caCertificate"),
            (json!({ "caCertificate": format!("{pem}{leaf}"), "allowedCommonNames": "x" }), "caCertificate"),
            (json!({ "caCertificate": pem.repeat(21), "allowedCommonNames": "x" }), "caCertificate"),
            (json!({ "caCertificate": pem, "allowedCommonNames": "x".repeat(5000) }), "allowedCommonNames"),
            (json!({ "caCertificate": 1, "allowedCommonNames": "x" }), "caCertificate"),
        ] {
            let answer = admin.call("POST", &machine.path(), Some(settings.clone())).await;
            assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
            assert!(answer.text.contains(field), "{settings}: {}", answer.text);
        }
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_fails_one_check_is_refused_like_an_identity_that_nobody_has() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (authority, namesake) = (Authority::new("Acme CA"), Authority::new("Acme CA"));
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let sign = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
            let mut params = client("robot-7");
            change(&mut params);
            authority.sign(&params)
        };

        let good = sign(&|_| {});
        assert_eq!(machine.judged(&json!({ "clientCertificate": good.pem() })).await, "");
        let no_purpose = sign(&|params| params.extended_key_usages.clear());
        assert_eq!(connected(server, &machine.id, &[&no_purpose]).await.status, 200, "for any purpose");
        refuses(&machine, &[], "certificate").await;
        for (certificate, check) in [
            (namesake.sign(&client("robot-7")), "chain"),
            (self_signed(&client("robot-7")), "chain"),
            (self_signed(&params("Acme CA", &[])), "chain"),
            (sign(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), "chain"),
            (
                sign(&|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
                "purpose",
            ),
            (sign(&|params| params.not_after = date_time_ymd(2026, 1, 31)), "times"),
            (sign(&|params| params.not_before = date_time_ymd(2026, 2, 1)), "times"),
            (authority.sign(&client("robot")), "name"),
            (authority.sign(&client("robot-7/x")), "name"),
            (authority.sign(&client("Other")), "name"),
            (sign(&|params| params.distinguished_name.push(DnType::CommonName, "")), "name"),
            (sign(&|params| params.distinguished_name = rcgen::DistinguishedName::new()), "name"),
        ] {
            refuses(&machine, &[&certificate], check).await;
        }
        let mut changed = good.der().to_vec();
        let name = changed.windows(7).rposition(|bytes| bytes == b"robot-7").unwrap();
        changed[name + 6] = b'8';
        let changed = json!({ "clientCertificate": pem("CERTIFICATE", &changed) });
        assert_eq!(machine.judged(&changed).await, "chain", "the name of another");
        server.clock.advance_seconds(24 * 3600);
        let short = sign(&|params| params.not_before = date_time_ymd(2026, 2, 1));
        assert_eq!(connected(server, &machine.id, &[&short]).await.status, 200, "the clock is an argument");
    })
    .await;
}

#[tokio::test]
async fn the_authority_itself_is_no_client_and_those_between_are_shown() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let between = authority.below("Acme Machines CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let certificate = between.sign(&client("robot-7"));

        let chain = format!("{}{}", certificate.pem(), between.pem);
        assert_eq!(machine.judged(&json!({ "clientCertificate": chain })).await, "");
        assert_eq!(machine.judged(&json!({ "clientCertificate": authority.pem })).await, "chain");
        refuses(&machine, &[&certificate], "chain").await;

        let leaf = authority.sign(&client("robot-8"));
        let chain = format!("{}{}", certificate.pem(), leaf.pem());
        assert_eq!(
            machine.judged(&json!({ "clientCertificate": chain })).await,
            "chain",
            "a leaf signs nobody"
        );
    })
    .await;
}

#[tokio::test]
async fn a_header_counts_from_a_declared_proxy_and_from_nobody_else() {
    each_engine(async |server| {
        const PROXY: [u8; 4] = [10, 0, 0, 1];
        const STRANGER: [u8; 4] = [203, 0, 113, 9];
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let between = authority.below("Acme Machines CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let pem = authority.sign(&client("robot-7")).pem();
        let header = escaped(&pem);
        let status =
            async |peer, headers: &[(&str, &str)]| forwarded(server, peer, &machine.id, headers).await.status;

        assert_eq!(status(PROXY, &[(HEADER, &header)]).await, 200);
        let plus_as_it_is = header.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        assert_eq!(status(PROXY, &[(HEADER, &plus_as_it_is)]).await, 200);
        let chain = format!("{}{}", between.sign(&client("robot-7")).pem(), between.pem);
        assert_eq!(status(PROXY, &[(HEADER, &escaped(&chain))]).await, 200);

        assert_eq!(status(STRANGER, &[(HEADER, &header)]).await, 401);
        let pretends =
            [(HEADER, header.as_str()), ("x-forwarded-for", "10.0.0.1"), ("x-real-ip", "10.0.0.1")];
        assert_eq!(status(STRANGER, &pretends).await, 401);
        assert_eq!(
            status(PROXY, &[(HEADER, &header), (HEADER, &header)]).await,
            401,
            "one of two may be forged"
        );
        assert_eq!(status(PROXY, &[("x-client-cert", &header)]).await, 401);
        for wrong in ["", "%", "x", "%zz", &header[..header.len() / 2], &"A".repeat(70_000)] {
            assert_eq!(status(PROXY, &[(HEADER, wrong)]).await, 401, "{wrong}");
        }
        assert_eq!(
            server
                .call_from([127, 0, 0, 1], &[(HEADER, &header)], LOGIN, &json!({ "identityId": machine.id }))
                .await
                .status,
            401
        );
    })
    .await;
}

#[tokio::test]
async fn a_proxy_does_not_lend_its_own_certificate_to_those_behind_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let certificate = authority.sign(&client("robot-7"));

        let trusted = vec!["127.0.0.1/32".parse().unwrap()];
        let settings = shell::Settings { trusted_proxies: trusted, ..shell::Settings::default() };
        let mut request: Request = request().body(body(&machine.id)).unwrap();
        let mut info = TlsInfo::default();
        info.peer_certificates = vec![certificate.der().to_vec()];
        request.extensions_mut().insert(Arc::new(info));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40000))));
        let response = Shell::new(server.app.clone(), settings, |_, _| {}).call(request).await.unwrap();
        assert_eq!(response.status(), 401);
    })
    .await;
}

#[tokio::test]
async fn a_form_logs_in_and_tokens_are_limited_as_the_settings_say() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let certificate = authority.sign(&client("robot-7"));
        machine
            .logs_in_as_every_method_does(async |more: Value| {
                let mut form = form_urlencoded::Serializer::new(String::new());
                let mut fields = json!({ "identityId": machine.id });
                fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                for (name, value) in fields.as_object().unwrap() {
                    form.append_pair(name, value.as_str().unwrap());
                }
                let mut request: Request = axum::http::Request::builder()
                    .method("POST")
                    .uri(LOGIN)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form.finish().into())
                    .unwrap();
                let mut info = TlsInfo::default();
                info.peer_certificates = vec![certificate.der().to_vec()];
                request.extensions_mut().insert(Arc::new(info));
                server.send(request).await
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn whatever_a_client_shows_is_never_our_fault() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let good = authority.sign(&client("robot-7")).der().to_vec();
        for at in 0..good.len() {
            let mut broken = good.clone();
            broken[at] ^= 0x55;
            let mut request: Request = request().body(body(&machine.id)).unwrap();
            let mut info = TlsInfo::default();
            info.peer_certificates = vec![broken, good[..at].to_vec()];
            request.extensions_mut().insert(Arc::new(info));
            assert_eq!(server.send(request).await.status, 401, "byte {at}");
        }
        for value in traps() {
            let path = format!("/api/ui/v1/identities/{}/tls-cert-auth/test", machine.id);
            let answer = admin.call("POST", &path, Some(json!({ "clientCertificate": value }))).await;
            assert!(answer.status < 500, "{value}: {}", answer.text);
            let answer = server.call("POST", LOGIN, None, Some(json!({ "identityId": value }))).await;
            assert!((400..500).contains(&answer.status), "{value}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let authority = Authority::new("Acme CA");
        let machine = Vouched::new(&admin, METHOD, settings(&authority)).await;
        let certificate = authority.sign(&client("robot-7"));
        works_while_the_organizations_key_is_replaced(&admin, async || {
            let answer = connected(server, &machine.id, &[&certificate]).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        })
        .await;
    })
    .await;
}
