//! A person with passkeys, and the browser they sit at.

use serde_json::{Value, json};
use tacit_core::base64url;

pub use authenticator::{Authenticator, Key};

use crate::harness::{Admin, Answer, TestServer};

#[expect(dead_code, reason = "other tests use the rest of it")]
#[path = "../../../core/src/passkey/tests/authenticator.rs"]
pub mod authenticator;

pub const EMAIL: &str = "carol@example.test";
pub const PASSWORD: &str = "carol has a password";
pub const HOST: &str = "localhost:8080";
pub const ORIGIN: &str = "http://localhost:8080";

/// A person, signed in with the password and in no organization yet.
pub struct Carol<'a> {
    pub server: &'a TestServer,
    pub organization: String,
    pub user: String,
    /// Of the session that the first passkey was made in.
    pub login: String,
}

/// Sends JSON to `localhost`, where passkeys work.
pub async fn call(
    server: &TestServer,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Answer {
    call_host(server, HOST, method, path, token, body).await
}

/// Sends JSON to another host name.
pub async fn call_host(
    server: &TestServer,
    host: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Answer {
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = body.map_or_else(String::new, |body| body.to_string());
    server.send(request.body(axum::body::Body::from(body)).unwrap()).await
}

/// A passkey at our address, with a new key.
pub fn new_passkey() -> Authenticator {
    Authenticator::new(Key::es256(), ORIGIN, "localhost")
}

/// The challenge in an answer with options.
pub fn challenge(options: &Answer) -> String {
    assert_eq!(options.status, 200, "{}", options.text);
    options.body["publicKey"]["challenge"].as_str().unwrap().to_owned()
}

/// What a browser made, as it is sent.
pub fn created(passkey: &Authenticator, challenge: &str) -> Value {
    let created = passkey.create(challenge);
    json!({
        "id": base64url::encode(&passkey.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(&created.client_data),
            "attestationObject": base64url::encode(&created.attestation_object),
        },
    })
}

/// A passkey that a browser shows, as it is sent.
pub fn shown(passkey: &mut Authenticator, challenge: &str, user: Option<&str>) -> Value {
    let got = passkey.get(challenge);
    json!({
        "id": base64url::encode(&passkey.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(&got.client_data),
            "authenticatorData": base64url::encode(&got.authenticator_data),
            "signature": base64url::encode(&got.signature),
            "userHandle": user.map(|user| base64url::encode(user.as_bytes())),
        },
    })
}

impl<'a> Carol<'a> {
    pub async fn new(admin: &Admin<'a>) -> Self {
        let user = admin.server.add_user(EMAIL, PASSWORD).await;
        admin.server.add_to_organization(&admin.organization_id, &user, "member").await;
        let server = admin.server;
        Self { server, organization: admin.organization_id.clone(), user, login: login(server).await }
    }

    /// Carol with a passkey, and her recovery codes.
    pub async fn with_passkey(admin: &Admin<'a>) -> (Self, Authenticator, Vec<String>) {
        let carol = Self::new(admin).await;
        let passkey = new_passkey();
        let answer = carol.add(&carol.login, &passkey).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let codes = answer.body["recoveryCodes"].as_array().unwrap();
        let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        (carol, passkey, codes)
    }

    pub async fn add(&self, token: &str, passkey: &Authenticator) -> Answer {
        let path = "/api/ui/v1/me/passkeys";
        let options =
            call(self.server, "POST", &format!("{path}/options"), Some(token), Some(json!({}))).await;
        if options.status != 200 {
            return options;
        }
        let credential = created(passkey, &challenge(&options));
        let body = json!({ "name": "Laptop", "credential": credential });
        call(self.server, "POST", path, Some(token), Some(body)).await
    }

    pub async fn select(&self, token: &str) -> Answer {
        let body = json!({ "organizationId": self.organization });
        self.server.call("POST", "/api/v3/auth/select-organization", Some(token), Some(body)).await
    }

    /// Signs in with the password, up to the second factor, and returns its token.
    pub async fn asked(&self) -> String {
        let answer = self.select(&login(self.server).await).await;
        assert_eq!(answer.body["isMfaEnabled"], true, "{}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// Gives a passkey after the password.
    pub async fn give(&self, asked: &str, passkey: &mut Authenticator) -> Answer {
        let options = call(self.server, "POST", "/api/ui/v1/mfa/passkey/options", Some(asked), None).await;
        let credential = shown(passkey, &challenge(&options), None);
        self.show(asked, credential).await
    }

    pub async fn show(&self, asked: &str, credential: Value) -> Answer {
        let body = json!({ "credential": credential });
        call(self.server, "POST", "/api/ui/v1/mfa/passkey", Some(asked), Some(body)).await
    }

    /// Signs in with the passkey alone.
    pub async fn sign_in_without_password(&self, passkey: &mut Authenticator) -> Answer {
        let challenge = sign_in_challenge(self.server).await;
        sign_in(self.server, shown(passkey, &challenge, Some(&self.user))).await
    }

    pub async fn projects(&self, token: &str) -> u16 {
        self.server.call("GET", "/api/v1/workspace", Some(token), None).await.status
    }
}

pub async fn login(server: &TestServer) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["accessToken"].as_str().unwrap().to_owned()
}

pub async fn sign_in_challenge(server: &TestServer) -> String {
    challenge(&call(server, "POST", "/api/ui/v1/sign-in/passkey/options", None, None).await)
}

pub async fn sign_in(server: &TestServer, credential: Value) -> Answer {
    let body = json!({ "credential": credential });
    call(server, "POST", "/api/ui/v1/sign-in/passkey", None, Some(body)).await
}
