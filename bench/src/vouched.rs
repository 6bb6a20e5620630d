//! Logins that somebody else vouches for, and stand-ins for who does: floors that answer one thing over TLS.
//!
//! JWT Auth with a key that the server was given asks nobody. OIDC Auth asks once for metadata and keys, and then nobody.
//! Kubernetes, AWS and LDAP Auth ask at each login, over a connection of its own: their speed is that of whom they ask. AWS
//! Auth stands for OCI and AliCloud Auth, too. TLS Certificate Auth asks nobody.

use rcgen::{KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize, SigningKey as _};
use serde_json::{Value, json};
use tacit_core::base64url;

use crate::{
    client_certificate::{CERTIFICATE_HEADER, COMMON_NAME, Presented, percent_encoded},
    directory,
    error::{Error, Result},
    fixture::{Fixture, create_identity, send},
    floor::Answer,
    http::Request,
    scenario::{Scenario, scenario},
    server::{Server, start_floor},
    servers::Servers,
    sts::{ROLE, Sts},
    tls::Tls,
};

/// The end of the token: 2100.
const EXPIRES_AT: i64 = 4_102_444_800;
/// Bytes before the modulus in the public key of an RSA key of 2048 bits (RFC 8017, A.1.1): of the key, of the modulus, and a
/// zero.
const BEFORE_MODULUS: usize = 4 + 4 + 1;
/// Bytes of the modulus.
const MODULUS: usize = 256;

/// The logins, and who vouches for them as long as this is kept.
pub(crate) struct Vouched {
    /// The logins.
    pub(crate) scenarios: Vec<Scenario>,
    /// Who is asked.
    _providers: Vec<Server>,
}

/// Starts who vouches beside the STS, and gives an identity each method.
pub(crate) async fn prepare(server: &Servers, fixture: &Fixture, sts: &Sts) -> Result<Vouched> {
    let tls = &sts.tls;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(unfit)?;
    let certificate =
        std::fs::read_to_string(&tls.certificate).map_err(Error::io("cannot read the certificate"))?;

    let keys = provider("/keys", &key_set(&key), tls)?;
    let metadata = json!({ "issuer": ISSUER, "jwks_uri": format!("{}/keys", address(&keys)) });
    let discovery = provider("/.well-known/openid-configuration", &metadata, tls)?;
    let cluster = provider("/apis/authentication.k8s.io/v1/tokenreviews", &review(), tls)?;

    let bound = json!({ "boundIssuer": ISSUER, "boundAudiences": "tacit", "boundSubject": "bench/*" });
    let given = with(&bound, &json!({ "configurationType": "static", "publicKeys": [key.public_key_pem()] }));
    let found = with(&bound, &json!({ "oidcDiscoveryUrl": address(&discovery), "caCert": certificate }));
    let asked =
        json!({ "kubernetesHost": address(&cluster), "caCert": certificate, "allowedNames": "bench" });
    let signed = json!({ "stsEndpoint": sts.url(), "allowedPrincipalArns": ROLE });
    let (attribute, value) = directory::ATTRIBUTE;
    let searched = json!({ "url": format!("ldaps://{}", directory::start(tls).await?), "ldapCaCertificate": certificate,
        "bindDN": "cn=tacit", "bindPass": "bench", "searchBase": "dc=acme,dc=test", "lockoutEnabled": false,
        "allowedFields": [{ "key": attribute, "value": value }] });
    let jwt = json!({ "jwt": token(&key)? });
    let mut scenarios = Vec::new();
    for (name, method, settings, proof) in [
        ("login by JWT", "jwt-auth", given, &jwt),
        ("login by OIDC", "oidc-auth", found, &jwt),
        ("login by Kubernetes", "kubernetes-auth", asked, &jwt),
        ("login by AWS", "aws-auth", signed, &Sts::proof()),
        ("login by LDAP", "ldap-auth", searched, &json!({ "username": "bench", "password": "bench" })),
    ] {
        scenarios.push(login(server, fixture, (name, method), &settings, proof).await?);
    }
    scenarios.push(presented(server, fixture).await?);
    Ok(Vouched { scenarios, _providers: vec![keys, discovery, cluster] })
}

const ISSUER: &str = "https://issuer.test";

/// The route of each login.
const ROUTE: &str = "/api/v1/auth/{method}/login";

/// The request that logs a new identity in, which has the method with these settings.
async fn login(
    server: &Servers,
    fixture: &Fixture,
    (name, method): (&'static str, &str),
    settings: &Value,
    proof: &Value,
) -> Result<Scenario> {
    let id = create_identity(server, &fixture.admin, &fixture.organization_id, method).await?;
    let path = format!("/api/v1/auth/{method}/identities/{id}");
    send(server, &Request::post(path, settings).bearer(&fixture.admin)).await?;
    let body = with(proof, &json!({ "identityId": id }));
    Ok(scenario(name, ROUTE, Request::post(format!("/api/v1/auth/{method}/login"), &body), 200))
}

/// The login by a certificate that a proxy hands on, so that connections are kept: with the server's own TLS each
/// login would be one handshake, whose cost is the library's.
async fn presented(server: &Servers, fixture: &Fixture) -> Result<Scenario> {
    let Presented { authority, certificate } = Presented::make().map_err(unfit)?;
    let settings = json!({ "caCertificate": authority, "allowedCommonNames": COMMON_NAME });
    let names = ("login by TLS certificate", "tls-cert-auth");
    let login = login(server, fixture, names, &settings, &json!({})).await?;
    Ok(Scenario { request: login.request.header(CERTIFICATE_HEADER, percent_encoded(&certificate)), ..login })
}

fn provider(route: &str, body: &Value, tls: &Tls) -> Result<Server> {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    start_floor(&Answer { route: route.to_owned(), status: 200, headers, body: body.to_string() }, Some(tls))
}

fn address(provider: &Server) -> String {
    format!("https://{}", provider.endpoint.address())
}

fn with(settings: &Value, more: &Value) -> Value {
    let mut settings = settings.as_object().cloned().unwrap_or_default();
    settings.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(settings)
}

/// What the API server says of a service account's token.
fn review() -> Value {
    json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
        "status": { "authenticated": true, "user": { "username": "system:serviceaccount:shop:bench" } } })
}

fn key_set(key: &KeyPair) -> Value {
    let public = key.der_bytes();
    let modulus = public.get(BEFORE_MODULUS..BEFORE_MODULUS + MODULUS).unwrap_or_default();
    json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "bench", "e": "AQAB",
        "n": base64url::encode(modulus) }] })
}

/// A token as most providers sign it, with RS256.
fn token(key: &KeyPair) -> Result<String> {
    let part = |value: Value| base64url::encode(value.to_string().as_bytes());
    let claims = json!({ "iss": ISSUER, "aud": "tacit", "sub": "bench/1", "exp": EXPIRES_AT });
    let text = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT", "kid": "bench" })), part(claims));
    let signature = key.sign(text.as_bytes()).map_err(unfit)?;
    Ok(format!("{text}.{}", base64url::encode(&signature)))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unfit(error: rcgen::Error) -> Error {
    Error::Unfit(format!("cannot sign a token: {error}"))
}
