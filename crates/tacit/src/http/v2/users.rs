//! `/api/v2/users/me`: the caller's own account (wire-contract 5.11).

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::SessionId;

use crate::{
    app::{App, Caller, user_deletion, users},
    http::{
        cookie::Jar,
        extract::{Body, Path},
        problem::Problem,
        wire::{
            organization::Organization,
            text::Required,
            user::{MessageResponse, Session, User, UserResponse},
        },
    },
};

/// `GET /api/v2/users/me` and `GET /api/v1/user` get the caller.
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<Json<UserResponse>, Problem> {
    let profile = users::get(&app, &caller).await?;
    Ok(Json(UserResponse { user: profile.into() }))
}

/// `DELETE /api/v2/users/me` deletes the caller's account.
pub(crate) async fn delete(State(app): State<App>, caller: Caller, jar: Jar) -> Result<Response, Problem> {
    let row = user_deletion::delete_own(&app, &caller).await?;
    Ok(jar.clear(Json(UserResponse { user: User::from(row) })))
}

/// What `PATCH /api/v2/users/me/name` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameRequest {
    /// The first name.
    first_name: Required,
    /// The last name; may be empty.
    #[serde(default)]
    last_name: Option<String>,
}

/// `PATCH /api/v2/users/me/name` changes the caller's name.
pub(crate) async fn update_name(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NameRequest>,
) -> Result<Json<UserResponse>, Problem> {
    let last = request.last_name.unwrap_or_default();
    let profile = users::update_name(&app, &caller, &request.first_name.0, &last).await?;
    Ok(Json(UserResponse { user: profile.into() }))
}

/// `GET /api/v2/users/me/sessions` lists where the caller is signed in.
pub(crate) async fn sessions(State(app): State<App>, caller: Caller) -> Result<Json<Vec<Session>>, Problem> {
    let rows = users::list_sessions(&app, &caller).await?;
    Ok(Json(rows.into_iter().map(Session::from).collect()))
}

/// `DELETE /api/v2/users/me/sessions` signs the caller out everywhere.
pub(crate) async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
    jar: Jar,
) -> Result<Response, Problem> {
    users::end_sessions(&app, &caller).await?;
    Ok(jar.clear(Json(MessageResponse { message: "You are signed out everywhere" })))
}

/// `DELETE /api/v2/users/me/sessions/{session}` ends one session.
pub(crate) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    Path(session): Path<String>,
) -> Result<Json<MessageResponse>, Problem> {
    users::end_session(&app, &caller, &SessionId::new(session)).await?;
    Ok(Json(MessageResponse { message: "The session has ended" }))
}

/// What `GET /api/v2/users/me/organizations` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationsResponse {
    organizations: Vec<Organization>,
}

/// `GET /api/v2/users/me/organizations` lists the caller's organizations.
pub(crate) async fn organizations(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<OrganizationsResponse>, Problem> {
    let rows = users::list_organizations(&app, &caller).await?;
    Ok(Json(OrganizationsResponse { organizations: rows.into_iter().map(|(row, _)| row.into()).collect() }))
}
