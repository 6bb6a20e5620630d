//! `/api/v1/user/me/totp`: the caller's authenticator app (wire-contract 5.11).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    app::{App, Caller, second_factor},
    http::{
        extract::Body,
        problem::Problem,
        wire::{text::Required, user::MessageResponse},
    },
};

/// What `GET /api/v1/user/me/totp` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpResponse {
    /// Whether the app has shown that it makes the right codes.
    is_verified: bool,
    /// Always empty: they are shown once, when they are made.
    recovery_codes: [String; 0],
    /// Recovery codes that were not used.
    recovery_codes_left: i64,
}

/// `GET /api/v1/user/me/totp` says whether the caller has an app.
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<Json<TotpResponse>, Problem> {
    let factor = second_factor::get(&app, &caller).await?;
    Ok(Json(TotpResponse {
        is_verified: factor.has_app,
        recovery_codes: [],
        recovery_codes_left: factor.recovery_codes_left,
    }))
}

/// What an app is set up with.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterResponse {
    /// The `otpauth://` address for the QR code.
    otp_url: String,
    /// Codes for the day the app is lost, each good for one sign-in; empty for somebody who has some already.
    recovery_codes: Vec<String>,
}

/// `POST /api/v1/user/me/totp/register` begins to set up an app.
pub(crate) async fn register(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<RegisterResponse>, Problem> {
    let registration = second_factor::register(&app, &caller).await?;
    Ok(Json(RegisterResponse {
        otp_url: registration.url.to_string(),
        recovery_codes: texts(&registration.recovery_codes),
    }))
}

fn texts(codes: &[Zeroizing<String>]) -> Vec<String> {
    codes.iter().map(|code| code.to_string()).collect()
}

/// What `POST /api/v1/user/me/totp/verify` takes.
#[derive(Deserialize, JsonSchema)]
pub struct VerifyRequest {
    /// A code of the app, six digits.
    totp: Required,
}

/// `POST /api/v1/user/me/totp/verify` shows a first code; from then on sign-in asks for one.
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<VerifyRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    second_factor::confirm(&app, &caller, &request.totp.0).await?;
    Ok(Json(MessageResponse { message: "Sign-in asks for a code of your app from now on" }))
}

/// `DELETE /api/v1/user/me/totp` removes the app and the recovery codes.
pub(crate) async fn delete(State(app): State<App>, caller: Caller) -> Result<Json<MessageResponse>, Problem> {
    second_factor::remove(&app, &caller).await?;
    Ok(Json(MessageResponse { message: "Sign-in asks for no code any more" }))
}

/// New recovery codes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodesResponse {
    /// They are shown this once.
    recovery_codes: Vec<String>,
}

/// `POST /api/v1/user/me/totp/recovery-codes` makes new recovery codes in place of the old.
pub(crate) async fn recovery_codes(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<RecoveryCodesResponse>, Problem> {
    let codes = second_factor::renew_recovery_codes(&app, &caller).await?;
    Ok(Json(RecoveryCodesResponse { recovery_codes: texts(&codes) }))
}
