//! How GCP Auth looks on the wire (wire-contract 10.4).

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
            gcp_auth::{GcpAuth, GcpAuthChange, GcpType},
            jwt_auth::JwtProof,
        },
    },
    http::wire::text::Trimmed,
};

/// Who signs, on the wire.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GcpTypeBody {
    /// Google, for a machine that has the service account.
    Gce,
    /// The service account itself.
    Iam,
}

/// Settings of GCP Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GcpAuthRequest {
    /// `gce` for identity tokens of machines, `iam` for tokens that a service account signs itself.
    #[serde(default, rename = "type")]
    kind: Option<GcpTypeBody>,
    /// E-mails of service accounts with commas between.
    #[serde(default)]
    allowed_service_accounts: Option<Trimmed>,
    /// Ids of projects with commas between.
    #[serde(default)]
    allowed_projects: Option<Trimmed>,
    /// Zones with commas between, such as `us-central1-a`; for `gce` only.
    #[serde(default)]
    allowed_zones: Option<Trimmed>,
}

/// The GCP Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GcpAuthResponse {
    identity_gcp_auth: Settings<GcpAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GcpAuthBody {
    #[serde(rename = "type")]
    kind: GcpTypeBody,
    allowed_service_accounts: String,
    allowed_projects: String,
    allowed_zones: String,
}

impl From<GcpAuth> for GcpAuthBody {
    fn from(settings: GcpAuth) -> Self {
        Self {
            kind: match settings.kind {
                GcpType::Gce => GcpTypeBody::Gce,
                GcpType::Iam => GcpTypeBody::Iam,
            },
            allowed_service_accounts: settings.allowed_service_accounts,
            allowed_projects: settings.allowed_projects,
            allowed_zones: settings.allowed_zones,
        }
    }
}

impl OnWire for GcpAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = GcpAuthRequest;
    type Response = GcpAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: GcpAuthRequest) -> Result<GcpAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(GcpAuthChange {
            kind: request.kind.map(|kind| match kind {
                GcpTypeBody::Gce => GcpType::Gce,
                GcpTypeBody::Iam => GcpType::Iam,
            }),
            allowed_service_accounts: text(request.allowed_service_accounts),
            allowed_projects: text(request.allowed_projects),
            allowed_zones: text(request.allowed_zones),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<GcpAuthResponse> {
        Ok(GcpAuthResponse { identity_gcp_auth: Settings::new(method, GcpAuthBody::from)? })
    }
}
