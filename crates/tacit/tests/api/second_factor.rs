//! The second factor of people: codes of an authenticator app, recovery codes, and organizations that ask
//! for them.

use serde_json::{Value, json};
use tacit_core::totp::TotpSecret;
use zeroize::Zeroizing;

use crate::harness::{Admin, Answer, TestServer, each_engine};

const EMAIL: &str = "bob@example.test";
const PASSWORD: &str = "bob has a password";

/// A person with an authenticator app.
pub struct Bob<'a> {
    server: &'a TestServer,
    organization: String,
    /// A token without organization.
    login: String,
    app: TotpSecret,
    recovery_codes: Vec<String>,
}

/// What an app reads from the QR code.
pub fn scan(url: &str) -> TotpSecret {
    let secret = url.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let mut bits = 0_u64;
    let mut length = 0;
    let mut bytes = Vec::new();
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|one| *one == letter).unwrap();
        bits = (bits << 5) | u64::try_from(value).unwrap();
        length += 5;
        if length >= 8 {
            length -= 8;
            bytes.push(u8::try_from((bits >> length) & 0xff).unwrap());
        }
    }
    TotpSecret::new(Zeroizing::new(bytes))
}

async fn login(server: &TestServer) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["accessToken"].as_str().unwrap().to_owned()
}

impl<'a> Bob<'a> {
    async fn without_app(admin: &Admin<'a>) -> Self {
        let user = admin.server.add_user(EMAIL, PASSWORD).await;
        admin.server.add_to_organization(&admin.organization_id, &user, "member").await;
        Self {
            server: admin.server,
            organization: admin.organization_id.clone(),
            login: login(admin.server).await,
            app: TotpSecret::new(Zeroizing::new(Vec::new())),
            recovery_codes: Vec::new(),
        }
    }

    /// Makes Bob, whose app has shown a code once.
    pub async fn new(admin: &Admin<'a>) -> Self {
        let mut bob = Self::without_app(admin).await;
        bob.register().await;
        let code = bob.code();
        let answer = bob.call("POST", "/api/v1/user/me/totp/verify", json!({ "totp": code })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        bob.server.clock.advance_seconds(60);
        bob
    }

    async fn register(&mut self) {
        let answer = self.call("POST", "/api/v1/user/me/totp/register", json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let url = answer.body["otpUrl"].as_str().unwrap();
        assert!(url.starts_with("otpauth://totp/Tacit:bob%40example.test?secret="), "{url}");
        self.app = scan(url);
        let codes = answer.body["recoveryCodes"].as_array().unwrap();
        self.recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    }

    /// What the app shows now.
    pub fn code(&self) -> String {
        self.app.code_at(self.server.app.now()).to_string()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if method == "GET" { None } else { Some(body) };
        self.server.call(method, path, Some(&self.login), body).await
    }

    async fn select(&self, token: &str) -> Answer {
        let body = json!({ "organizationId": self.organization });
        self.server.call("POST", "/api/v3/auth/select-organization", Some(token), Some(body)).await
    }

    /// Signs in up to the second factor and returns its token.
    pub async fn challenge(&self) -> String {
        let answer = self.select(&login(self.server).await).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!((&answer.body["isMfaEnabled"], &answer.body["mfaMethod"]), (&json!(true), &json!("totp")));
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// Answers the second factor.
    pub async fn verify(&self, challenge: &str, code: &str) -> Answer {
        let body = json!({ "mfaToken": code, "mfaMethod": "totp", "email": EMAIL });
        self.server.call("POST", "/api/v2/auth/mfa/verify", Some(challenge), Some(body)).await
    }

    /// Signs in with a code and returns an access token.
    async fn sign_in(&self) -> String {
        self.server.clock.advance_seconds(60);
        let answer = self.verify(&self.challenge().await, &self.code()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    async fn projects(&self, token: &str) -> u16 {
        self.server.call("GET", "/api/v1/workspace", Some(token), None).await.status
    }
}

#[tokio::test]
async fn sign_in_takes_a_code_once_an_app_has_shown_one() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let mut bob = Bob::without_app(&admin).await;
        bob.register().await;
        // Nothing is asked for while the app has not shown that it works.
        assert_eq!(bob.select(&bob.login).await.body["isMfaEnabled"], false);
        assert_eq!(bob.call("GET", "/api/v1/user/me/totp", json!({})).await.body["isVerified"], false);
        let wrong = bob.call("POST", "/api/v1/user/me/totp/verify", json!({ "totp": "000000" })).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        let code = bob.code();
        assert_eq!(
            bob.call("POST", "/api/v1/user/me/totp/verify", json!({ "totp": code })).await.status,
            200
        );

        let shown = bob.call("GET", "/api/v1/user/me/totp", json!({})).await;
        assert_eq!(shown.body, json!({ "isVerified": true, "recoveryCodes": [], "recoveryCodesLeft": 10 }));
        let me = bob.call("GET", "/api/v2/users/me", json!({})).await;
        assert_eq!(me.body["user"]["isMfaEnabled"], true);
        assert_eq!(me.body["user"]["mfaMethods"], json!(["totp"]));

        let challenge = bob.challenge().await;
        assert_eq!(bob.projects(&challenge).await, 403);
        let check = server.call("GET", "/api/v2/auth/mfa/check/totp", Some(&challenge), None).await;
        assert_eq!(check.body, json!({ "isVerified": true }));
        server.clock.advance_seconds(60);
        let answer = bob.verify(&challenge, &bob.code()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.cookie().is_some());
        assert_eq!(bob.projects(answer.body["token"].as_str().unwrap()).await, 200);
        // The challenge has ended, and the session needs no other.
        assert_eq!(
            bob.verify(&challenge, &bob.code()).await.body["context"],
            json!({ "code": "mfa_expired" })
        );
        let again = bob.select(answer.body["token"].as_str().unwrap()).await;
        assert_eq!(again.body["isMfaEnabled"], false);
    })
    .await;
}

#[tokio::test]
async fn a_code_counts_once_and_wrong_ones_are_counted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let code = bob.code();
        assert_eq!(bob.verify(&bob.challenge().await, &code).await.status, 200);
        let second = bob.challenge().await;
        let reused = bob.verify(&second, &code).await;
        assert_eq!(reused.status, 401);
        assert_eq!(reused.body["context"], json!({ "code": "mfa_invalid", "triesLeft": 4 }));
        for left in [3, 2, 1, 0] {
            let answer = bob.verify(&second, "12345x").await;
            assert_eq!(answer.body["context"]["triesLeft"], left, "{}", answer.text);
        }
        server.clock.advance_seconds(60);
        assert_eq!(bob.verify(&second, &bob.code()).await.body["context"]["code"], "mfa_expired");

        // The counter is the person's: new sign-ins do not begin it anew.
        let third = bob.challenge().await;
        for _ in 0..5 {
            assert_eq!(bob.verify(&third, "999999").await.status, 401);
        }
        let fourth = bob.challenge().await;
        assert_eq!(bob.verify(&fourth, &bob.code()).await.status, 403);
        server.clock.advance_seconds(5 * 60 + 1);
        assert_eq!(bob.verify(&fourth, &bob.code()).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn of_two_tries_with_one_code_at_the_same_time_one_counts() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        for code in [bob.code(), bob.recovery_codes[0].clone()] {
            let challenge = bob.challenge().await;
            let (one, other) = tokio::join!(bob.verify(&challenge, &code), bob.verify(&challenge, &code));
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 401]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_counts_once_in_any_spelling() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let code = format!(" {} ", bob.recovery_codes[3].to_uppercase());
        assert_eq!(bob.verify(&bob.challenge().await, &code).await.status, 200);
        for other in [code.as_str(), "aaaaa-aaaaa", ""] {
            assert_ne!(bob.verify(&bob.challenge().await, other).await.status, 200, "{other}");
        }
        let left = bob.call("GET", "/api/v1/user/me/totp", json!({})).await;
        assert_eq!(left.body["recoveryCodesLeft"], 9);
    })
    .await;
}

#[tokio::test]
async fn a_challenge_ends_by_itself_and_cannot_be_guessed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let challenge = bob.challenge().await;
        let mut forged = challenge.clone();
        let last = if forged.pop() == Some('0') { '1' } else { '0' };
        forged.push(last);
        for token in [forged.as_str(), "mfa.", "mfa.x.y", "abc", &bob.login] {
            let answer = bob.verify(token, &bob.code()).await;
            assert_eq!(
                (answer.status, &answer.body["context"]["code"]),
                (401, &json!("mfa_expired")),
                "{token}"
            );
        }
        server.clock.advance_seconds(10 * 60);
        assert_eq!(bob.verify(&challenge, &bob.code()).await.body["context"]["code"], "mfa_expired");
        assert_eq!(
            server.call("GET", "/api/v2/auth/mfa/check/totp", Some(&challenge), None).await.status,
            401
        );
        assert_eq!(server.call("POST", "/api/v2/auth/mfa/send", Some(&challenge), None).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_stolen_password_does_not_take_the_second_factor_away() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let thief = login(server).await;
        for (method, path, body) in [
            ("DELETE", "/api/v1/user/me/totp", json!({})),
            ("POST", "/api/v1/user/me/totp/recovery-codes", json!({})),
            ("PATCH", "/api/v2/users/me/mfa", json!({ "isMfaEnabled": false })),
            ("POST", "/api/v1/user/me/totp/register", json!({})),
            ("POST", "/api/v1/user/me/totp/verify", json!({ "totp": "000000" })),
            (
                "POST",
                "/api/v2/password/user/password-reset",
                json!({ "oldPassword": PASSWORD, "newPassword": "a password of the thief" }),
            ),
        ] {
            let answer = server.call(method, path, Some(&thief), Some(body)).await;
            assert!(matches!(answer.status, 400 | 403), "{method} {path}: {}", answer.text);
        }
        let token = bob.sign_in().await;
        let renewed = server.call("POST", "/api/v1/user/me/totp/recovery-codes", Some(&token), None).await;
        assert_eq!(renewed.body["recoveryCodes"].as_array().unwrap().len(), 10);
        assert_eq!(bob.verify(&bob.challenge().await, &bob.recovery_codes[0]).await.status, 401);
        assert_eq!(server.call("DELETE", "/api/v1/user/me/totp", Some(&token), None).await.status, 200);
        assert_eq!(bob.select(&login(server).await).await.body["isMfaEnabled"], false);
    })
    .await;
}

#[tokio::test]
async fn it_can_be_turned_off_and_on_again() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        let token = bob.sign_in().await;
        let set =
            async |body: Value| server.call("PATCH", "/api/v2/users/me/mfa", Some(&token), Some(body)).await;
        assert_eq!(set(json!({ "isMfaEnabled": false })).await.body["user"]["isMfaEnabled"], false);
        assert_eq!(bob.select(&login(server).await).await.body["isMfaEnabled"], false);
        assert_eq!(set(json!({ "isMfaEnabled": true, "selectedMfaMethod": "totp" })).await.status, 200);
        bob.challenge().await;
        assert_eq!(set(json!({ "selectedMfaMethod": "email" })).await.status, 400);
        let stranger =
            admin.call("PATCH", "/api/v2/users/me/mfa", Some(json!({ "isMfaEnabled": true }))).await;
        assert_eq!(stranger.status, 400);
    })
    .await;
}

#[tokio::test]
async fn an_organization_can_ask_everybody_for_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let mut bob = Bob::without_app(&admin).await;
        let inside = bob.select(&bob.login).await.body["token"].as_str().unwrap().to_owned();
        assert_eq!(bob.projects(&inside).await, 200);
        let organization = format!("/api/v1/organization/{}", admin.organization_id);
        let enforce = Some(json!({ "enforceMfa": true }));
        // Nobody shuts themselves out.
        assert_eq!(admin.call("PATCH", &organization, enforce.clone()).await.status, 400);
        let changed = server.call("PATCH", &organization, Some(&admin.identity_token), enforce).await;
        assert_eq!(changed.body["organization"]["enforceMfa"], true, "{}", changed.text);

        assert_eq!(bob.projects(&inside).await, 401);
        let refused = bob.select(&bob.login).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text.contains("authenticator app"), "{}", refused.text);
        bob.register().await;
        let code = bob.code();
        assert_eq!(
            bob.call("POST", "/api/v1/user/me/totp/verify", json!({ "totp": code })).await.status,
            200
        );
        let token = bob.select(&bob.login).await.body["token"].as_str().unwrap().to_owned();
        assert_eq!(bob.projects(&token).await, 200);
        let off = Some(json!({ "isMfaEnabled": false }));
        assert_eq!(server.call("PATCH", "/api/v2/users/me/mfa", Some(&token), off).await.status, 400);
        assert_eq!(server.call("DELETE", "/api/v1/user/me/totp", Some(&token), None).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn it_is_audited_and_stored_without_secrets() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let bob = Bob::new(&admin).await;
        bob.verify(&bob.challenge().await, "000000").await;
        bob.sign_in().await;
        let events = server.events(&admin.organization_id).await;
        let results: Vec<&str> = events
            .iter()
            .filter(|event| event.event_type == "verify-mfa")
            .map(|event| event.result.as_str())
            .collect();
        assert_eq!(results, ["denied", "allowed"]);
        let text = format!("{events:?}");
        for code in &bob.recovery_codes {
            assert!(!text.contains(code.as_str()));
        }
    })
    .await;
}
