//! Class 8: guesses are counted however a name is spelled, nothing tells which accounts there are, and a
//! code is good once.
//!
//! `sign_in.rs`, `second_factor.rs`, `invitations.rs` and `universal_auth.rs` have the lockouts themselves.

use serde_json::{Value, json};

use super::{
    database,
    world::{PASSWORD, World, world},
};
use crate::{
    harness::{TestServer, each_engine},
    second_factor::Bob,
};

const MEMBER: &str = "ours-member@example.test";

/// What an answer and the work for it tell: status, body, statements and hashes.
type Told = (u16, Value, u64, u64);

async fn told(server: &TestServer, path: &str, token: Option<&str>, body: Value) -> Told {
    server.app.audit.flush().await.unwrap();
    let count = || (server.app.database.statements(), server.app.passwords.computed());
    let before = count();
    let answer = server.call("POST", path, token, Some(body)).await;
    // The audit events of the request count too, whenever they are moved.
    server.app.audit.flush().await.unwrap();
    let after = count();
    (answer.status, answer.without_request_id(), after.0 - before.0, after.1 - before.1)
}

async fn log_in(server: &TestServer, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    server.call("POST", "/api/v3/auth/login", None, Some(body)).await.status
}

/// E-mails of accounts in every state, and of none.
async fn accounts(world: &World<'_>) -> Vec<String> {
    let server = world.admin.server;
    let path = format!("/api/v2/organizations/{}/memberships", world.admin.organization_id);
    let suspended = format!("{path}/{}", world.id("org_membership"));
    world.admin.ok("PATCH", &suspended, Some(json!({ "isActive": false }))).await;
    server.add_user("nowhere@example.test", PASSWORD).await;
    ["ada", "ours-free", "ours-member", "ours-invited", "nowhere", "nobody", "nobody-else"]
        .iter()
        .map(|name| format!("{name}@example.test"))
        .collect()
}

#[tokio::test]
async fn a_wrong_password_gets_the_same_answer_after_the_same_work_whoever_is_meant() {
    each_engine(async |server| {
        let world = world(server).await;
        let accounts = accounts(&world).await;
        // The first guess, some more, the one that locks, and those while it is locked.
        for guess in 1..=12 {
            let mut all = Vec::new();
            for email in &accounts {
                let body = json!({ "email": email, "password": "wrong" });
                all.push(told(server, "/api/v3/auth/login", None, body).await);
            }
            let expected = if guess <= 10 { (401, 1) } else { (403, 0) };
            assert_eq!((all[0].0, all[0].3), expected, "guess {guess}");
            for (email, one) in accounts.iter().zip(&all) {
                assert_eq!(one, &all[0], "guess {guess}: {email}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_invitation_code_gets_the_same_answer_after_the_same_work_whoever_is_meant() {
    each_engine(async |server| {
        let world = world(server).await;
        let accounts = accounts(&world).await;
        let mut verified = Vec::new();
        let mut completed = Vec::new();
        for email in &accounts {
            let body =
                json!({ "email": email, "organizationId": world.admin.organization_id, "code": "wrong" });
            verified.push(told(server, "/api/v1/invite-org/verify", None, body).await);
            let body = json!({ "email": email, "password": PASSWORD, "firstName": "A" });
            let path = "/api/v3/signup/complete-account/invite";
            completed.push(told(server, path, Some("wrong"), body).await);
        }
        for all in [verified, completed] {
            assert!((400..500).contains(&all[0].0), "{:?}", all[0]);
            for (email, one) in accounts.iter().zip(&all) {
                assert_eq!(one, &all[0], "{email}");
            }
        }
    })
    .await;
}

/// Other spellings of an address that some systems take for the same.
fn spellings(email: &str) -> Vec<String> {
    let (name, host) = email.split_once('@').unwrap();
    vec![
        email.to_uppercase(),
        format!("{}@{host}", name.to_uppercase()),
        format!(" {email}"),
        format!("{email} "),
        format!("\t{email}\n"),
        format!("{email}\u{a0}"),
        format!("\u{3000}{email}"),
        format!("{email}\u{200b}"),
        format!("\u{feff}{email}"),
        format!("{email}\u{0}"),
        format!("{email}."),
        format!("{name} @{host}"),
        format!("{name}@ {host}"),
        format!("\"{name}\"@{host}"),
        format!("{name}+tag@{host}"),
        format!("<{email}>"),
        format!("{email},x@{host}"),
        email.replace('o', "\u{43e}"),
        email.replace('m', "\u{ff4d}"),
        email.replace('s', "\u{17f}"),
        email.replace('e', "e\u{301}"),
        email.replace('@', "\u{ff20}"),
        email.replace('@', "%40"),
        email.replace('.', "\u{3002}"),
    ]
}

#[tokio::test]
async fn every_spelling_that_leads_to_an_account_counts_its_guesses() {
    each_engine(async |server| {
        let _world = world(server).await;
        database::keep(server).await;
        let mut leading = 0;
        for spelling in spellings(MEMBER) {
            let leads = log_in(server, &spelling, PASSWORD).await == 200;
            database::restore(server).await;
            for _ in 0..10 {
                let status = log_in(server, &spelling, "wrong").await;
                assert!((400..500).contains(&status), "{spelling:?}: {status}");
            }
            let status = log_in(server, MEMBER, PASSWORD).await;
            assert_eq!(status, if leads { 403 } else { 200 }, "{spelling:?}");
            leading += usize::from(leads);
            database::restore(server).await;
        }
        assert!(leading >= 4, "only {leading} spellings lead to the account");
    })
    .await;
}

#[tokio::test]
async fn guesses_in_all_spellings_together_are_counted_together() {
    each_engine(async |server| {
        let _world = world(server).await;
        let spellings =
            ["OURS-member@example.test", " ours-member@EXAMPLE.test", "ours-MEMBER@example.test\n"];
        for guess in 0..10 {
            assert_eq!(log_in(server, spellings[guess % 3], "wrong").await, 401, "guess {guess}");
        }
        for spelling in spellings.iter().chain([&MEMBER]) {
            assert_eq!(log_in(server, spelling, PASSWORD).await, 403, "{spelling:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_used_is_used_in_every_spelling() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let code = bob.code();
        assert_eq!(bob.verify(&bob.challenge().await, &code).await.status, 200);
        let (one, two) = code.split_at(3);
        let wide: String =
            code.bytes().map(|digit| char::from_u32(0xff10 + u32::from(digit - b'0')).unwrap()).collect();
        for spelling in [
            code.clone(),
            format!(" {code}"),
            format!("{code} "),
            format!("{code}\n"),
            format!("{one} {two}"),
            format!("{one}-{two}"),
            format!("0{code}"),
            format!("+{code}"),
            format!("{code}\u{0}"),
            format!("{code}.0"),
            wide,
        ] {
            let answer = bob.verify(&bob.challenge().await, &spelling).await;
            assert!(matches!(answer.status, 401 | 403 | 422), "{spelling:?}: {}", answer.text);
        }
    })
    .await;
}
