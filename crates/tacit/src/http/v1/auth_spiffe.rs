//! How SPIFFE Auth looks on the wire.

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
            spiffe_auth::{SpiffeAuth, SpiffeAuthChange, TrustBundle},
        },
    },
    http::wire::text::Trimmed,
};

/// Settings of SPIFFE Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpiffeAuthRequest {
    /// The trust domain, such as `example.org`.
    #[serde(default)]
    trust_domain: Option<Trimmed>,
    /// Patterns of SPIFFE IDs with commas between.
    #[serde(default)]
    allowed_spiffe_ids: Option<Trimmed>,
    /// Audiences with commas between, one of which the token must have.
    #[serde(default)]
    allowed_audiences: Option<Trimmed>,
    /// Where the keys of the trust domain come from.
    #[serde(default)]
    trust_bundle_distribution: Option<TrustBundleRequest>,
}

/// Where the keys of a trust domain come from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "profile", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum TrustBundleRequest {
    /// They are given here.
    Static {
        /// The JSON Web Key Set as text.
        bundle: Trimmed,
    },
    /// The provider publishes them.
    HttpsWebBundle {
        /// Where, with https.
        endpoint_url: Trimmed,
        /// PEM of the certificates to trust there in place of the system's.
        #[serde(default)]
        ca_cert: Option<Trimmed>,
        /// After how many seconds the provider wants them to be looked at again; 3600 by default. They are looked at
        /// more often.
        #[serde(default)]
        refresh_hint_seconds: Option<i64>,
    },
}

impl From<TrustBundleRequest> for TrustBundle {
    fn from(request: TrustBundleRequest) -> Self {
        match request {
            TrustBundleRequest::Static { bundle } => Self::Static(bundle.0),
            TrustBundleRequest::HttpsWebBundle { endpoint_url, ca_cert, refresh_hint_seconds } => {
                Self::https_web(endpoint_url.0, ca_cert.map(|pem| pem.0), refresh_hint_seconds)
            }
        }
    }
}

/// The SPIFFE Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpiffeAuthResponse {
    identity_spiffe_auth: Settings<SpiffeAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SpiffeAuthBody {
    trust_domain: String,
    allowed_spiffe_ids: String,
    allowed_audiences: String,
    trust_bundle_distribution: TrustBundleBody,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "profile", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum TrustBundleBody {
    Static { bundle: String },
    HttpsWebBundle { endpoint_url: String, ca_cert: String, refresh_hint_seconds: i64 },
}

impl From<TrustBundle> for TrustBundleBody {
    fn from(bundle: TrustBundle) -> Self {
        match bundle {
            TrustBundle::Static(bundle) => Self::Static { bundle },
            TrustBundle::HttpsWeb { endpoint_url, ca_certificate, refresh_hint_seconds } => {
                Self::HttpsWebBundle { endpoint_url, ca_cert: ca_certificate, refresh_hint_seconds }
            }
        }
    }
}

impl From<SpiffeAuth> for SpiffeAuthBody {
    fn from(settings: SpiffeAuth) -> Self {
        Self {
            trust_domain: settings.trust_domain,
            allowed_spiffe_ids: settings.allowed_spiffe_ids,
            allowed_audiences: settings.allowed_audiences,
            trust_bundle_distribution: settings.trust_bundle.into(),
        }
    }
}

impl OnWire for SpiffeAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = SpiffeAuthRequest;
    type Response = SpiffeAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: SpiffeAuthRequest) -> Result<SpiffeAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(SpiffeAuthChange {
            trust_domain: text(request.trust_domain),
            allowed_spiffe_ids: text(request.allowed_spiffe_ids),
            allowed_audiences: text(request.allowed_audiences),
            trust_bundle: request.trust_bundle_distribution.map(TrustBundle::from),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<SpiffeAuthResponse> {
        Ok(SpiffeAuthResponse { identity_spiffe_auth: Settings::new(method, SpiffeAuthBody::from)? })
    }
}
