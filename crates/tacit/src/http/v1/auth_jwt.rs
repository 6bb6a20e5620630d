//! How JWT Auth looks on the wire (wire-contract 10.4).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::auth_method::{OnWire, Settings};
use crate::{
    app::{
        Result,
        auth_method::{
            AuthMethod,
            jwt_auth::{JwtAuth, JwtAuthChange, JwtProof, KeysFrom},
        },
    },
    http::wire::text::Trimmed,
};

/// A token that somebody else signed.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct JwtRequest {
    /// The token.
    jwt: Trimmed,
}

impl JwtRequest {
    /// The token as a proof.
    pub(crate) fn proof(self) -> JwtProof {
        JwtProof(Zeroizing::new(self.jwt.0))
    }
}

/// Where keys come from, on the wire.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConfigurationType {
    /// The signer publishes them at `jwksUrl`.
    Jwks,
    /// They are in `publicKeys`.
    Static,
}

impl From<ConfigurationType> for KeysFrom {
    fn from(kind: ConfigurationType) -> Self {
        match kind {
            ConfigurationType::Jwks => Self::Jwks,
            ConfigurationType::Static => Self::Static,
        }
    }
}

impl From<KeysFrom> for ConfigurationType {
    fn from(keys_from: KeysFrom) -> Self {
        match keys_from {
            KeysFrom::Jwks => Self::Jwks,
            KeysFrom::Static => Self::Static,
        }
    }
}

/// Settings of JWT Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JwtAuthRequest {
    /// `jwks` or `static`.
    #[serde(default)]
    configuration_type: Option<ConfigurationType>,
    /// Where the signer publishes its keys, with https.
    #[serde(default)]
    jwks_url: Option<Trimmed>,
    /// PEM of the certificates to trust there in place of the system's.
    #[serde(default)]
    jwks_ca_cert: Option<Trimmed>,
    /// Keys in PEM.
    #[serde(default)]
    public_keys: Option<Vec<Trimmed>>,
    /// The issuer, exactly; empty for any.
    #[serde(default)]
    bound_issuer: Option<Trimmed>,
    /// Audiences with commas between, one of which the token must have.
    #[serde(default)]
    bound_audiences: Option<Trimmed>,
    /// By claim: patterns with commas between, one of which it must fit.
    #[serde(default)]
    bound_claims: Option<BTreeMap<String, String>>,
    /// Patterns of the subject with commas between.
    #[serde(default)]
    bound_subject: Option<Trimmed>,
}

/// The JWT Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JwtAuthResponse {
    identity_jwt_auth: Settings<JwtAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct JwtAuthBody {
    configuration_type: ConfigurationType,
    jwks_url: String,
    jwks_ca_cert: String,
    public_keys: Vec<String>,
    bound_issuer: String,
    bound_audiences: String,
    bound_claims: BTreeMap<String, String>,
    bound_subject: String,
}

impl From<JwtAuth> for JwtAuthBody {
    fn from(settings: JwtAuth) -> Self {
        Self {
            configuration_type: settings.keys_from.into(),
            jwks_url: settings.jwks_url,
            jwks_ca_cert: settings.jwks_ca_certificate,
            public_keys: settings.public_keys,
            bound_issuer: settings.bound_issuer,
            bound_audiences: settings.bound_audiences,
            bound_claims: settings.bound_claims,
            bound_subject: settings.bound_subject,
        }
    }
}

impl OnWire for JwtAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = JwtAuthRequest;
    type Response = JwtAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: JwtAuthRequest) -> Result<JwtAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(JwtAuthChange {
            keys_from: request.configuration_type.map(KeysFrom::from),
            jwks_url: text(request.jwks_url),
            jwks_ca_certificate: text(request.jwks_ca_cert),
            public_keys: request.public_keys.map(|keys| keys.into_iter().map(|key| key.0).collect()),
            bound_issuer: text(request.bound_issuer),
            bound_audiences: text(request.bound_audiences),
            bound_claims: request.bound_claims,
            bound_subject: text(request.bound_subject),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<JwtAuthResponse> {
        Ok(JwtAuthResponse { identity_jwt_auth: Settings::new(method, JwtAuthBody::from)? })
    }
}
