//! Logins that somebody else vouches for: JWT Auth with a key that the server was given, so that a login asks nobody.
//! OIDC Auth with keys that are known does the same work.

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize, SigningKey};
use serde_json::{Value, json};
use tacit_core::base64url;

use crate::{
    error::{Error, Result},
    fixture::{Fixture, create_identity, send},
    http::Request,
    scenario::{Scenario, scenario},
    servers::Servers,
};

const LOGIN: &str = "/api/v1/auth/jwt-auth/login";
/// The end of the token: 2100.
const EXPIRES_AT: i64 = 4_102_444_800;

/// Gives a new identity JWT Auth, and logs it in over and over by an RS256 token, as most providers sign.
pub(crate) async fn login(server: &Servers, fixture: &Fixture) -> Result<Scenario> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(unfit)?;
    let id = create_identity(server, &fixture.admin, &fixture.organization_id, "vouched").await?;
    let settings = json!({ "configurationType": "static", "publicKeys": [key.public_key_pem()],
        "boundIssuer": "https://issuer.test", "boundAudiences": "tacit", "boundSubject": "bench/*" });
    let path = format!("/api/v1/auth/jwt-auth/identities/{id}");
    send(server, &Request::post(path, &settings).bearer(&fixture.admin)).await?;
    let body = json!({ "identityId": id, "jwt": token(&key)? });
    Ok(scenario("login by JWT", LOGIN, Request::post(LOGIN, &body), 200))
}

fn token(key: &KeyPair) -> Result<String> {
    let part = |value: Value| base64url::encode(value.to_string().as_bytes());
    let claims = json!({ "iss": "https://issuer.test", "aud": "tacit", "sub": "bench/1", "exp": EXPIRES_AT });
    let text = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
    let signature = key.sign(text.as_bytes()).map_err(unfit)?;
    Ok(format!("{text}.{}", base64url::encode(&signature)))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unfit(error: rcgen::Error) -> Error {
    Error::Unfit(format!("cannot sign a token: {error}"))
}
