//! How TLS Certificate Auth looks on the wire (wire-contract 10.2, 10.4).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::IdentityId;

use super::auth_method::{OnWire, Settings};
use crate::{
    app::{
        App, Client, Result,
        auth_method::{
            AuthMethod, login,
            tls_cert_auth::{TlsCertAuth, TlsCertAuthChange, TlsCertProof},
        },
    },
    http::{
        client_certificate::{self, ClientCertificates},
        extract::Body,
        problem::Problem,
        wire::{access_token::TokenResponse, text::Trimmed},
    },
};

/// A login. What shows that it is this identity comes with the connection: a client certificate.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TlsCertLoginRequest {
    /// The identity that logs in.
    identity_id: Trimmed,
    /// The organization of the identity; any other is refused.
    #[serde(default, alias = "subOrganizationName")]
    organization_slug: Option<Trimmed>,
}

/// A certificate to judge.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientCertificateRequest {
    /// The client's certificate in PEM, and those between it and the authority after it. Its key stays where it is.
    client_certificate: Trimmed,
}

/// Settings of TLS Certificate Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TlsCertAuthRequest {
    /// PEM of the authorities whose client certificates are let in.
    #[serde(default)]
    ca_certificate: Option<Trimmed>,
    /// Patterns with commas between, one of which the common name must fit.
    #[serde(default)]
    allowed_common_names: Option<Trimmed>,
}

/// The TLS Certificate Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TlsCertAuthResponse {
    identity_tls_cert_auth: Settings<TlsCertAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TlsCertAuthBody {
    ca_certificate: String,
    allowed_common_names: String,
}

impl From<TlsCertAuth> for TlsCertAuthBody {
    fn from(settings: TlsCertAuth) -> Self {
        Self { ca_certificate: settings.ca_certificate, allowed_common_names: settings.allowed_common_names }
    }
}

impl OnWire for TlsCertAuth {
    type ProofRequest = ClientCertificateRequest;
    type SettingsRequest = TlsCertAuthRequest;
    type Response = TlsCertAuthResponse;

    fn proof(request: ClientCertificateRequest) -> Result<TlsCertProof> {
        Ok(TlsCertProof(client_certificate::read(request.client_certificate.0.as_bytes())))
    }

    fn change(request: TlsCertAuthRequest) -> Result<TlsCertAuthChange> {
        Ok(TlsCertAuthChange {
            ca_certificate: request.ca_certificate.map(|text| text.0),
            allowed_common_names: request.allowed_common_names.map(|text| text.0),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<TlsCertAuthResponse> {
        Ok(TlsCertAuthResponse { identity_tls_cert_auth: Settings::new(method, TlsCertAuthBody::from)? })
    }
}

/// `POST /api/v1/auth/tls-cert-auth/login` exchanges the client certificate for an access token.
pub(crate) async fn login(
    State(app): State<App>,
    client: Client,
    certificates: ClientCertificates,
    Body(request): Body<TlsCertLoginRequest>,
) -> Result<Json<TokenResponse>, Problem> {
    let login = login::Login {
        identity_id: IdentityId::new(&request.identity_id.0),
        proof: TlsCertProof(certificates.0),
        organization_slug: request.organization_slug.and_then(Trimmed::filled),
    };
    Ok(Json(login::login::<TlsCertAuth>(&app, client, login).await?.into()))
}
