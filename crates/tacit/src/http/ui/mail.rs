//! `/api/ui/v1/mail`: whether mails arrive.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    app::{App, Caller, mail},
    http::problem::Problem,
};

/// What `POST /api/ui/v1/mail/test` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TestResponse {
    /// To where the mail went.
    email: String,
}

/// `POST /api/ui/v1/mail/test` sends a mail to the caller at once.
pub(crate) async fn test(State(app): State<App>, caller: Caller) -> Result<Json<TestResponse>, Problem> {
    Ok(Json(TestResponse { email: mail::send_test(&app, &caller).await? }))
}
