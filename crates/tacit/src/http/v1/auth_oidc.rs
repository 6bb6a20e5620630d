//! How OIDC Auth looks on the wire (wire-contract 10.4).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    auth_jwt::JwtRequest,
    auth_method::{OnWire, Settings},
};
use crate::{
    app::{
        Result,
        auth_method::{
            AuthMethod,
            jwt_auth::JwtProof,
            oidc_auth::{OidcAuth, OidcAuthChange},
        },
    },
    http::wire::text::Trimmed,
};

/// Settings of OIDC Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OidcAuthRequest {
    /// Where the provider's metadata is, with https; `/.well-known/openid-configuration` is added.
    #[serde(default)]
    oidc_discovery_url: Option<Trimmed>,
    /// PEM of the certificates to trust there in place of the system's.
    #[serde(default)]
    ca_cert: Option<Trimmed>,
    /// The issuer, exactly as the metadata and the tokens say it.
    #[serde(default)]
    bound_issuer: Option<Trimmed>,
    /// Audiences with commas between, one of which the token must have.
    #[serde(default)]
    bound_audiences: Option<Trimmed>,
    /// By claim: patterns with commas between, one of which it must fit.
    #[serde(default)]
    bound_claims: Option<BTreeMap<String, String>>,
    /// By the name of an attribute that is kept with the access token: the claim that it is taken from, with dots
    /// into objects.
    #[serde(default)]
    claim_metadata_mapping: Option<BTreeMap<String, String>>,
    /// Patterns of the subject with commas between.
    #[serde(default)]
    bound_subject: Option<Trimmed>,
}

/// The OIDC Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OidcAuthResponse {
    identity_oidc_auth: Settings<OidcAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OidcAuthBody {
    oidc_discovery_url: String,
    ca_cert: String,
    bound_issuer: String,
    bound_audiences: String,
    bound_claims: BTreeMap<String, String>,
    claim_metadata_mapping: BTreeMap<String, String>,
    bound_subject: String,
}

impl From<OidcAuth> for OidcAuthBody {
    fn from(settings: OidcAuth) -> Self {
        Self {
            oidc_discovery_url: settings.discovery_url,
            ca_cert: settings.ca_certificate,
            bound_issuer: settings.bound_issuer,
            bound_audiences: settings.bound_audiences,
            bound_claims: settings.bound_claims,
            claim_metadata_mapping: settings.kept_claims,
            bound_subject: settings.bound_subject,
        }
    }
}

impl OnWire for OidcAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = OidcAuthRequest;
    type Response = OidcAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: OidcAuthRequest) -> Result<OidcAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(OidcAuthChange {
            discovery_url: text(request.oidc_discovery_url),
            ca_certificate: text(request.ca_cert),
            bound_issuer: text(request.bound_issuer),
            bound_audiences: text(request.bound_audiences),
            bound_claims: request.bound_claims,
            bound_subject: text(request.bound_subject),
            kept_claims: request.claim_metadata_mapping,
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<OidcAuthResponse> {
        Ok(OidcAuthResponse { identity_oidc_auth: Settings::new(method, OidcAuthBody::from)? })
    }
}
