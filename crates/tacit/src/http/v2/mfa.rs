//! `/api/v2/auth/mfa`: the second step of a sign-in (wire-contract 5.6).

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    app::{
        App, Caller, Client, Error,
        second_factor::{self, ChallengeToken, Method, Settings},
        users,
    },
    http::{
        cookie::Jar,
        extract::Body,
        gate::bearer,
        problem::Problem,
        wire::{text::Required, user::UserResponse},
    },
};

/// What `POST /api/v2/auth/mfa/verify` takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyRequest {
    /// The code: six digits of the app, or a recovery code.
    mfa_token: Required,
    /// `totp` or `webauthn`; the code is looked at in the same way.
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
    request.mfa_method.as_deref().map(method).transpose()?;
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

/// A second factor by its name on the wire.
pub(crate) fn method(name: &str) -> Result<Method, Error> {
    Method::parse(name).ok_or_else(|| {
        Error::Invalid(
            "The second factors here are totp (an authenticator app) and webauthn (a passkey)".to_owned(),
        )
    })
}

/// `POST /api/v2/auth/mfa/send` is of codes by e-mail, which this server does not have.
pub(crate) async fn send() -> Problem {
    Problem(Error::Invalid(
        "No code is sent: look it up in your authenticator app, or give a recovery code".to_owned(),
    ))
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
    let methods = second_factor::methods(&app, &token).await?;
    Ok(Json(CheckResponse { is_verified: methods.contains(&Method::Totp) }))
}

/// What `PATCH /api/v2/users/me/mfa` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsRequest {
    /// Whether sign-in asks for the second factor.
    is_mfa_enabled: Option<bool>,
    /// What is asked for first: `totp` or `webauthn`.
    selected_mfa_method: Option<String>,
}

/// `PATCH /api/v2/users/me/mfa` says whether sign-in asks for the second factor.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SettingsRequest>,
) -> Result<Json<UserResponse>, Problem> {
    let settings = Settings {
        is_enabled: request.is_mfa_enabled,
        method: request.selected_mfa_method.as_deref().map(method).transpose()?,
    };
    if settings.is_enabled.is_some() || settings.method.is_some() {
        second_factor::update(&app, &caller, settings).await?;
    }
    let profile = users::get(&app, &caller).await?;
    Ok(Json(UserResponse { user: profile.into() }))
}
