//! `/api/v1/password`: a forgotten password (wire-contract 5.10).

use axum::{Json, extract::State, http::HeaderMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{App, Client, password_reset, passwords::Password},
    http::{
        extract::Body,
        gate::bearer,
        problem::Problem,
        wire::{
            text::Required,
            user::{MessageResponse, User},
        },
    },
};

/// What `POST /api/v1/password/email/password-reset` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MailRequest {
    /// The e-mail of the account.
    email: Required,
}

/// What `POST /api/v1/password/email/password-reset-verify` takes.
#[derive(Deserialize, JsonSchema)]
pub struct VerifyRequest {
    /// The e-mail of the link.
    email: Required,
    /// The code of the link.
    code: Required,
}

/// What `POST /api/v1/password/email/password-reset-verify` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResponse {
    user: User,
    /// The bearer of the request that sets the new password, good for 15 minutes and one use.
    token: String,
    /// Always 2: nothing is encrypted with the password.
    user_encryption_version: i64,
}

/// A new password. The keys that old web pages send with it are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OldResetRequest {
    /// At least 8 characters.
    password: Password,
}

/// A new password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetRequest {
    /// At least 8 characters.
    new_password: Password,
}

/// `POST /api/v1/password/email/password-reset` mails a link to set the password anew, if there is such an
/// account.
pub(crate) async fn mail(
    State(app): State<App>,
    client: Client,
    Body(request): Body<MailRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    password_reset::request(&app, &client, &request.email.0).await?;
    let message = "If there is an account with this e-mail, a link to set a new password is on its way";
    Ok(Json(MessageResponse { message }))
}

/// `POST /api/v1/password/email/password-reset-verify` changes the code of the link for a token.
pub(crate) async fn verify(
    State(app): State<App>,
    client: Client,
    Body(request): Body<VerifyRequest>,
) -> Result<Json<VerifyResponse>, Problem> {
    let (user, token) = password_reset::verify(&app, &client, &request.email.0, &request.code.0).await?;
    Ok(Json(VerifyResponse { user: user.into(), token: String::clone(&token), user_encryption_version: 2 }))
}

/// `POST /api/v1/password/password-reset`, as old web pages send it.
pub(crate) async fn reset_of_old(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Body(request): Body<OldResetRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    set(&app, &client, &headers, &request.password).await
}

/// `POST /api/v2/password/password-reset` sets a new password; the bearer is the token of the verified code.
pub(crate) async fn reset(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Body(request): Body<ResetRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    set(&app, &client, &headers, &request.new_password).await
}

async fn set(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    password: &Password,
) -> Result<Json<MessageResponse>, Problem> {
    // Without a bearer the answer is the one for a token that has ended.
    let token = bearer(headers).unwrap_or_default();
    password_reset::reset(app, client, token, password).await?;
    let message = "The new password is set, and all sessions have ended. Sign in with it.";
    Ok(Json(MessageResponse { message }))
}
