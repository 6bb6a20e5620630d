//! `/api/v1/auth`: the session of a person (wire-contract 5.7 to 5.9).

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::id::OrganizationId;

use crate::{
    app::{App, Caller, Client, Error, authentication, sign_in},
    http::{
        cookie::{self, Jar},
        gate::bearer,
        problem::Problem,
        wire::user::MessageResponse,
    },
};

/// What `POST /api/v1/auth/token` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefreshResponse {
    /// A new access token.
    token: String,
    /// The organization it is for, if one was selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<OrganizationId>,
}

/// `POST /api/v1/auth/token` makes a new access token from the cookie.
pub(crate) async fn refresh(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let token = cookie::read(&headers)
        .ok_or_else(|| Error::NotFound("There is no session in the request's cookie".to_owned()))?;
    match sign_in::refresh(&app, &client, &token).await {
        Ok(signed_in) => {
            let body =
                RefreshResponse { token: signed_in.access_token, organization_id: signed_in.organization_id };
            Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
        }
        Err(error @ Error::Unauthenticated(_)) => Ok(jar.clear(Problem(error))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /api/v1/auth/checkAuth` confirms that the token is in force.
pub(crate) async fn check(State(app): State<App>, caller: Caller) -> Result<Json<MessageResponse>, Problem> {
    sign_in::check(&app, &caller)?;
    Ok(Json(MessageResponse { message: "Authenticated" }))
}

/// `POST /api/v1/auth/logout` ends the session of the token and of the cookie. A token or cookie
/// that has ended is as good as signed out.
pub(crate) async fn logout(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Ok(token) = bearer(&headers)
        && let Ok(caller) = authentication::authenticate(&app, token, client.clone()).await
        && caller.user_id().is_some()
    {
        sign_in::sign_out(&app, &caller).await?;
    }
    if let Some(token) = cookie::read(&headers) {
        sign_in::sign_out_by_cookie(&app, &client, &token).await?;
    }
    let body = MessageResponse { message: "Successfully logged out" };
    Ok(jar.clear(Json(body).into_response()))
}
