//! `/api/v3/signup`: the accounts of invited people (wire-contract 5.10).

use axum::{
    extract::State,
    http::{HeaderMap, header::AUTHORIZATION},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::OrganizationId;

use crate::{
    app::{
        App, Client,
        invitations::{self, NewPerson},
        passwords::Password,
    },
    http::{
        cookie::Jar,
        extract::Body,
        problem::Problem,
        wire::{text::Required, user::User},
    },
};

/// What `POST /api/v3/signup/complete-account/invite` takes, beside the token of the invitation as Bearer.
/// The keys that old web pages send are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompleteRequest {
    /// The e-mail of the invitation.
    email: Required,
    /// At least 8 characters.
    password: Password,
    /// Their first name.
    first_name: Required,
    /// Their last name.
    #[serde(default)]
    last_name: Option<String>,
}

/// What `POST /api/v3/signup/complete-account/invite` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompleteResponse {
    message: &'static str,
    user: User,
    /// The access token, for the organization unless that asks for a second factor first.
    token: String,
    organization_id: OrganizationId,
}

/// `POST /api/v3/signup/complete-account/invite` makes the account of an invited person and signs them in.
pub(crate) async fn complete_invited(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    jar: Jar,
    Body(request): Body<CompleteRequest>,
) -> Result<Response, Problem> {
    let person = NewPerson {
        email: request.email.0,
        password: request.password,
        first_name: request.first_name.0,
        last_name: request.last_name.unwrap_or_default(),
    };
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let code = header.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or("");
    let joined = invitations::complete(&app, &client, code.trim(), person).await?;
    let body = CompleteResponse {
        message: "Welcome",
        user: joined.user.into(),
        token: joined.signed_in.access_token,
        organization_id: joined.organization_id,
    };
    Ok(jar.answer(joined.signed_in.refresh_token.as_ref(), body))
}
