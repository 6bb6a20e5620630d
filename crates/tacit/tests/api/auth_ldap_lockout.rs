//! LDAP Auth: wrong passwords lock it, and directories that are none.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_auth_methods::Vouched,
    harness_slapd::{BIND_DN, BIND_PASS, Slapd},
};

const METHOD: &str = "ldap-auth";
const PASSWORD: &str = "engine & canary +%";

fn settings(slapd: &Slapd) -> Value {
    json!({ "url": format!("ldaps://127.0.0.1:{}", slapd.tls_port), "bindDN": BIND_DN, "bindPass": BIND_PASS,
        "searchBase": "dc=acme,dc=test", "ldapCaCertificate": slapd.certificate,
        "allowedFields": [{ "key": "employeeType", "value": "robot" }] })
}

fn proof(name: &str, password: &str) -> Value {
    json!({ "username": name, "password": password })
}

/// Tries to log in: the status and whether the method is locked.
async fn attempt(machine: &Vouched<'_>, name: &str, password: &str) -> (u16, bool) {
    let answer = machine.login(&proof(name, password)).await;
    (answer.status, answer.text.contains("Locked"))
}

const IN: (u16, bool) = (200, false);
const WRONG: (u16, bool) = (401, false);
const LOCKED: (u16, bool) = (401, true);

#[tokio::test]
async fn wrong_passwords_lock_it_however_the_name_is_spelled() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&slapd)).await;
        for name in ["ada", "ADA", " Ada "] {
            assert_eq!(attempt(&machine, name, "wrong").await, WRONG, "{name}");
        }
        assert_eq!(attempt(&machine, "ada", PASSWORD).await, LOCKED);
        server.clock.advance_seconds(299);
        assert_eq!(attempt(&machine, "ada", PASSWORD).await, LOCKED);
        server.clock.advance_seconds(1);
        assert_eq!(attempt(&machine, "ada", "wrong").await, WRONG, "the count begins again");
        assert_eq!(attempt(&machine, "ada", PASSWORD).await, IN);
        assert!(
            crate::harness_identities::audit_text(&admin).await.contains("\\\"reason\\\":\\\"locked\\\"")
        );
    })
    .await;
}

#[tokio::test]
async fn a_success_or_time_forgets_wrong_passwords() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&slapd)).await;
        for _ in 0..3 {
            assert_eq!(attempt(&machine, "nobody", PASSWORD).await, WRONG);
            assert_eq!(attempt(&machine, "bob", "bob's canary").await, WRONG);
            assert_eq!(attempt(&machine, "ada", PASSWORD).await, IN);
        }
        for _ in 0..3 {
            assert_eq!(attempt(&machine, "ada", "wrong").await, WRONG);
            assert_eq!(attempt(&machine, "ada", "wrong").await, WRONG);
            server.clock.advance_seconds(30);
        }
        machine.configure(json!({ "lockoutEnabled": false })).await;
        for _ in 0..5 {
            assert_eq!(attempt(&machine, "ada", "wrong").await, WRONG);
        }
        assert_eq!(attempt(&machine, "ada", PASSWORD).await, IN);
    })
    .await;
}

#[tokio::test]
async fn guesses_sent_together_get_no_more_answers() {
    let Some(slapd) = Slapd::start() else { return };
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::new(&admin, METHOD, settings(&slapd)).await;
        let guesses = (0..12).map(|_| attempt(&machine, "ada", "wrong"));
        let answers = futures_util::future::join_all(guesses).await;
        assert_eq!(answers.iter().filter(|answer| **answer == WRONG).count(), 3, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == LOCKED).count(), 9, "{answers:?}");

        let path = format!("{}/clear-lockouts", machine.path());
        assert_eq!(admin.ok("POST", &path, None).await, json!({ "deleted": 1 }));
        assert_eq!(admin.ok("POST", &path, None).await, json!({ "deleted": 0 }));
        let answers =
            futures_util::future::join_all((0..8).map(|_| attempt(&machine, "ada", PASSWORD))).await;
        assert_eq!(answers, [IN; 8], "right ones sent together are all let in");
        let kind = "clear-identity-ldap-auth-lockouts";
        assert!(server.has_event(&admin.organization_id, kind).await);
    })
    .await;
}

/// Listens, answers every connection with these bytes once it was asked, and keeps it open. Returns the address.
fn answering(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, bytes) = (stream.unwrap(), bytes.clone());
            thread::spawn(move || {
                let mut asked = [0; 100];
                let _ = stream.read(&mut asked);
                // Who is told too much hangs up.
                let _ = stream.write_all(&bytes);
                let _ = stream.read(&mut asked);
            });
        }
    });
    url
}

/// A message that answers the request for TLS with this result.
fn start_tls_result(result: u8) -> Vec<u8> {
    vec![0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, result, 4, 0, 4, 0]
}

#[tokio::test]
async fn what_is_no_directory_lets_nobody_in_and_locks_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let settings = json!({ "url": "ldap://127.0.0.1:9", "bindDN": BIND_DN, "bindPass": BIND_PASS,
            "searchBase": "dc=x", "allowedFields": [{ "key": "ou", "value": "x" }] });
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let mut injected = start_tls_result(0);
        injected.extend(start_tls_result(0));
        let mut deep = vec![0x30, 0x83, 1, 0x86, 0xa0];
        deep.extend([0x30, 0x80].repeat(50_000));
        let mut other_question = start_tls_result(0);
        other_question[4] = 2;
        for answer in [
            Vec::new(),
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            b"\x30\x84\x7f\xff\xff\xff".to_vec(),
            b"\x30\x80".to_vec(),
            start_tls_result(2),
            injected,
            deep,
            other_question,
            vec![0; 1_000_000],
        ] {
            // An answer of nothing is one that is over.
            let url = if answer.is_empty() { "ldap://127.0.0.1:9".to_owned() } else { answering(answer) };
            machine.configure(json!({ "url": url, "bindPass": BIND_PASS })).await;
            for _ in 0..4 {
                assert_eq!(attempt(&machine, "ada", PASSWORD).await, WRONG, "{url}");
            }
            machine.refuses(&proof("ada", PASSWORD), "directory").await;
        }
    })
    .await;
}
