//! Signatures of requests to AWS (Signature Version 4).

use aws_lc_rs::{digest, hmac};
use zeroize::Zeroizing;

use crate::{hex, time::Timestamp};

/// Who signs.
#[derive(Clone)]
pub struct Credentials {
    /// Public name of the key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Zeroizing<String>,
    /// Goes with temporary keys.
    pub session_token: Option<Zeroizing<String>>,
}

/// Prints the name only.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.access_key_id)
    }
}

/// What is signed.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Such as `POST`.
    pub method: &'a str,
    /// Without the query, encoded.
    pub path: &'a str,
    /// Encoded, and in the order of its names; empty without.
    pub query: &'a str,
    /// Names in lower case and in their order. `host` and `x-amz-date` must be among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

/// For which service it counts.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Such as `eu-central-1`.
    pub region: &'a str,
    /// Such as `kms`.
    pub service: &'a str,
}

/// The time as `x-amz-date` has it: `20150830T123600Z`.
#[must_use]
pub fn date(now: Timestamp) -> String {
    let text: String = now.to_ascii().iter().map(|byte| char::from(*byte)).collect();
    let digits: String = text.chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{digits}Z")
}

/// The `Authorization` header of a request that is made at `now`.
#[must_use]
pub fn authorization(
    request: &Request<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: Timestamp,
) -> String {
    let date = date(now);
    let day = &date[..8];
    let names = request.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let credential = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let hash = sha256(canonical(request, &names).as_bytes());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{credential}\n{hash}");
    let mut key = hmac::Key::new(
        hmac::HMAC_SHA256,
        Zeroizing::new(format!("AWS4{}", *credentials.secret_access_key)).as_bytes(),
    );
    for part in [day, scope.region, scope.service, "aws4_request"] {
        key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
    }
    let signature = hex::encode(hmac::sign(&key, text.as_bytes()).as_ref());
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{credential}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id, *signature
    )
}

fn canonical(request: &Request<'_>, names: &str) -> String {
    let Request { method, path, query, headers, body } = request;
    let headers =
        headers.iter().fold(String::new(), |text, (name, value)| text + name + ":" + value.trim() + "\n");
    format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{}", sha256(body))
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes).as_ref()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the AWS documentation, "Create a signed AWS API request".
    #[test]
    fn the_signature_is_that_of_the_documentation() {
        let now = Timestamp::from_millis(1_440_938_160_000);
        let date = date(now);
        assert_eq!(date, "20150830T123600Z");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", &date),
        ];
        let request = Request {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &headers,
            body: b"",
        };
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Zeroizing::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session_token: None,
        };

        let header =
            authorization(&request, &credentials, Scope { region: "us-east-1", service: "iam" }, now);

        assert_eq!(
            header,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
        assert!(!format!("{credentials:?}").contains("wJalr"));
    }
}
