//! `/api/v2/users/me/emails`: showing that one reads mail to one's address (wire-contract 5.11).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::{App, Caller, email_verification},
    http::{
        extract::Body,
        problem::Problem,
        wire::{text::Required, user::MessageResponse},
    },
};

/// What `POST /api/v2/users/me/emails/code` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CodeRequest {
    /// The caller's e-mail.
    username: Required,
}

/// What `POST /api/v2/users/me/emails/verify` takes.
#[derive(Deserialize, JsonSchema)]
pub struct VerifyRequest {
    /// The caller's e-mail.
    username: Required,
    /// The six digits of the mail.
    code: Required,
}

/// `POST /api/v2/users/me/emails/code` mails the caller a code.
pub(crate) async fn send_code(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CodeRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    email_verification::send_code(&app, &caller, &request.username.0).await?;
    Ok(Json(MessageResponse { message: "A code is on its way to your e-mail" }))
}

/// `POST /api/v2/users/me/emails/verify` checks it.
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<VerifyRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    email_verification::verify(&app, &caller, &request.username.0, &request.code.0).await?;
    Ok(Json(MessageResponse { message: "Your e-mail is verified" }))
}
