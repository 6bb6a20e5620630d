//! A stand-in for the STS of AWS, which says of every request that the same role has signed it, and requests for it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tacit::app::Clock;
use tacit_core::base64url;

use crate::{
    error::{Error, Result},
    floor::Answer,
    server::{Server, start_floor},
    tls::Tls,
};

/// Who has signed.
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/bench";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/bench/1";
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
/// A request is good for 15 minutes around its date. Dated ahead it is good for the longest measurement.
const AHEAD_SECONDS: i64 = 14 * 60;

/// The stand-in, and the certificate that it and others show.
pub(crate) struct Sts {
    /// The certificate.
    pub(crate) tls: Tls,
    server: Server,
}

impl Sts {
    /// Starts it, with a folder for its certificate in `work`.
    pub(crate) fn start(work: &Path) -> Result<Self> {
        let folder = work.join("providers");
        std::fs::create_dir(&folder).map_err(Error::io("cannot make the folder of the providers"))?;
        let tls = Tls::make(&folder)?;
        let headers = vec![("content-type".to_owned(), "text/xml".to_owned())];
        let body = format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>{SESSION}</Arn><UserId>AROA:1</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        );
        let server = start_floor(&Answer { route: "/".to_owned(), status: 200, headers, body }, Some(&tls))?;
        Ok(Self { tls, server })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.server.endpoint.address())
    }

    /// The file of the certificate that a server has to trust that asks it.
    pub(crate) fn certificate(&self) -> &PathBuf {
        &self.tls.certificate
    }

    /// A login by a request that a role has signed, without the identity. Whether the signature is good is for STS to say,
    /// so it is none.
    pub(crate) fn proof() -> Value {
        let date = Clock::system().now().plus_seconds(AHEAD_SECONDS).to_string();
        // From 2026-01-31T12:00:00.000Z to 20260131T120000Z.
        let date = format!("{}Z", date.split('.').next().unwrap_or_default().replace(['-', ':'], ""));
        let scope = format!("{}/eu-central-1/sts/aws4_request", date.get(..8).unwrap_or_default());
        let signature = "0".repeat(64);
        let headers = json!({ "Host": "sts.eu-central-1.amazonaws.com", "X-Amz-Date": date,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Authorization": format!("AWS4-HMAC-SHA256 Credential=AKID/{scope}, \
                SignedHeaders=content-type;host;x-amz-date, Signature={signature}") });
        json!({ "iamHttpRequestMethod": "POST", "iamRequestBody": base64(BODY),
            "iamRequestHeaders": base64(&headers.to_string()) })
    }
}

/// Base64 with padding.
fn base64(text: &str) -> String {
    let encoded = base64url::encode(text.as_bytes()).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - encoded.len() % 4) % 4);
    encoded + &padding
}
