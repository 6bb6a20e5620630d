//! `/api/v2/auth/mfa`: the second step of a sign-in (wire-contract 5.6).

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller, Client, Error,
        second_factor::{self, ChallengeToken},
        users,
    },
    http::{
        cookie::Jar,
        extract::Body,
        gate::bearer,
        problem::Problem,
        wire::{
            text::Required,
            user::{TOTP, UserResponse},
        },
    },
};

/// What `POST /api/v2/auth/mfa/verify` takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyRequest {
    /// The code: six digits of the app, or a recovery code.
    mfa_token: Required,
    /// Only `totp`.
    #[serde(default)]
    mfa_method: Option<String>,
}

/// What `POST /api/v2/auth/mfa/verify` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResponse {
    /// An access token for the organization.
    token: String,
    encryption_version: i64,
    /// Null or empty, like all keys: nobody encrypts in the browser.
    protected_key: Option<String>,
    #[serde(rename = "protectedKeyIV")]
    protected_key_iv: Option<String>,
    protected_key_tag: Option<String>,
    public_key: &'static str,
    encrypted_private_key: &'static str,
    iv: &'static str,
    tag: &'static str,
}

/// `POST /api/v2/auth/mfa/verify` gives the second factor. The token of the sign-in is the bearer.
pub(crate) async fn verify(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    headers: HeaderMap,
    Body(request): Body<VerifyRequest>,
) -> Result<Response, Problem> {
    let token = ChallengeToken::parse(bearer(&headers)?)?;
    require_totp(request.mfa_method.as_deref())?;
    let signed_in = second_factor::verify(&app, &client, token, &request.mfa_token.0).await?;
    let body = VerifyResponse {
        token: signed_in.access_token,
        encryption_version: 2,
        protected_key: None,
        protected_key_iv: None,
        protected_key_tag: None,
        public_key: "",
        encrypted_private_key: "",
        iv: "",
        tag: "",
    };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}

fn require_totp(method: Option<&str>) -> Result<(), Error> {
    match method {
        None | Some(TOTP) => Ok(()),
        Some(_) => Err(Error::Invalid("The second factor here is a code of an authenticator app".to_owned())),
    }
}

/// `POST /api/v2/auth/mfa/send` is of codes by e-mail, which this server does not have.
pub(crate) async fn send() -> Problem {
    Problem(Error::Invalid("No code is sent: look it up in your authenticator app".to_owned()))
}

/// What `GET /api/v2/auth/mfa/check/totp` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckResponse {
    /// Whether the sign-in waits for a code of an app.
    is_verified: bool,
}

/// `GET /api/v2/auth/mfa/check/totp` says what the sign-in waits for. Its token is the bearer.
pub(crate) async fn check(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<CheckResponse>, Problem> {
    let token = ChallengeToken::parse(bearer(&headers)?)?;
    Ok(Json(CheckResponse { is_verified: second_factor::asks_for_code(&app, &token).await? }))
}

/// What `PATCH /api/v2/users/me/mfa` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsRequest {
    /// Whether sign-in asks for the second factor.
    is_mfa_enabled: Option<bool>,
    /// Only `totp`.
    selected_mfa_method: Option<String>,
}

/// `PATCH /api/v2/users/me/mfa` says whether sign-in asks for the second factor.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SettingsRequest>,
) -> Result<Json<UserResponse>, Problem> {
    require_totp(request.selected_mfa_method.as_deref())?;
    if let Some(is_enabled) = request.is_mfa_enabled {
        second_factor::set_enabled(&app, &caller, is_enabled).await?;
    }
    let profile = users::get(&app, &caller).await?;
    Ok(Json(UserResponse { user: profile.into() }))
}
