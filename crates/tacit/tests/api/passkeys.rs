//! Passkeys: adding them, signing in with them, and what does not count.

use serde_json::{Value, json};

use tacit::app::{Settings, changes::Timing};

use crate::{
    harness::{Node, TestServer, each_engine},
    harness_passkeys::{
        Authenticator, Carol, HOST, Key, ORIGIN, PASSWORD, authenticator::PRESENT, call, call_host,
        challenge, created, login, new_passkey, shown, sign_in, sign_in_challenge,
    },
};

const PATH: &str = "/api/ui/v1/me/passkeys";

#[tokio::test]
async fn a_passkey_is_a_second_factor_and_a_way_in_without_a_password() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, codes) = Carol::with_passkey(&admin).await;
        assert_eq!(codes.len(), 10);
        let me = call(server, "GET", "/api/v2/users/me", Some(&carol.login), None).await;
        assert_eq!(me.body["user"]["mfaMethods"], json!(["webauthn"]));
        assert_eq!(me.body["user"]["isMfaEnabled"], true);

        // After the password.
        let answer = carol.select(&login(server).await).await;
        assert_eq!(answer.body["mfaMethod"], "webauthn", "{}", answer.text);
        assert_eq!(answer.body["mfaMethods"], json!(["webauthn"]));
        let asked = answer.body["token"].as_str().unwrap();
        let check = server.call("GET", "/api/v2/auth/mfa/check/totp", Some(asked), None).await;
        assert_eq!(check.body["isVerified"], false);
        let inside = carol.give(asked, &mut passkey).await;
        assert_eq!(inside.status, 200, "{}", inside.text);
        assert!(inside.cookie().is_some());
        assert_eq!(carol.projects(inside.body["token"].as_str().unwrap()).await, 200);

        // Without.
        let answer = carol.sign_in_without_password(&mut passkey).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.body["accessToken"].as_str().unwrap();
        let selected = carol.select(token).await;
        assert_eq!(selected.body["isMfaEnabled"], false, "{}", selected.text);
        assert_eq!(carol.projects(selected.body["token"].as_str().unwrap()).await, 200);

        let listed = call(server, "GET", PATH, Some(token), None).await;
        assert_eq!(listed.body["site"], "localhost");
        let one = &listed.body["passkeys"][0];
        assert_eq!((&one["name"], &one["worksHere"]), (&json!("Laptop"), &json!(true)), "{}", listed.text);
        assert!(one["lastUsedAt"].is_string());
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_key_signs_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        for key in [Key::ed_dsa(), Key::rs256(), Key::es256()] {
            let mut passkey = Authenticator::new(key, ORIGIN, "localhost");
            assert_eq!(carol.add(&carol.login, &passkey).await.status, 200);
            assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 200);
        }
    })
    .await;
}

/// Everything that is wrong about a new passkey, and then nothing.
#[tokio::test]
async fn a_passkey_from_elsewhere_is_not_added() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        let begin = async || {
            let path = format!("{PATH}/options");
            challenge(&call(server, "POST", &path, Some(&carol.login), Some(json!({}))).await)
        };
        let finish = async |credential: Value| {
            let body = json!({ "name": "x", "credential": credential });
            call(server, "POST", PATH, Some(&carol.login), Some(body)).await
        };
        let right = new_passkey();
        for passkey in [
            Authenticator::new(Key::es256(), "http://localhost:9090", "localhost"),
            Authenticator::new(Key::es256(), "https://evil.example", "localhost"),
            Authenticator::new(Key::es256(), ORIGIN, "evil.example"),
            Authenticator { flags: 0, ..new_passkey() },
            Authenticator { cose: Some(Key::es256().cose()[1..].to_vec()), ..new_passkey() },
            Authenticator { more_client_data: r#","crossOrigin":true"#, ..new_passkey() },
        ] {
            let answer = finish(created(&passkey, &begin().await)).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
        }
        // The challenge of another session, of another purpose, too old, none of ours.
        let other = login(server).await;
        let path = format!("{PATH}/options");
        let others = challenge(&call(server, "POST", &path, Some(&other), Some(json!({}))).await);
        for text in [others, sign_in_challenge(server).await, "AAAA".to_owned()] {
            assert_eq!(finish(created(&right, &text)).await.status, 400);
        }
        let old = begin().await;
        server.clock.advance_seconds(5 * 60);
        assert_eq!(finish(created(&right, &old)).await.status, 400);

        let challenge = begin().await;
        assert_eq!(finish(created(&right, &challenge)).await.status, 200);
        // Used up, and so is the credential.
        assert_eq!(finish(created(&new_passkey(), &challenge)).await.status, 400);
        assert_eq!(finish(created(&right, &begin().await)).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_that_is_not_right_does_not_sign_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        let mut answers = Vec::new();
        let user = carol.user.as_str();
        // Nobody's, nobody named, somebody else named.
        let mut stranger = new_passkey();
        answers.push(carol.sign_in_without_password(&mut stranger).await);
        for user in [None, Some("x"), Some("")] {
            let challenge = sign_in_challenge(server).await;
            answers.push(sign_in(server, shown(&mut passkey, &challenge, user)).await);
        }
        // Another key under the same id.
        stranger.credential_id = passkey.credential_id.clone();
        answers.push(carol.sign_in_without_password(&mut stranger).await);
        // Nobody checked who held it, or was there.
        for flags in [PRESENT, 0] {
            passkey.flags = flags;
            answers.push(carol.sign_in_without_password(&mut passkey).await);
        }
        passkey.flags = new_passkey().flags;
        // Another site.
        "https://evil.example".clone_into(&mut passkey.origin);
        answers.push(carol.sign_in_without_password(&mut passkey).await);
        ORIGIN.clone_into(&mut passkey.origin);
        "evil.example".clone_into(&mut passkey.relying_party);
        answers.push(carol.sign_in_without_password(&mut passkey).await);
        "localhost".clone_into(&mut passkey.relying_party);
        // A challenge that was used, is of another purpose, or has ended.
        let challenge = sign_in_challenge(server).await;
        let credential = shown(&mut passkey, &challenge, Some(user));
        assert_eq!(sign_in(server, credential.clone()).await.status, 200);
        answers.push(sign_in(server, credential).await);
        answers.push(sign_in(server, shown(&mut passkey, &challenge, Some(user))).await);
        let asked = carol.asked().await;
        let options = call(server, "POST", "/api/ui/v1/mfa/passkey/options", Some(&asked), None).await;
        let challenge = crate::harness_passkeys::challenge(&options);
        answers.push(sign_in(server, shown(&mut passkey, &challenge, Some(user))).await);
        let challenge = sign_in_challenge(server).await;
        server.clock.advance_seconds(5 * 60);
        answers.push(sign_in(server, shown(&mut passkey, &challenge, Some(user))).await);

        for answer in &answers {
            assert_eq!(answer.status, 401, "{}", answer.text);
            assert_eq!(answer.without_request_id(), answers[0].without_request_id());
        }
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 200);
        let denied = server.events("").await;
        let reasons =
            denied.iter().filter(|event| event.event_type == "user-login" && event.result == "denied");
        assert_eq!(reasons.count(), answers.len());
    })
    .await;
}

#[tokio::test]
async fn a_copied_passkey_is_noticed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        let mut passkey = Authenticator { sign_count: 5, ..new_passkey() };
        assert_eq!(carol.add(&carol.login, &passkey).await.status, 200);
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 200);
        passkey.sign_count = 5;
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 401);
        let events = server.events("").await;
        assert!(events.iter().any(|event| event.metadata.contains("counter went back")));
        passkey.sign_count = 6;
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn as_a_second_factor_it_must_be_the_persons_own_and_tries_are_counted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        // A passkey of somebody else who is in the same organization.
        let mut other = new_passkey();
        let body = json!({ "name": "x", "credential": {} });
        let path = format!("{PATH}/options");
        let options = call(server, "POST", &path, Some(&admin.token), Some(json!({}))).await;
        let credential = created(&other, &challenge(&options));
        let mut add = body;
        add["credential"] = credential;
        assert_eq!(call(server, "POST", PATH, Some(&admin.token), Some(add)).await.status, 200);

        let asked = carol.asked().await;
        for left in [4, 3, 2, 1, 0] {
            let answer = carol.give(&asked, &mut other).await;
            let context = json!({ "code": "mfa_invalid", "triesLeft": left });
            assert_eq!((answer.status, &answer.body["context"]), (401, &context), "{}", answer.text);
        }
        let ended = call(server, "POST", "/api/ui/v1/mfa/passkey/options", Some(&asked), None).await;
        assert_eq!(ended.body["context"]["code"], "mfa_expired");

        // The right one, without a check of who holds it: the password came first.
        passkey.flags = PRESENT;
        let (one, two) = (carol.asked().await, carol.asked().await);
        let options = call(server, "POST", "/api/ui/v1/mfa/passkey/options", Some(&two), None).await;
        let credential = shown(&mut passkey, &challenge(&options), None);
        // An answer to another sign-in does not count, and the right one counts once.
        assert_eq!(carol.show(&one, credential.clone()).await.status, 401);
        assert_eq!(carol.show(&two, credential.clone()).await.status, 200);
        assert_eq!(carol.show(&two, credential).await.status, 401);
        for token in ["", "mfa.x.y", &carol.login] {
            let answer = call(server, "POST", "/api/ui/v1/mfa/passkey/options", Some(token), None).await;
            assert_eq!(answer.status, 401, "{token}");
        }
    })
    .await;
}

#[tokio::test]
async fn recovery_codes_open_the_account_of_somebody_with_passkeys_only() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, _, codes) = Carol::with_passkey(&admin).await;
        let verify = async |code: &str| {
            let body = json!({ "mfaToken": code, "mfaMethod": "webauthn" });
            let asked = carol.asked().await;
            server.call("POST", "/api/v2/auth/mfa/verify", Some(&asked), Some(body)).await
        };
        let answer = verify(&codes[0]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(verify(&codes[0]).await.status, 401);
        // A second passkey leaves the codes as they are.
        let token = answer.body["token"].as_str().unwrap();
        let added = carol.add(token, &new_passkey()).await;
        assert_eq!(added.body["recoveryCodes"], json!([]), "{}", added.text);
        let left = call(server, "GET", "/api/v1/user/me/totp", Some(token), None).await;
        assert_eq!(left.body["recoveryCodesLeft"], 9);
        let renewed = server.call("POST", "/api/v1/user/me/totp/recovery-codes", Some(token), None).await;
        assert_eq!(renewed.body["recoveryCodes"].as_array().unwrap().len(), 10, "{}", renewed.text);
        assert_eq!(verify(&codes[1]).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn passkeys_are_renamed_and_removed_by_their_person_alone() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        let listed = call(server, "GET", PATH, Some(&carol.login), None).await;
        let path = format!("{PATH}/{}", listed.body["passkeys"][0]["id"].as_str().unwrap());
        let rename = async |token: &str, name: &str| {
            call(server, "PATCH", &path, Some(token), Some(json!({ "name": name }))).await
        };
        assert_eq!(rename(&carol.login, " Key ring ").await.body["passkey"]["name"], "Key ring");
        assert_eq!(rename(&carol.login, &"x".repeat(65)).await.status, 422);
        assert_eq!(rename(&carol.login, "").await.status, 422);
        assert_eq!(rename(&admin.token, "mine").await.status, 404);
        assert_eq!(call(server, "DELETE", &path, Some(&admin.token), Some(json!({}))).await.status, 404);

        let second = carol.sign_in_without_password(&mut passkey).await;
        let second = second.body["accessToken"].as_str().unwrap();
        let second = carol.select(second).await.body["token"].as_str().unwrap().to_owned();
        assert_eq!(call(server, "DELETE", &path, Some(&carol.login), Some(json!({}))).await.status, 200);
        assert_eq!(call(server, "DELETE", &path, Some(&carol.login), Some(json!({}))).await.status, 404);
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 401);
        // Nothing is left, so nothing is asked for; the other session goes on.
        assert_eq!(carol.select(&login(server).await).await.body["isMfaEnabled"], false);
        assert_eq!(carol.projects(&second).await, 200);
        for kind in ["create-user-passkey", "update-user-passkey", "delete-user-passkey"] {
            assert!(server.has_event("", kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn adding_and_removing_one_needs_a_recent_sign_in_or_the_password() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, _, _) = Carol::with_passkey(&admin).await;
        let listed = call(server, "GET", PATH, Some(&carol.login), None).await;
        let path = format!("{PATH}/{}", listed.body["passkeys"][0]["id"].as_str().unwrap());
        server.clock.advance_seconds(10 * 60);
        for (method, path) in [("POST", format!("{PATH}/options")), ("DELETE", path.clone())] {
            let answer = call(server, method, &path, Some(&carol.login), Some(json!({}))).await;
            assert_eq!((answer.status, &answer.body["context"]["code"]), (403, &json!("password_required")));
            let wrong = Some(json!({ "password": "a guess of somebody" }));
            assert_eq!(call(server, method, &path, Some(&carol.login), wrong).await.status, 400);
            let right = Some(json!({ "password": PASSWORD }));
            assert_eq!(call(server, method, &path, Some(&carol.login), right).await.status, 200);
        }
        // Guesses are counted like those of a sign-in.
        for _ in 0..10 {
            let wrong = Some(json!({ "password": "a guess of somebody" }));
            call(server, "DELETE", &path, Some(&carol.login), wrong).await;
        }
        let right = Some(json!({ "password": PASSWORD }));
        assert_eq!(call(server, "DELETE", &path, Some(&carol.login), right).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_stolen_password_adds_no_passkey_and_takes_none_away() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, _, _) = Carol::with_passkey(&admin).await;
        let listed = call(server, "GET", PATH, Some(&carol.login), None).await;
        let path = format!("{PATH}/{}", listed.body["passkeys"][0]["id"].as_str().unwrap());
        let thief = login(server).await;
        for (method, path, body) in [
            ("POST", format!("{PATH}/options"), json!({})),
            ("PATCH", path.clone(), json!({ "name": "mine" })),
            ("DELETE", path, json!({})),
            ("POST", "/api/v1/user/me/totp/register".to_owned(), json!({})),
            ("POST", "/api/v1/user/me/totp/verify".to_owned(), json!({ "totp": "000000" })),
            ("POST", "/api/v1/user/me/totp/recovery-codes".to_owned(), json!({})),
            ("PATCH", "/api/v2/users/me/mfa".to_owned(), json!({ "isMfaEnabled": false })),
        ] {
            let answer = call(server, method, &path, Some(&thief), Some(body)).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn passkeys_work_under_the_name_they_were_made_for_and_no_other() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        let options = format!("{PATH}/options");
        for host in
            ["127.0.0.1:8080", "evil.example", "tacit.example.com", "localhost.evil.example", "[::1]:8080"]
        {
            let answer = call_host(server, host, "POST", &options, Some(&carol.login), Some(json!({}))).await;
            assert_eq!(answer.status, 400, "{host}: {}", answer.text);
            let listed = call_host(server, host, "GET", PATH, Some(&carol.login), None).await;
            assert_eq!(listed.body["site"], Value::Null);
        }
        // The port counts, too.
        let answer =
            call_host(server, "localhost:1", "POST", &options, Some(&carol.login), Some(json!({}))).await;
        let credential = created(&new_passkey(), &challenge(&answer));
        let body = json!({ "name": "x", "credential": credential });
        assert_eq!(
            call_host(server, "localhost:1", "POST", PATH, Some(&carol.login), Some(body.clone()))
                .await
                .status,
            400
        );
        assert_eq!(call_host(server, HOST, "POST", PATH, Some(&carol.login), Some(body)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_configured_address_counts_whatever_the_host_header_says() {
    let folder = tempfile::tempdir().unwrap();
    let database = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    let site_url = Some("https://tacit.example.com:8443".to_owned());
    let node =
        Node { seed: 1, timing: Timing::default(), settings: Settings { site_url, ..Settings::default() } };
    let server = TestServer::start_node(&database, folder, node).await;
    let admin = server.with_admin().await;
    let carol = Carol::new(&admin).await;
    let origin = "https://tacit.example.com:8443";
    let mut passkey = Authenticator::new(Key::es256(), origin, "tacit.example.com");
    assert_eq!(carol.add(&carol.login, &new_passkey()).await.status, 400);
    assert_eq!(carol.add(&carol.login, &passkey).await.status, 200);
    assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 200);
    "https://tacit.example.com".clone_into(&mut passkey.origin);
    assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 401);
}

#[tokio::test]
async fn nobody_has_more_than_twenty() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        for _ in 0..20 {
            assert_eq!(carol.add(&carol.login, &new_passkey()).await.status, 200);
        }
        assert_eq!(carol.add(&carol.login, &new_passkey()).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn malformed_answers_are_refused_and_break_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        let good = shown(&mut passkey, &sign_in_challenge(server).await, Some(&carol.user));
        for (field, value) in [
            ("clientDataJSON", "!!!"),
            ("clientDataJSON", ""),
            ("clientDataJSON", "e30"),
            ("authenticatorData", ""),
            ("authenticatorData", "AAAA"),
            ("signature", ""),
            ("signature", "MAYCAQECAQE"),
            ("userHandle", "===="),
        ] {
            let mut credential = good.clone();
            credential["response"][field] = json!(value);
            let status = sign_in(server, credential).await.status;
            assert!(matches!(status, 401 | 422), "{field}={value}: {status}");
        }
        for body in [json!({}), json!({ "id": "AAAA" }), json!([]), json!(null)] {
            assert_eq!(sign_in(server, body).await.status, 422);
        }
    })
    .await;
}
