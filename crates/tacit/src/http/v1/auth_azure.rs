//! How Azure Auth looks on the wire (wire-contract 10.4).

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
            azure_auth::{AzureAuth, AzureAuthChange},
            jwt_auth::JwtProof,
        },
    },
    http::wire::text::Trimmed,
};

/// Settings of Azure Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AzureAuthRequest {
    /// The id of the tenant of Microsoft Entra ID.
    #[serde(default)]
    tenant_id: Option<Trimmed>,
    /// The audience of the tokens, exactly, such as `https://management.azure.com/`.
    #[serde(default)]
    resource: Option<Trimmed>,
    /// Object ids of service principals with commas between.
    #[serde(default)]
    allowed_service_principal_ids: Option<Trimmed>,
}

/// The Azure Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AzureAuthResponse {
    identity_azure_auth: Settings<AzureAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AzureAuthBody {
    tenant_id: String,
    resource: String,
    allowed_service_principal_ids: String,
}

impl From<AzureAuth> for AzureAuthBody {
    fn from(settings: AzureAuth) -> Self {
        Self {
            tenant_id: settings.tenant_id,
            resource: settings.resource,
            allowed_service_principal_ids: settings.allowed_service_principal_ids,
        }
    }
}

impl OnWire for AzureAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = AzureAuthRequest;
    type Response = AzureAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: AzureAuthRequest) -> Result<AzureAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(AzureAuthChange {
            tenant_id: text(request.tenant_id),
            resource: text(request.resource),
            allowed_service_principal_ids: text(request.allowed_service_principal_ids),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<AzureAuthResponse> {
        Ok(AzureAuthResponse { identity_azure_auth: Settings::new(method, AzureAuthBody::from)? })
    }
}
