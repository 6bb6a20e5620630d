//! What tests of auth methods need that somebody else vouches by.

use std::sync::LazyLock;

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::{
    harness::{Admin, Answer, TestServer},
    harness_certificates::Authority,
    harness_identities::{audit_text, comparable, status_with},
};

/// The methods that every route is tried with, and settings that each takes. Nobody is let in by them.
pub fn samples() -> Vec<(&'static str, Value)> {
    let jwt = json!({ "configurationType": "static", "publicKeys": [PUBLIC_KEY], "boundSubject": "x" });
    let oidc = json!({ "oidcDiscoveryUrl": "https://127.0.0.2:9", "boundIssuer": "x", "boundSubject": "x" });
    let gcp = json!({ "type": "gce", "allowedServiceAccounts": "x" });
    let azure = json!({ "tenantId": GUID, "resource": "x", "allowedServicePrincipalIds": GUID });
    let bundle = json!({ "profile": "https_web_bundle", "endpointUrl": "https://127.0.0.2:9" });
    let spiffe = json!({ "trustDomain": "x", "allowedSpiffeIds": "spiffe://x/y", "allowedAudiences": "x",
        "trustBundleDistribution": bundle });
    vec![
        ("jwt-auth", jwt),
        ("oidc-auth", oidc),
        ("gcp-auth", gcp),
        ("azure-auth", azure),
        ("spiffe-auth", spiffe),
        ("kubernetes-auth", json!({ "kubernetesHost": "https://127.0.0.2:9", "allowedNames": "x" })),
        ("aws-auth", json!({ "allowedAccountIds": "123456789012" })),
        ("oci-auth", json!({ "tenancyOcid": "ocid1.tenancy.oc1..x" })),
        ("alicloud-auth", json!({ "allowedArns": "acs:ram::1234567890123456:user/x" })),
        (
            "ldap-auth",
            json!({ "url": "ldaps://127.0.0.2:9", "bindDN": "cn=x", "bindPass": "x", "searchBase": "dc=x",
                "allowedFields": [{ "key": "ou", "value": "x" }] }),
        ),
        ("tls-cert-auth", json!({ "caCertificate": *AUTHORITY, "allowedCommonNames": "x" })),
    ]
}

/// Proofs that are read and let nobody in.
fn proofs() -> Vec<(&'static str, Value)> {
    vec![
        ("aws-auth", json!({ "iamRequestBody": "", "iamRequestHeaders": "" })),
        ("ldap-auth", json!({ "username": "x", "password": "x" })),
        ("oci-auth", json!({ "userOcid": "x", "headers": { "authorization": "x", "host": "x" } })),
        (
            "alicloud-auth",
            json!({ "Action": "x", "Format": "x", "Version": "x", "AccessKeyId": "x", "SignatureMethod": "x",
                "SignatureVersion": "x", "SignatureNonce": "x", "Timestamp": "x", "Signature": "x" }),
        ),
    ]
}

/// A body for the route at this path, if it takes settings of a method, or a proof of several fields to try.
pub fn sample_for(path: &str) -> Option<Value> {
    if let Some(method) = path.strip_prefix("/api/ui/v1/identities/{identity}/") {
        let method = method.strip_suffix("/test")?;
        return proofs().into_iter().find(|(name, _)| *name == method).map(|(_, proof)| proof);
    }
    let method = path.strip_prefix("/api/v1/auth/")?.strip_suffix("/identities/{identity}")?;
    samples().into_iter().find(|(name, _)| *name == method).map(|(_, settings)| settings)
}

/// The id of no identity.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

const GUID: &str = "6c8f2d1e-0a3b-4c5d-8e9f-001122334455";

/// An authority whose key nobody has; the same each time, so that requests can be compared.
static AUTHORITY: LazyLock<String> = LazyLock::new(|| Authority::new("x").pem);

/// A public key whose private key nobody has.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE65GT5ppkxoKOg2IVAgxYV4t8GlLg\nzW7D9mRDDiW3yUANW7M8zprNjUleIiNCayC4qhATB3LRHbj2QKFjsV5Q4A==\n-----END PUBLIC KEY-----\n";

/// An identity with one auth method.
pub struct Vouched<'a> {
    pub admin: &'a Admin<'a>,
    pub id: String,
    /// Such as `jwt-auth`.
    pub method: &'static str,
}

impl<'a> Vouched<'a> {
    /// Makes an identity and attaches the method with these settings.
    pub async fn new(admin: &'a Admin<'a>, method: &'static str, settings: Value) -> Self {
        let vouched = Self::bare(admin, method).await;
        admin.ok("POST", &vouched.path(), Some(settings)).await;
        vouched
    }

    /// Makes an identity without a method.
    pub async fn bare(admin: &'a Admin<'a>, method: &'static str) -> Self {
        let body = json!({ "name": "vouched", "organizationId": admin.organization_id, "role": "member" });
        let body = admin.ok("POST", "/api/v1/identities", Some(body)).await;
        Self { admin, id: body["identity"]["id"].as_str().unwrap().to_owned(), method }
    }

    /// The path of its method.
    pub fn path(&self) -> String {
        format!("/api/v1/auth/{}/identities/{}", self.method, self.id)
    }

    /// Changes its settings.
    pub async fn configure(&self, settings: Value) -> Value {
        self.admin.ok("PATCH", &self.path(), Some(settings)).await
    }

    /// Tries to log in.
    pub async fn login(&self, proof: &Value) -> Answer {
        self.login_with(proof, json!({})).await
    }

    /// Tries to log in, with more fields than the proof has, or others.
    pub async fn login_with(&self, proof: &Value, more: Value) -> Answer {
        let mut body = proof.clone();
        body["identityId"] = json!(self.id);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.server().call("POST", &format!("/api/v1/auth/{}/login", self.method), None, Some(body)).await
    }

    /// Logs in and returns the access token, which works.
    pub async fn token(&self, proof: &Value) -> String {
        let answer = self.login(proof).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["tokenType"], "Bearer");
        let token = answer.body["accessToken"].as_str().unwrap().to_owned();
        assert_eq!(status_with(self.server(), &token).await, 200);
        token
    }

    /// How a login would be judged: the name of the check that fails, or "" if none does.
    pub async fn judged(&self, proof: &Value) -> String {
        let path = format!("/api/ui/v1/identities/{}/{}/test", self.id, self.method);
        let answer = self.admin.ok("POST", &path, Some(proof.clone())).await;
        let checks = answer["checks"].as_array().unwrap();
        let failed = checks.iter().find(|check| check["passed"] == false);
        assert_eq!(answer["accepted"], json!(failed.is_none()), "{answer}");
        failed.map(|check| check["name"].as_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// A proof that is refused because of one check: the login answers as for an identity that nobody has, and the
    /// audit log says which check it was.
    pub async fn refuses(&self, proof: &Value, check: &str) {
        self.refuses_each(|| proof.clone(), check).await;
    }

    /// As [`refuses`](Self::refuses), for proofs that are good once: one is made for each time.
    pub async fn refuses_each(&self, proof: impl Fn() -> Value, check: &str) {
        let answer = self.login(&proof()).await;
        assert_eq!(answer.status, 401, "{check}: {}", answer.text);
        let nobody = Vouched { admin: self.admin, id: NOBODY.to_owned(), method: self.method };
        assert_eq!(comparable(&answer), comparable(&nobody.login(&proof()).await), "{check}");
        assert_eq!(self.judged(&proof()).await, check);
        let reason = format!("\"reason\":\"{check}\"").replace('"', "\\\"");
        let audit = audit_text(self.admin).await;
        assert!(audit.contains(&reason), "{reason} is not in {audit}");
    }

    /// What no method may do differently: an identity that has another method, or another organization, and the limits of
    /// tokens. `login` logs in with a proof that is good, made anew, and with these fields beside it; no proof has to be good
    /// afterwards.
    pub async fn logs_in_as_every_method_does(&self, login: impl AsyncFn(Value) -> Answer) {
        let server = self.server();
        server.second_organization().await;
        let own = crate::harness_identities::slug(self.admin).await;
        for (slug, status) in [("nothing", 404), ("evil", 401), (own.as_str(), 200)] {
            let answer = login(json!({ "organizationSlug": slug })).await;
            assert_eq!(answer.status, status, "{slug}: {}", answer.text);
        }
        let (bare, nobody) = (Vouched::bare(self.admin, self.method).await, NOBODY);
        let without = login(json!({ "identityId": bare.id })).await;
        assert_eq!(without.status, 401, "{}", without.text);
        assert_eq!(comparable(&without), comparable(&login(json!({ "identityId": nobody })).await));

        let ttl = json!({ "accessTokenTTL": 60, "accessTokenMaxTTL": 90, "accessTokenNumUsesLimit": 1 });
        self.configure(ttl).await;
        let answer = login(json!({})).await;
        assert_eq!((&answer.body["expiresIn"], &answer.body["accessTokenMaxTTL"]), (&json!(60), &json!(90)));
        let once = answer.body["accessToken"].as_str().unwrap();
        assert_eq!((status_with(server, once).await, status_with(server, once).await), (200, 401));

        self.configure(json!({ "accessTokenNumUsesLimit": 0 })).await;
        let issued = login(json!({})).await.body["accessToken"].as_str().unwrap().to_owned();
        for (address, status) in [("10.0.0.0/8", 403), ("127.0.0.1", 200)] {
            self.configure(json!({ "accessTokenTrustedIps": [{ "ipAddress": address }] })).await;
            assert_eq!(status_with(server, &issued).await, status, "{address}");
        }
        server.clock.advance_seconds(60);
        assert_eq!(status_with(server, &issued).await, 401);
    }

    fn server(&self) -> &TestServer {
        self.admin.server
    }
}

/// Values that are not what is expected, most of them a trap.
pub fn traps() -> Vec<Value> {
    let huge = "x".repeat(100_000);
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("*"),
        json!("\u{0}"),
        json!("\u{1f600}.."),
        json!(huge),
        json!([]),
        json!([null, {}, [[]]]),
        json!({ "": { "": "" } }),
    ]
}

/// Bodies of logins in which the field called `field` holds what it likes: traps, and texts made up at random.
pub fn made_up(field: &str) -> Vec<Value> {
    let mut runner = TestRunner::new(Config::default());
    let text = prop_oneof!["\\PC{0,60}", "[A-Za-z0-9_=-]{0,40}(\\.[A-Za-z0-9_=-]{0,40}){0,4}"];
    let mut bodies = vec![json!({})];
    bodies.extend(traps().into_iter().map(|value| json!({ field: value })));
    bodies.extend((0..64).map(|_| json!({ field: text.new_tree(&mut runner).unwrap().current() })));
    bodies
}
