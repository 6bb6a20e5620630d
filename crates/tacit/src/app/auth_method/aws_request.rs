//! A request to AWS's STS that a machine has signed (AWS Signature Version 4), taken apart and pinned.
//!
//! Whoever logs in makes this request, so each part of it could be meant to make this server ask something else, or STS
//! answer something else: only `GetCallerIdentity` is passed on, only to the host that the settings name, and only with
//! the headers that the signature needs. Whether the signature is good is for STS to say.

use std::collections::BTreeMap;

use serde_json::Value;
use tacit_core::{base64url, time::Timestamp};
use ureq::http::{HeaderName, header};
use zeroize::Zeroizing;

use super::{
    aws_auth::AwsProof,
    checks::{Checks, Refused},
    signed::{is_header_value, verify_time},
};

/// The bodies that ask for nothing but who has signed.
const BODIES: [&[u8]; 2] =
    [b"Action=GetCallerIdentity&Version=2011-06-15", b"Version=2011-06-15&Action=GetCallerIdentity"];
/// The algorithm of the signature.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Headers that are passed on as they came. Not `accept`: it would choose the form of the answer.
const PASSED_ON: [&str; 5] =
    ["authorization", "content-type", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
/// Headers that may be signed and that this server makes itself.
const MADE_HERE: [&str; 2] = ["host", "content-length"];
/// Headers that must be signed.
const MUST_BE_SIGNED: [&str; 2] = ["host", "x-amz-date"];
/// The longest value of a header, in bytes. Session tokens have some thousand.
const VALUE_MAX: usize = 8 * 1024;
/// Seconds for which a request is good, as at AWS.
const GOOD_SECONDS: i64 = 15 * 60;
const CONTENT_TYPE_NAME: &str = "content-type";
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The request, as far as it is passed on.
pub(super) struct SignedRequest {
    headers: BTreeMap<String, Zeroizing<String>>,
    /// The body, exactly as it was signed.
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl SignedRequest {
    /// Reads the request and looks at everything but for whom it is and when it was signed.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub(super) fn read(proof: &AwsProof, checks: &mut Checks) -> Result<Self, Refused> {
        checks.require("method", proof.method == "POST", "only POST is passed on")?;
        let body = decode(&proof.body).unwrap_or_default();
        let is_question = BODIES.iter().any(|known| *known == body.as_slice());
        checks.require(
            "body",
            is_question,
            "it must be Action=GetCallerIdentity&Version=2011-06-15, in base64",
        )?;
        let headers = checks.take("headers", read_headers(&proof.headers))?;
        let request = Self { headers, body };
        checks.take("signature", request.check_signature())?;
        Ok(request)
    }

    /// The host it was signed for, in small letters.
    pub(super) fn host(&self) -> String {
        self.header("host").to_ascii_lowercase()
    }

    /// Looks at when it was signed.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub(super) fn verify_time(&self, now: Timestamp, checks: &mut Checks) -> Result<(), Refused> {
        verify_time(Timestamp::parse_basic(self.header("x-amz-date")), now, GOOD_SECONDS, checks)
    }

    /// The headers to pass on, with the host that the request was signed for.
    pub(super) fn into_headers(self, host: String) -> Vec<(HeaderName, Zeroizing<String>)> {
        let mut headers = vec![(header::HOST, Zeroizing::new(host))];
        for name in PASSED_ON {
            if let Some(value) = self.headers.get(name) {
                headers.push((HeaderName::from_static(name), value.clone()));
            }
        }
        if !self.headers.contains_key(CONTENT_TYPE_NAME) {
            headers.push((header::CONTENT_TYPE, Zeroizing::new(CONTENT_TYPE.to_owned())));
        }
        headers
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.as_str())
    }

    /// The form of the signature, and what it covers: everything that is passed on counts by it or does not matter.
    fn check_signature(&self) -> Result<(), &'static str> {
        let signed = signed_headers(self.header("authorization"))
            .ok_or("the authorization header must be one of AWS4-HMAC-SHA256 for the service sts")?;
        if !MUST_BE_SIGNED.iter().all(|name| signed.contains(name)) {
            return Err("the headers host and x-amz-date must be signed");
        }
        let is_known = |name: &&str| MADE_HERE.contains(name) || PASSED_ON.contains(name);
        if !signed.iter().all(is_known) {
            return Err("a header is signed that is not passed on: sign host, content-type and x-amz-… only");
        }
        let is_there = |name: &&str| *name == "content-length" || self.headers.contains_key(*name);
        if !signed.iter().all(is_there) {
            return Err("a header is signed that did not come");
        }
        let content_type =
            self.headers.get(CONTENT_TYPE_NAME).map(|value| value.split(';').next().unwrap_or("").trim());
        if content_type.is_some_and(|kind| !kind.eq_ignore_ascii_case(CONTENT_TYPE)) {
            return Err("the content type must be application/x-www-form-urlencoded");
        }
        Ok(())
    }
}
/// Decodes base64 of either alphabet, with or without padding.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(text.trim_end_matches('=').replace('+', "-").replace('/', "_"));
    base64url::decode(&text).map(Zeroizing::new)
}

/// Reads the headers that matter. Each may come once, however it is spelled; a value is a text, or a list of one.
fn read_headers(encoded: &str) -> Result<BTreeMap<String, Zeroizing<String>>, &'static str> {
    const WRONG: &str = "they must be an object of JSON, in base64";
    let json = decode(encoded).ok_or(WRONG)?;
    let all: BTreeMap<String, Value> = serde_json::from_slice(&json).map_err(|_| WRONG)?;
    let mut headers = BTreeMap::new();
    for (name, value) in all {
        let name = name.to_ascii_lowercase();
        if name != "host" && !PASSED_ON.contains(&name.as_str()) {
            continue;
        }
        let text = match value {
            Value::String(text) => text,
            Value::Array(mut list) if list.len() == 1 => match list.pop() {
                Some(Value::String(text)) => text,
                _ => return Err("a header has a value that is no text"),
            },
            _ => return Err("a header has a value that is no text"),
        };
        if !is_header_value(&text, VALUE_MAX) {
            return Err("a header has characters that none may have, or is empty or too long");
        }
        if headers.insert(name, Zeroizing::new(text)).is_some() {
            return Err("a header comes twice");
        }
    }
    Ok(headers)
}

/// The names of the headers that an `authorization` header covers; `None` if it is no signature for STS.
fn signed_headers(authorization: &str) -> Option<Vec<&str>> {
    let rest = authorization.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let parts: Vec<&str> = rest.split(',').map(str::trim).collect();
    let [credential, signed, signature] = parts.as_slice() else { return None };
    let scope: Vec<&str> = credential.strip_prefix("Credential=")?.split('/').collect();
    let [key_id, date, region, "sts", "aws4_request"] = scope.as_slice() else { return None };
    if [key_id, date, region].iter().any(|part| part.is_empty()) {
        return None;
    }
    let signature = signature.strip_prefix("Signature=")?;
    if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(signed.strip_prefix("SignedHeaders=")?.split(';').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_signature_says_what_it_covers() {
        let scope = "Credential=AKIDEXAMPLE/20260131/eu-central-1/sts/aws4_request";
        let text = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}");

        assert_eq!(signed_headers(&text), Some(vec!["host", "x-amz-date"]));
        assert!(signed_headers(&text.replace(", ", ",")).is_some());
        for (from, to) in [
            ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            ("AWS4-HMAC-SHA256", "aws4-hmac-sha256"),
            ("/sts/", "/iam/"),
            ("aws4_request", "aws4_request/x"),
            ("AKIDEXAMPLE", ""),
            ("Signature=", "Signature=x"),
            ("Signature=", "Sig="),
            ("SignedHeaders=host", "SignedHeaders=host,Signature=x"),
            (" Credential", "Credential"),
        ] {
            assert_eq!(signed_headers(&text.replace(from, to)), None, "{from} {to}");
        }
    }

    #[test]
    fn headers_come_once_and_only_those_that_matter_are_kept() {
        let read = |json: &str| read_headers(&base64url::encode(json.as_bytes()));
        let headers = read(r#"{"Host":"a","X-Amz-Date":["b"],"Accept":7,"Content-Length":43}"#).unwrap();
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["host", "x-amz-date"]);
        for json in [
            r#"{"Host":"a","host":"b"}"#,
            r#"{"host":7}"#,
            r#"{"host":["a","b"]}"#,
            r#"{"host":""}"#,
            r#"{"host":"a\r\nx: y"}"#,
            r#"{"host":"ä"}"#,
            "[]",
            "{",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        assert!(read_headers("%").is_err());
    }
}
