//! A request to Oracle Cloud's identity service that a machine has signed (OCI request signatures, version 1), taken
//! apart and pinned.
//!
//! It asks for the user that has signed it. Any other would say nothing: users may be allowed to look at each other.
//! Whether the signature is good is for Oracle to say.

use std::collections::BTreeMap;

use tacit_core::time::Timestamp;
use ureq::http::{HeaderName, header};
use zeroize::Zeroizing;

use super::{
    checks::{Checks, Refused},
    clouds::{Clouds, is_region},
    oci_auth::OciProof,
    signed::{is_header_value, verify_time},
};

/// Seconds for which a request is good, as at Oracle.
const GOOD_SECONDS: i64 = 5 * 60;
/// The longest value of a header, in bytes.
const VALUE_MAX: usize = 4096;
/// The longest OCID, in bytes.
const OCID_MAX: usize = 255;
/// What a signature may cover; all of it is passed on or made here.
const MAY_BE_SIGNED: [&str; 4] = ["(request-target)", "host", "date", "x-date"];

/// Whether a text can be the OCID of a resource of this kind, such as `user`. It can then stand in a path.
pub(super) fn is_ocid(kind: &str, text: &str) -> bool {
    let rest = text.strip_prefix("ocid1.").and_then(|rest| rest.strip_prefix(kind));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= OCID_MAX
        && rest.is_some_and(|rest| rest.starts_with('.') && rest.len() > 1 && rest.bytes().all(is_part))
}

/// Who is asked: the identity service of a region, or whom the operator allows.
pub(super) fn is_identity_host(clouds: &Clouds, host: &str) -> bool {
    let region = host.strip_prefix("identity.").and_then(|rest| rest.strip_suffix(".oraclecloud.com"));
    region.is_some_and(is_region) || clouds.oci_identity_hosts.iter().any(|allowed| allowed == host)
}

/// Looks at the signature: its form, what it covers, and by whose key it was made.
///
/// # Errors
///
/// [`Refused`].
pub(super) fn verify_signature(proof: &OciProof, tenancy: &str, checks: &mut Checks) -> Result<(), Refused> {
    checks.require("user", is_ocid("user", &proof.user_ocid), "userOcid must be the OCID of a user")?;
    let signature = Signature::parse(&proof.authorization)
        .ok_or("the authorization header must be a Signature of version 1");
    let signature = checks.take("signature", signature)?;
    checks.take("signed headers", signature.check_headers(proof))?;
    let key: Vec<&str> = signature.key_id.split('/').collect();
    let [of_tenancy, of_user, _fingerprint] = key.as_slice() else {
        return checks.fail("key", "keyId must be tenancy/user/fingerprint: only API keys of users count");
    };
    checks.require(
        "tenancy",
        *of_tenancy == tenancy,
        format!("expected {tenancy:?}, the key is of {of_tenancy:?}"),
    )?;
    let asked = &proof.user_ocid;
    checks.require(
        "signer",
        of_user == asked,
        format!("the request asks for {asked:?}, the key is of {of_user:?}"),
    )
}

/// Looks at when it was signed.
///
/// # Errors
///
/// [`Refused`].
pub(super) fn verify_signing_time(
    proof: &OciProof,
    now: Timestamp,
    checks: &mut Checks,
) -> Result<(), Refused> {
    let date = proof.x_date.as_deref().or(proof.date.as_deref());
    verify_time(date.and_then(Timestamp::parse_http), now, GOOD_SECONDS, checks)
}

/// The headers to pass on.
pub(super) fn headers(proof: &OciProof) -> Vec<(HeaderName, Zeroizing<String>)> {
    let mut headers = vec![(header::AUTHORIZATION, proof.authorization.clone())];
    let dates = [(header::DATE, &proof.date), (HeaderName::from_static("x-date"), &proof.x_date)];
    for (name, value) in dates {
        if let Some(value) = value {
            headers.push((name, Zeroizing::new(value.clone())));
        }
    }
    headers
}

struct Signature<'a> {
    key_id: &'a str,
    headers: Vec<&'a str>,
}

impl<'a> Signature<'a> {
    fn parse(authorization: &'a str) -> Option<Self> {
        if !is_header_value(authorization, VALUE_MAX) {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for parameter in authorization.strip_prefix("Signature ")?.split(',') {
            let (name, value) = parameter.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            if value.contains('"') || parameters.insert(name, value).is_some() {
                return None;
            }
        }
        let is_known = parameters.get("version") == Some(&"1")
            && parameters.get("algorithm") == Some(&"rsa-sha256")
            && parameters.get("signature").is_some_and(|signature| !signature.is_empty());
        let headers = parameters.get("headers")?.split(' ').collect();
        is_known.then_some(Self { key_id: parameters.get("keyId")?, headers })
    }

    /// What it covers: the request itself, for whom it is and when it was made, and nothing that is not passed on.
    fn check_headers(&self, proof: &OciProof) -> Result<(), &'static str> {
        let dates = [("date", &proof.date), ("x-date", &proof.x_date)];
        let covers = |name: &str| self.headers.contains(&name);
        if !covers("(request-target)") || !covers("host") {
            return Err("(request-target) and host must be signed");
        }
        if !self.headers.iter().all(|name| MAY_BE_SIGNED.contains(name)) {
            return Err(
                "a header is signed that is not passed on: sign (request-target), host and a date only",
            );
        }
        for (name, value) in dates {
            if covers(name) != value.is_some() {
                return Err("each date that comes must be signed, and each that is signed must come");
            }
            if value.as_ref().is_some_and(|value| !is_header_value(value, VALUE_MAX)) {
                return Err("a date has characters that no header may have, or is empty or too long");
            }
        }
        if proof.date.is_none() && proof.x_date.is_none() {
            Err("date or x-date must be signed")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Signature version=\"1\",keyId=\"t/u/f\",algorithm=\"rsa-sha256\",\
        headers=\"date (request-target) host\",signature=\"c2ln\"";

    #[test]
    fn a_signature_is_read_whatever_the_order() {
        for text in [GOOD, &GOOD.replace(',', ", ")] {
            let signature = Signature::parse(text).unwrap();
            assert_eq!(signature.key_id, "t/u/f");
            assert_eq!(signature.headers, ["date", "(request-target)", "host"]);
        }
        for (from, to) in [
            ("Signature ", "Bearer "),
            ("version=\"1\"", "version=\"2\""),
            ("rsa-sha256", "none"),
            ("rsa-sha256", "hmac-sha256"),
            ("signature=\"c2ln\"", "signature=\"\""),
            ("keyId=", "keyId=\"a\",keyId="),
            ("keyId=\"t", "keyId=\"\"t"),
            ("headers=\"date (request-target) host\",", ""),
            ("keyId=\"t/u/f\",", ""),
            ("\"t/u/f\"", "t/u/f"),
        ] {
            assert!(Signature::parse(&GOOD.replace(from, to)).is_none(), "{from} {to}");
        }
    }

    #[test]
    fn an_ocid_is_of_its_kind_and_can_stand_in_a_path() {
        assert!(is_ocid("user", "ocid1.user.oc1..aaaa0") && is_ocid("tenancy", "ocid1.tenancy.oc1..aaaa"));
        for other in [
            "",
            "ocid1.user",
            "ocid1.user.",
            "ocid1.users.oc1..a",
            "ocid1.tenancy.oc1..a",
            "ocid1.user.oc1../x",
            "ocid1.user.a?b",
        ] {
            assert!(!is_ocid("user", other), "{other}");
        }
    }

    #[test]
    fn only_the_identity_service_of_a_region_is_asked() {
        let clouds = Clouds { oci_identity_hosts: vec!["127.0.0.1:4000".to_owned()], ..Clouds::default() };
        for host in ["identity.eu-frankfurt-1.oraclecloud.com", "127.0.0.1:4000"] {
            assert!(is_identity_host(&clouds, host), "{host}");
        }
        for host in [
            "",
            "identity.oraclecloud.com",
            "identity.evil.example/.oraclecloud.com",
            "identity.evil.oraclecloud.com",
            "identity.eu-frankfurt-1.oraclecloud.com.evil.example",
            "identity.eu-frankfurt-1.oraclecloud.com:444",
            "objectstorage.eu-frankfurt-1.oraclecloud.com",
            "127.0.0.1:4001",
        ] {
            assert!(!is_identity_host(&clouds, host), "{host}");
        }
    }
}
