//! `/api/v3/auth`: signing in (wire-contract 5.1 to 5.4).

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::OrganizationId;

use crate::{
    app::{
        App, Caller, Client, Error,
        passwords::Password,
        second_factor::Method,
        sign_in::{self, Selected},
    },
    http::{cookie::Jar, extract::Body, problem::Problem, wire::text::Required},
};

/// What `POST /api/v3/auth/login` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LoginRequest {
    /// The e-mail, in any case.
    email: Required,
    /// The password.
    password: Password,
}

/// What `POST /api/v3/auth/login` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginResponse {
    /// An access token that is for no organization yet.
    pub(crate) access_token: String,
}

/// `POST /api/v3/auth/login` signs somebody in.
pub(crate) async fn login(
    State(app): State<App>,
    client: Client,
    jar: Jar,
    Body(request): Body<LoginRequest>,
) -> Result<Response, Problem> {
    let signed_in = sign_in::login(&app, &client, &request.email.0, &request.password).await?;
    let body = LoginResponse { access_token: signed_in.access_token };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}

/// `POST /api/v3/auth/login1` and `login2` are of old clients, which prove the password without
/// sending it; this server never had what that needs.
pub(crate) async fn login_of_old() -> Problem {
    Problem(Error::Invalid("This way of signing in is not supported: use /api/v3/auth/login".to_owned()))
}

/// What `POST /api/v3/auth/select-organization` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelectRequest {
    /// The organization.
    organization_id: Required,
}

/// What `POST /api/v3/auth/select-organization` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelectResponse {
    /// An access token for the organization, or the token of the second factor that is asked for.
    token: String,
    /// Whether a second factor is asked for.
    is_mfa_enabled: bool,
    /// Which one is asked for first: `totp` or `webauthn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_method: Option<&'static str>,
    /// All that count, that one in front.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mfa_methods: Vec<&'static str>,
}

/// `POST /api/v3/auth/select-organization` chooses the organization of the session.
pub(crate) async fn select_organization(
    State(app): State<App>,
    caller: Caller,
    jar: Jar,
    Body(request): Body<SelectRequest>,
) -> Result<Response, Problem> {
    let id = OrganizationId::new(request.organization_id.0);
    match sign_in::select_organization(&app, &caller, &id).await? {
        Selected::SignedIn(signed_in) => {
            let body = SelectResponse {
                token: signed_in.access_token,
                is_mfa_enabled: false,
                mfa_method: None,
                mfa_methods: Vec::new(),
            };
            Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
        }
        Selected::SecondFactor { token, methods } => {
            let methods: Vec<_> = methods.into_iter().map(Method::as_str).collect();
            let body = SelectResponse {
                token: token.text(),
                is_mfa_enabled: true,
                mfa_method: methods.first().copied(),
                mfa_methods: methods,
            };
            Ok(jar.answer(None, body))
        }
    }
}
