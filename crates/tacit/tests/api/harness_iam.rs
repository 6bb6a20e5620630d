//! Clouds that say who signed a request: each stand-in checks signatures as the real one does, with keys of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use serde_json::{Map, Value, json};
use tacit_core::{base64url, time::Timestamp};

use tacit::app::{Settings, auth_method::clouds::Clouds};

use crate::harness_https::{Asked, StandIn};

/// What an operator chose who has all clouds at this stand-in.
pub fn operator(stand_in: &StandIn) -> Settings {
    let host = host(stand_in);
    let clouds = Clouds {
        aws_sts_hosts: vec![host.clone()],
        oci_identity_hosts: vec![host.clone()],
        alicloud_sts_host: host,
        ..Clouds::default()
    };
    Settings { clouds, ..Settings::default() }
}

/// Such as `127.0.0.1:4000`.
pub fn host(stand_in: &StandIn) -> String {
    stand_in.url.trim_start_matches("https://").to_owned()
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    let text = base64url::encode(bytes).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    format!("{text}{padding}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            encoded + &char::from(byte).to_string()
        }
        _ => format!("{encoded}%{byte:02X}"),
    })
}

/// A key at AWS or Alibaba Cloud, and whose it is.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub secret: String,
    pub arn: String,
    pub account: String,
}

impl Key {
    /// A key of the principal that is called so. The account is read from it.
    pub fn of(arn: &str) -> Self {
        let account =
            arn.split(':').find(|part| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_digit()));
        Self {
            id: format!("AKID{}", sha256(arn.as_bytes()).to_uppercase().split_off(48)),
            secret: format!("secret of {arn}"),
            arn: arn.to_owned(),
            account: account.unwrap().to_owned(),
        }
    }
}

/// A time as AWS dates requests.
pub fn amz_date(time: Timestamp) -> String {
    format!("{}Z", time.to_string().split('.').next().unwrap().replace(['-', ':'], ""))
}

/// The body that asks for nothing but who has signed.
pub const AWS_BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// A request to STS.
#[derive(Clone)]
pub struct AwsRequest {
    pub method: String,
    pub body: String,
    pub headers: Vec<(String, String)>,
    /// The part of the credential that names the service.
    pub service: &'static str,
}

impl AwsRequest {
    /// As client libraries make it: dated `now`, for the STS at `host`.
    pub fn new(host: &str, now: Timestamp) -> Self {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            method: "POST".to_owned(),
            body: AWS_BODY.to_owned(),
            headers: vec![
                header("Host", host),
                header("X-Amz-Date", &amz_date(now)),
                header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                header("Content-Length", "43"),
            ],
            service: "sts",
        }
    }

    /// With another header, or another value of one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With something replaced in a header.
    pub fn edited(self, name: &str, from: &str, to: &str) -> Self {
        let value = self.header(name).to_owned();
        assert!(value.contains(from), "{value}");
        self.with(name, &value.replace(from, to))
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
        self
    }

    /// With another body.
    pub fn asking(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Signs all headers that are there.
    pub fn sign(self, key: &Key) -> Self {
        let names: BTreeSet<String> = self.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        self.sign_only(key, &names.into_iter().collect::<Vec<_>>())
    }

    /// Signs some of the headers.
    pub fn sign_only(self, key: &Key, names: &[String]) -> Self {
        let date = self.header("x-amz-date");
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/us-east-1/{}/aws4_request", self.service);
        let signature = self.signature(&key.secret, &scope, names);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
            key.id,
            names.join(";")
        );
        self.with("Authorization", &authorization)
    }

    /// The signature (AWS Signature Version 4).
    fn signature(&self, secret: &str, scope: &str, names: &[String]) -> String {
        let headers: Vec<String> =
            names.iter().map(|name| format!("{name}:{}\n", self.header(name).trim())).collect();
        let (headers, body) = (headers.concat(), sha256(self.body.as_bytes()));
        let canonical = format!("{}\n/\n\n{headers}\n{}\n{body}", self.method, names.join(";"));
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            self.header("x-amz-date"),
            sha256(canonical.as_bytes())
        );
        let key =
            scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac_sha256(&key, part));
        hex(&hmac_sha256(&key, &text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// What a login sends.
    pub fn proof(&self) -> Value {
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({ "iamHttpRequestMethod": self.method, "iamRequestBody": base64(self.body.as_bytes()),
            "iamRequestHeaders": base64(Value::Object(headers).to_string().as_bytes()) })
    }
}

/// What STS answers.
pub fn aws_answer(arn: &str, account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <GetCallerIdentityResult>\n    \
         <Arn>{arn}</Arn>\n    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>\n    <Account>{account}</Account>\n  \
         </GetCallerIdentityResult>\n  <ResponseMetadata>\n    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n  \
         </ResponseMetadata>\n</GetCallerIdentityResponse>\n"
    )
}

/// STS of AWS, which knows these keys.
pub fn aws(keys: &[&Key]) -> StandIn {
    let keys: Vec<Key> = keys.iter().map(|key| (*key).clone()).collect();
    StandIn::start(move |asked| match aws_signer(asked, &keys) {
        Some(key) => (200, aws_answer(&key.arn, &key.account)),
        None => (
            403,
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>".to_owned(),
        ),
    })
}

fn aws_signer<'a>(asked: &Asked, keys: &'a [Key]) -> Option<&'a Key> {
    let authorization = asked.header("authorization")?;
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        rest.split(',').next()
    };
    let (id, scope) = part("Credential=")?.split_once('/')?;
    let names: Vec<String> = part("SignedHeaders=")?.split(';').map(str::to_owned).collect();
    let key = keys.iter().find(|key| key.id == id)?;
    let request = AwsRequest {
        method: asked.method.clone(),
        body: asked.body.clone(),
        headers: asked.headers.clone(),
        service: "sts",
    };
    let signature = request.signature(&key.secret, scope, &names);
    let is_good = asked.path == "/" && part("Signature=") == Some(signature.as_str());
    is_good.then_some(key)
}

/// A time as Alibaba Cloud dates requests.
fn alicloud_date(time: Timestamp) -> String {
    format!("{}Z", time.to_string().split('.').next().unwrap())
}

/// The parameters of a request to STS, dated `now` and not signed.
pub fn alicloud_request(key: &Key, now: Timestamp, nonce: &str) -> BTreeMap<String, String> {
    let date = alicloud_date(now);
    [
        ("Action", "GetCallerIdentity"),
        ("Format", "JSON"),
        ("Version", "2015-04-01"),
        ("AccessKeyId", key.id.as_str()),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", nonce),
        ("Timestamp", date.as_str()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// Signs parameters (RPC signature, version 1.0) as a login sends them.
pub fn alicloud_sign(key: &Key, mut parameters: BTreeMap<String, String>) -> Value {
    let signature = alicloud_signature(key, &parameters);
    parameters.insert("Signature".to_owned(), signature);
    json!(parameters)
}

fn alicloud_signature(key: &Key, parameters: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let text = format!("GET&%2F&{}", encode(&pairs.join("&")));
    let hmac_key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, format!("{}&", key.secret).as_bytes());
    base64(hmac::sign(&hmac_key, text.as_bytes()).as_ref())
}

/// STS of Alibaba Cloud, which knows these keys.
pub fn alicloud(keys: &[&Key]) -> StandIn {
    let keys: Vec<Key> = keys.iter().map(|key| (*key).clone()).collect();
    let used = Mutex::new(BTreeSet::new());
    StandIn::start(move |asked| match alicloud_signer(asked, &keys, &mut used.lock().unwrap()) {
        Some(key) => (200, alicloud_answer(&key.arn, &key.account)),
        None => (400, json!({ "Code": "SignatureDoesNotMatch" }).to_string()),
    })
}

/// What it answers.
pub fn alicloud_answer(arn: &str, account: &str) -> String {
    json!({ "RequestId": "x", "IdentityType": "RAMUser", "AccountId": account, "PrincipalId": "1", "UserId": "1",
        "Arn": arn })
    .to_string()
}

fn alicloud_signer<'a>(asked: &Asked, keys: &'a [Key], used: &mut BTreeSet<String>) -> Option<&'a Key> {
    let query = asked.path.strip_prefix("/?")?;
    let mut parameters: BTreeMap<String, String> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let signature = parameters.remove("Signature")?;
    let key = keys.iter().find(|key| Some(&key.id) == parameters.get("AccessKeyId"))?;
    let is_new = used.insert(parameters.get("SignatureNonce")?.clone());
    let is_good = is_new && asked.method == "GET" && signature == alicloud_signature(key, &parameters);
    is_good.then_some(key)
}

/// A user of Oracle Cloud with an API key.
#[derive(Clone)]
pub struct OciUser {
    pub tenancy: String,
    pub ocid: String,
    pub name: String,
    key: Arc<RsaKeyPair>,
}

impl OciUser {
    pub fn new(tenancy: &str, name: &str) -> Self {
        Self {
            tenancy: tenancy.to_owned(),
            ocid: format!("ocid1.user.oc1..{name}"),
            name: name.to_owned(),
            key: Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        }
    }

    /// What its key is called.
    pub fn key_id(&self) -> String {
        format!("{}/{}/20:3b:97:13", self.tenancy, self.ocid)
    }

    /// A request for a user that it has signed, as a login sends it. The headers are those that are signed.
    pub fn sign(&self, asked: &str, headers: &[(&str, &str)]) -> Value {
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| match *name {
                "(request-target)" => format!("{name}: get /20160918/users/{asked}"),
                _ => format!("{name}: {value}"),
            })
            .collect();
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), lines.join("\n").as_bytes(), &mut signature)
            .unwrap();
        let authorization = format!(
            "Signature version=\"1\",keyId=\"{}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{}\"",
            self.key_id(),
            names.join(" "),
            base64(&signature)
        );
        let mut sent = json!({ "authorization": authorization });
        for (name, value) in headers.iter().filter(|(name, _)| !name.starts_with('(')) {
            sent[*name] = json!(value);
        }
        json!({ "userOcid": asked, "headers": sent })
    }
}

/// The identity service of Oracle Cloud, which knows these users. Each may look at all of them.
pub fn oci(users: &[&OciUser]) -> StandIn {
    let users: Vec<OciUser> = users.iter().map(|user| (*user).clone()).collect();
    StandIn::start(move |asked| {
        if !users.iter().any(|user| is_signed_by(asked, user)) {
            return (401, json!({ "code": "NotAuthenticated" }).to_string());
        }
        let id = asked.path.strip_prefix("/20160918/users/").unwrap_or_default();
        match users.iter().find(|user| user.ocid == id) {
            Some(user) => (200, oci_answer(user).to_string()),
            None => (404, json!({ "code": "NotAuthorizedOrNotFound" }).to_string()),
        }
    })
}

/// What it answers.
pub fn oci_answer(user: &OciUser) -> Value {
    json!({ "id": user.ocid, "name": user.name, "compartmentId": user.tenancy, "lifecycleState": "ACTIVE" })
}

fn is_signed_by(asked: &Asked, user: &OciUser) -> bool {
    let authorization = asked.header("authorization").unwrap_or_default();
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}=\"")).unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    };
    let lines: Vec<String> = part("headers")
        .split(' ')
        .map(|name| match name {
            "(request-target)" => format!("{name}: {} {}", asked.method.to_lowercase(), asked.path),
            _ => format!("{name}: {}", asked.header(name).unwrap_or_default()),
        })
        .collect();
    let signature = part(",signature").trim_end_matches('=').replace('+', "-").replace('/', "_");
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, user.key.public_key().as_ref());
    let signature = base64url::decode(&signature).unwrap_or_default();
    part("keyId") == user.key_id() && public.verify(lines.join("\n").as_bytes(), &signature).is_ok()
}
