//! TLS by the server itself, and certificates that change while it runs.

use std::{fs, path::Path, process::Command};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::{FAILED, LISTEN, PASSWORD, SETTINGS, Server, run, server, tacit};

fn write_certificate(folder: &Path) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

fn with_tls(folder: &Path) -> Command {
    let mut command = server(folder);
    command.args(["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    command
}

fn setup(folder: &Path, url: &str, trust: &[&str]) -> crate::harness::Ended {
    let mut command =
        tacit(folder, &["setup", "--url", url, "--email", "ada@example.test", "--password-stdin"]);
    command.args(trust);
    run(command, PASSWORD)
}

#[test]
fn the_server_answers_over_tls_to_those_who_trust_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let server = Server::start(with_tls(folder.path()));
    assert!(server.url.starts_with("https://"));

    let stranger = setup(folder.path(), &server.url, &[]);
    let health = run(tacit(folder.path(), &["healthcheck", "--url", &server.url]), "");
    let friend = setup(folder.path(), &server.url, &["--ca-cert", "cert.pem"]);

    // Without a system store there is nothing to trust, which is a setting.
    assert!([Some(FAILED), Some(SETTINGS)].contains(&stranger.code), "{stranger:?}");
    assert!(stranger.stderr.contains("--ca-cert"), "{stranger:?}");
    assert_eq!(health.code, Some(0), "{health:?}");
    assert_eq!(friend.code, Some(0), "{friend:?}");
}

#[test]
fn a_new_certificate_is_taken_into_use_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let mut server = Server::start(with_tls(folder.path()));

    fs::write(folder.path().join("cert.pem"), "broken").unwrap();
    server.signal(Signal::HUP);
    server.wait_for("stays in use");
    write_certificate(folder.path());
    server.signal(Signal::HUP);
    server.wait_for("was read again");

    let friend = setup(folder.path(), &server.url, &["--ca-cert", "cert.pem"]);
    assert_eq!(friend.code, Some(0), "{friend:?}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let mut half = server(folder.path());
    half.args(["--tls-cert", "cert.pem"]);
    assert_eq!(Server::refused(half).code, Some(SETTINGS));

    fs::write(folder.path().join("key.pem"), "broken").unwrap();
    assert_eq!(Server::refused(with_tls(folder.path())).code, Some(LISTEN));

    fs::remove_file(folder.path().join("key.pem")).unwrap();
    assert_eq!(Server::refused(with_tls(folder.path())).code, Some(LISTEN));
}

/// An authority, and the certificate and key of a client of it, in PEM.
fn authority_and_client() -> (String, rcgen::Certificate, rcgen::KeyPair) {
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    };
    let named = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let (mut authority, key) = (named("Acme CA"), KeyPair::generate().unwrap());
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let mut client = named("robot-7");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    (pem, client.signed_by(&key, &issuer).unwrap(), key)
}

/// Trusts the server's certificate, and shows one of its own if there is one.
fn agent(folder: &Path, own: Option<(&rcgen::Certificate, &rcgen::KeyPair)>) -> ureq::Agent {
    use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
    let pem = fs::read(folder.join("cert.pem")).unwrap();
    let own = own.map(|(certificate, key)| {
        let certificate = Certificate::from_pem(certificate.pem().as_bytes()).unwrap();
        let key = PrivateKey::from_pem(key.serialize_pem().as_bytes()).unwrap();
        ClientCert::new_with_certs(&[certificate], key)
    });
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::new_with_certs(&[Certificate::from_pem(&pem).unwrap()]))
        .client_cert(own)
        .build();
    ureq::Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls).build().new_agent()
}

fn post(agent: &ureq::Agent, url: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let mut request = agent.post(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut response = request.send(body.to_string()).unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[test]
fn a_machine_logs_in_by_the_certificate_that_it_shows_to_the_server() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let mut command = with_tls(folder.path());
    command.arg("--tls-client-certificates");
    let server = Server::start(command);
    let (authority, certificate, key) = authority_and_client();
    let (plain, machine) = (agent(folder.path(), None), agent(folder.path(), Some((&certificate, &key))));

    let ada = json!({ "email": "ada@example.test", "password": PASSWORD, "organization": "Acme" });
    let (status, made) = post(&plain, &format!("{}/api/v1/admin/bootstrap", server.url), None, &ada);
    assert_eq!(status, 200, "{made}");
    let token = made["identity"]["credentials"]["token"].as_str().unwrap();
    let identity =
        json!({ "name": "robot", "organizationId": made["organization"]["id"], "role": "no-access" });
    let (_, made) = post(&plain, &format!("{}/api/v1/identities", server.url), Some(token), &identity);
    let id = made["identity"]["id"].as_str().unwrap();
    let method = format!("{}/api/v1/auth/tls-cert-auth", server.url);
    let settings = json!({ "caCertificate": authority, "allowedCommonNames": "robot-*" });
    let (status, made) = post(&plain, &format!("{method}/identities/{id}"), Some(token), &settings);
    assert_eq!(status, 200, "{made}");

    let login = json!({ "identityId": id });
    let (status, answer) = post(&machine, &format!("{method}/login"), None, &login);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(post(&plain, &format!("{method}/login"), None, &login).0, 401);
}

#[test]
fn clients_are_asked_for_a_certificate_only_if_the_operator_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut without_tls = server(folder.path());
    without_tls.arg("--tls-client-certificates");
    assert_eq!(Server::refused(without_tls).code, Some(SETTINGS));
    let mut wrong_name = server(folder.path());
    wrong_name.args(["--client-certificate-header", "not a name"]);
    assert_eq!(Server::refused(wrong_name).code, Some(SETTINGS));
}
