//! How AliCloud Auth looks on the wire (wire-contract 10.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::auth_method::{OnWire, Settings};
use crate::{
    app::{
        Result,
        auth_method::{
            AuthMethod,
            alicloud_auth::{AlicloudAuth, AlicloudAuthChange, AlicloudProof},
        },
    },
    http::wire::text::Trimmed,
};

/// The parameters of a signed request to STS.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AlicloudRequest {
    /// `GetCallerIdentity`.
    action: Trimmed,
    /// `JSON`.
    format: Trimmed,
    /// `2015-04-01`.
    version: Trimmed,
    /// Whose key has signed.
    access_key_id: Trimmed,
    /// `HMAC-SHA1`.
    signature_method: Trimmed,
    /// `1.0`.
    signature_version: Trimmed,
    /// Never the same twice.
    signature_nonce: Trimmed,
    /// When it was signed, such as `2026-01-31T12:00:00Z`.
    timestamp: Trimmed,
    /// Of temporary credentials.
    #[serde(default)]
    security_token: Option<Trimmed>,
    /// The signature, in base64.
    signature: Trimmed,
}

/// Settings of AliCloud Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AlicloudAuthRequest {
    /// ARNs of users and roles with commas between; `*` stands for any characters behind the account.
    #[serde(default)]
    allowed_arns: Option<Trimmed>,
}

/// The AliCloud Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlicloudAuthResponse {
    #[serde(rename = "identityAliCloudAuth")]
    identity_alicloud_auth: Settings<AlicloudAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AlicloudAuthBody {
    /// Always `iam`.
    r#type: &'static str,
    allowed_arns: String,
}

impl OnWire for AlicloudAuth {
    type ProofRequest = AlicloudRequest;
    type SettingsRequest = AlicloudAuthRequest;
    type Response = AlicloudAuthResponse;

    fn proof(request: AlicloudRequest) -> Result<AlicloudProof> {
        let mut parameters = vec![
            ("Action", request.action),
            ("Format", request.format),
            ("Version", request.version),
            ("AccessKeyId", request.access_key_id),
            ("SignatureMethod", request.signature_method),
            ("SignatureVersion", request.signature_version),
            ("SignatureNonce", request.signature_nonce),
            ("Timestamp", request.timestamp),
            ("Signature", request.signature),
        ];
        let token = request.security_token.filter(|token| !token.as_str().is_empty());
        parameters.extend(token.map(|token| ("SecurityToken", token)));
        Ok(AlicloudProof(
            parameters.into_iter().map(|(name, value)| (name, Zeroizing::new(value.0))).collect(),
        ))
    }

    fn change(request: AlicloudAuthRequest) -> Result<AlicloudAuthChange> {
        Ok(AlicloudAuthChange { allowed_arns: request.allowed_arns.map(|text| text.0) })
    }

    fn response(method: AuthMethod<Self>) -> Result<AlicloudAuthResponse> {
        let own = |settings: Self| AlicloudAuthBody { r#type: "iam", allowed_arns: settings.allowed_arns };
        Ok(AlicloudAuthResponse { identity_alicloud_auth: Settings::new(method, own)? })
    }
}
