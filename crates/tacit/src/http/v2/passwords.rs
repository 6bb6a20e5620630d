//! `/api/v2/password`: the caller's password (wire-contract 5.10).

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::{App, Caller, passwords::Password, users},
    http::{cookie::Jar, extract::Body, problem::Problem, wire::user::MessageResponse},
};

/// What the change of a password takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRequest {
    /// The password in force.
    old_password: Password,
    /// The new one, at least 8 characters.
    new_password: Password,
}

/// `POST /api/v2/password/user/password-reset` changes the caller's password. All other sessions
/// end; this one goes on, with a new cookie.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    jar: Jar,
    Body(request): Body<ChangeRequest>,
) -> Result<Response, Problem> {
    let token = users::change_password(&app, &caller, &request.old_password, &request.new_password).await?;
    let message = "The password was changed, and all other sessions have ended";
    Ok(jar.answer(Some(&token), MessageResponse { message }))
}
