//! `/api/ui/v1/me/preferences`: how a person likes the dashboard.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    app::{App, Caller, preferences},
    http::{extract::Body, problem::Problem},
};

/// How a person likes the dashboard.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Preferences {
    /// Any JSON object up to 16 KiB.
    preferences: Map<String, Value>,
}

/// `GET /api/ui/v1/me/preferences` returns the caller's preferences.
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<Json<Preferences>, Problem> {
    Ok(Json(Preferences { preferences: preferences::get(&app, &caller).await? }))
}

/// `PUT /api/ui/v1/me/preferences` replaces them.
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<Preferences>,
) -> Result<Json<Preferences>, Problem> {
    Ok(Json(Preferences { preferences: preferences::put(&app, &caller, request.preferences).await? }))
}
