//! Access tokens, and the settings that all auth methods share (wire-contract 10.2, 10.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::trusted_ip::TrustedIps;

use super::text::Trimmed;
use crate::app::{Result, access_tokens::IssuedToken, token_settings};

/// An access token and how long it is good for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenResponse {
    /// The token, to be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until it must be renewed; 0 is never.
    expires_in: i64,
    /// Seconds from issue that renewals cannot pass; 0 is none.
    #[serde(rename = "accessTokenMaxTTL")]
    access_token_max_ttl: i64,
    /// `Bearer`.
    token_type: &'static str,
}

impl From<IssuedToken> for TokenResponse {
    fn from(token: IssuedToken) -> Self {
        Self {
            access_token: token.access_token.as_str().to_owned(),
            expires_in: token.expires_in,
            access_token_max_ttl: token.max_ttl_seconds,
            token_type: "Bearer",
        }
    }
}

/// Says what was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageResponse {
    /// What was done.
    pub message: &'static str,
}

/// An address or range from which something works.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustedIpRequest {
    /// An IPv4 or IPv6 address, or a range such as `10.0.0.0/8`.
    ip_address: Trimmed,
    /// The length of the prefix in bits, if it is not in `ipAddress`.
    #[serde(default)]
    prefix: Option<u8>,
}

impl TrustedIpRequest {
    /// One text, as an answer of ours may come back with the prefix apart.
    fn text(&self) -> String {
        match self.prefix {
            Some(prefix) => format!("{}/{prefix}", self.ip_address.as_str()),
            None => self.ip_address.as_str().to_owned(),
        }
    }
}

/// Reads the addresses of the field called `field`, if it is there.
///
/// # Errors
///
/// 400 for text that is no address, 422 for none or too many.
pub fn trusted_ips(field: &str, ips: Option<&[TrustedIpRequest]>) -> Result<Option<TrustedIps>> {
    let Some(ips) = ips else { return Ok(None) };
    let texts: Vec<String> = ips.iter().map(TrustedIpRequest::text).collect();
    token_settings::parse_trusted_ips(field, &texts).map(Some)
}
