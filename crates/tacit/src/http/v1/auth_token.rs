//! `/api/v1/auth/token`: renewing and revoking a machine's access token (wire-contract 10.7).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    app::{App, Client, access_tokens},
    http::{
        extract::Body,
        problem::Problem,
        wire::{
            access_token::{MessageResponse, TokenResponse},
            text::Required,
        },
    },
};

/// A token to renew or revoke.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenRequest {
    /// The access token.
    access_token: Required,
}

/// `POST /api/v1/auth/token/renew` lets the TTL of a token count from now.
pub(crate) async fn renew(
    State(app): State<App>,
    client: Client,
    Body(request): Body<TokenRequest>,
) -> Result<Json<TokenResponse>, Problem> {
    let token = Zeroizing::new(request.access_token.0);
    Ok(Json(access_tokens::renew(&app, client, token).await?.into()))
}

/// `POST /api/v1/auth/token/revoke` ends a token.
pub(crate) async fn revoke(
    State(app): State<App>,
    client: Client,
    Body(request): Body<TokenRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    access_tokens::revoke(&app, client, Zeroizing::new(request.access_token.0)).await?;
    Ok(Json(MessageResponse { message: "The access token was revoked" }))
}
