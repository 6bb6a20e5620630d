//! Signing in with a passkey: alone, or after the password. And an administrator's help when it is lost.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::UserId;

use crate::{
    app::{
        App, Caller, Client, passkeys,
        second_factor::{self, ChallengeToken},
    },
    http::{
        cookie::Jar,
        extract::{Body, Path},
        gate::bearer,
        problem::Problem,
        site::Site,
        v3::auth::LoginResponse,
        wire::{
            passkey::{RequestOptions, ShownCredential},
            user::MessageResponse,
        },
    },
};

/// `POST /api/ui/v1/sign-in/passkey/options` begins a sign-in without a password.
pub(crate) async fn options(State(app): State<App>, Site(site): Site) -> Json<RequestOptions> {
    Json(RequestOptions::new(&site, passkeys::options(&app), "required"))
}

/// A passkey that a browser shows.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ShowRequest {
    credential: ShownCredential,
}

/// `POST /api/ui/v1/sign-in/passkey` signs somebody in.
pub(crate) async fn sign_in(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    site: Result<Site, Problem>,
    Body(request): Body<ShowRequest>,
) -> Result<Response, Problem> {
    let Site(site) = site?;
    let signed_in = passkeys::sign_in(&app, &client, site, request.credential.into()).await?;
    let body = LoginResponse { access_token: signed_in.access_token };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}

/// `POST /api/ui/v1/mfa/passkey/options` begins to give a passkey after the password. The token of the
/// sign-in is the bearer.
pub(crate) async fn second_step_options(
    State(app): State<App>,
    headers: HeaderMap,
    Site(site): Site,
) -> Result<Response, Problem> {
    let token = ChallengeToken::parse(bearer(&headers)?)?;
    let options = second_factor::passkey_options(&app, &token, &site).await?;
    Ok(Json(RequestOptions::new(&site, options, "preferred")).into_response())
}

/// What `POST /api/ui/v1/mfa/passkey` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SecondStepResponse {
    /// An access token for the organization.
    token: String,
}

/// `POST /api/ui/v1/mfa/passkey` gives a passkey after the password. The token of the sign-in is the bearer.
pub(crate) async fn second_step(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    headers: HeaderMap,
    site: Result<Site, Problem>,
    Body(request): Body<ShowRequest>,
) -> Result<Response, Problem> {
    let Site(site) = site?;
    let token = ChallengeToken::parse(bearer(&headers)?)?;
    let signed_in =
        second_factor::verify_passkey(&app, &client, token, site, request.credential.into()).await?;
    let body = SecondStepResponse { token: signed_in.access_token };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}

/// `DELETE /api/ui/v1/admin/users/{user}/second-factor` takes away what somebody lost.
pub(crate) async fn reset(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MessageResponse>, Problem> {
    second_factor::reset(&app, &caller, &UserId::new(id)).await?;
    Ok(Json(MessageResponse { message: "The second factor was removed, and the person is signed out" }))
}
