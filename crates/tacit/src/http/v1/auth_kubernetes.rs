//! How Kubernetes Auth looks on the wire (wire-contract 10.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    auth_jwt::JwtRequest,
    auth_method::{OnWire, Settings},
};
use crate::{
    app::{
        Error, Patch, Result,
        auth_method::{
            AuthMethod,
            jwt_auth::JwtProof,
            kubernetes_auth::{KubernetesAuth, KubernetesAuthChange},
        },
    },
    http::wire::text::Trimmed,
};

/// Who asks the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TokenReviewMode {
    /// This server, at `kubernetesHost`.
    Api,
    /// A gateway: refused, there are none.
    Gateway,
}

/// Settings of Kubernetes Auth.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubernetesAuthRequest {
    /// `api`.
    #[serde(default)]
    token_review_mode: Option<TokenReviewMode>,
    /// Refused unless it is null: there are no gateways.
    #[serde(default)]
    gateway_id: Option<Trimmed>,
    /// The address of the API server, with https.
    #[serde(default)]
    kubernetes_host: Option<Trimmed>,
    /// PEM of the certificates to trust there in place of the system's.
    #[serde(default)]
    ca_cert: Option<Trimmed>,
    /// Token of the service account that asks the API server. Null or empty: each token asks about itself.
    #[serde(default)]
    token_reviewer_jwt: Patch<Trimmed>,
    /// Namespaces with commas between.
    #[serde(default)]
    allowed_namespaces: Option<Trimmed>,
    /// Names of service accounts with commas between.
    #[serde(default)]
    allowed_names: Option<Trimmed>,
    /// Audiences with commas between, one of which the token must be for.
    #[serde(default)]
    allowed_audience: Option<Trimmed>,
}

/// The Kubernetes Auth of an identity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubernetesAuthResponse {
    identity_kubernetes_auth: Settings<KubernetesAuthBody>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct KubernetesAuthBody {
    token_review_mode: TokenReviewMode,
    gateway_id: Option<String>,
    kubernetes_host: String,
    ca_cert: String,
    /// Empty for those who may not change the settings.
    #[schemars(with = "String")]
    token_reviewer_jwt: Zeroizing<String>,
    allowed_namespaces: String,
    allowed_names: String,
    allowed_audience: String,
}

impl KubernetesAuthBody {
    fn new(settings: KubernetesAuth, shows_credentials: bool) -> Self {
        let token = if shows_credentials { settings.token_reviewer_jwt } else { Zeroizing::default() };
        Self {
            token_review_mode: TokenReviewMode::Api,
            gateway_id: None,
            kubernetes_host: settings.kubernetes_host,
            ca_cert: settings.ca_certificate,
            token_reviewer_jwt: token,
            allowed_namespaces: settings.allowed_namespaces,
            allowed_names: settings.allowed_names,
            allowed_audience: settings.allowed_audience,
        }
    }
}

impl OnWire for KubernetesAuth {
    type ProofRequest = JwtRequest;
    type SettingsRequest = KubernetesAuthRequest;
    type Response = KubernetesAuthResponse;

    fn proof(request: JwtRequest) -> Result<JwtProof> {
        Ok(request.proof())
    }

    fn change(request: KubernetesAuthRequest) -> Result<KubernetesAuthChange> {
        let has_gateway = request.gateway_id.and_then(Trimmed::filled).is_some();
        if has_gateway || request.token_review_mode == Some(TokenReviewMode::Gateway) {
            return Err(Error::Invalid(
                "There are no gateways here: leave gatewayId out and set tokenReviewMode to api".to_owned(),
            ));
        }
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(KubernetesAuthChange {
            kubernetes_host: text(request.kubernetes_host),
            ca_certificate: text(request.ca_cert),
            token_reviewer_jwt: request.token_reviewer_jwt.or_default().map(|token| Zeroizing::new(token.0)),
            allowed_namespaces: text(request.allowed_namespaces),
            allowed_names: text(request.allowed_names),
            allowed_audience: text(request.allowed_audience),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<KubernetesAuthResponse> {
        let shows_credentials = method.shows_credentials;
        let own = |settings| KubernetesAuthBody::new(settings, shows_credentials);
        Ok(KubernetesAuthResponse { identity_kubernetes_auth: Settings::new(method, own)? })
    }
}
