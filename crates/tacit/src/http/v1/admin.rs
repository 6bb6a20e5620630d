//! `/api/v1/admin`: setting the instance up (wire-contract 4.1, 4.2).

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{IdentityId, UserId};
use tacit_store::users::UserRow;

use crate::{
    app::{
        App, Client,
        bootstrap::{self, Entry, FirstUser, Machine},
        passwords::Password,
    },
    http::{
        cookie::Jar,
        extract::Body,
        problem::Problem,
        wire::{
            organization::{Organization, OrganizationName},
            text::Required,
            user::User,
        },
    },
};

/// The organization of a sign-up that names none.
const ORGANIZATION: &str = "My organization";

/// The name of a first user who was not asked for one: old clients want some text there
/// (wire-contract 19.1).
const FIRST_NAME: &str = "Admin";
const LAST_NAME: &str = "User";

/// What `POST /api/v1/admin/bootstrap` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BootstrapRequest {
    /// The e-mail of the instance's administrator.
    email: Required,
    /// At least 8 characters.
    password: Password,
    /// The name of the first organization.
    organization: Required,
}

/// What `POST /api/v1/admin/bootstrap` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BootstrapResponse {
    message: &'static str,
    user: BootstrapUser,
    organization: OrganizationName,
    identity: BootstrapIdentity,
}

/// The instance's administrator.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BootstrapUser {
    id: UserId,
    username: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    super_admin: bool,
}

/// The machine identity that may do what the administrator may.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BootstrapIdentity {
    id: IdentityId,
    name: String,
    credentials: BootstrapCredentials,
}

/// The identity's token.
#[derive(Serialize, JsonSchema)]
struct BootstrapCredentials {
    /// Never ends by itself, and is shown once.
    token: String,
}

/// Prints no token.
impl std::fmt::Debug for BootstrapCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BootstrapCredentials(..)")
    }
}

impl From<UserRow> for BootstrapUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.email.clone(),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            super_admin: row.is_instance_admin,
        }
    }
}

impl From<Machine> for BootstrapIdentity {
    fn from(machine: Machine) -> Self {
        Self {
            id: machine.identity.id,
            name: machine.identity.name,
            credentials: BootstrapCredentials { token: machine.token },
        }
    }
}

/// `POST /api/v1/admin/bootstrap` sets the instance up for scripts.
pub(crate) async fn bootstrap(
    State(app): State<App>,
    client: Client,
    entry: Entry,
    body: Result<Body<BootstrapRequest>, Problem>,
) -> Result<Json<BootstrapResponse>, Problem> {
    let admission = bootstrap::admit(&app, client, &entry).await?;
    let Body(request) = body?;
    let first = FirstUser {
        email: request.email.0,
        password: request.password,
        first_name: FIRST_NAME.to_owned(),
        last_name: LAST_NAME.to_owned(),
        organization: request.organization.0,
    };
    let (founded, machine) = bootstrap::bootstrap(&app, admission, first).await?;
    Ok(Json(BootstrapResponse {
        message: "The instance is set up",
        user: founded.user.into(),
        organization: founded.organization.into(),
        identity: machine.into(),
    }))
}

/// What `POST /api/v1/admin/signup` takes. The keys that old web pages send are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignUpRequest {
    /// The e-mail of the instance's administrator.
    email: Required,
    /// At least 8 characters.
    password: Password,
    /// Their first name.
    first_name: Required,
    /// Their last name.
    #[serde(default)]
    last_name: Option<String>,
    /// The name of the first organization.
    #[serde(default)]
    organization: Option<String>,
}

/// What `POST /api/v1/admin/signup` answers, beside the cookie.
#[derive(Serialize, JsonSchema)]
pub struct SignUpResponse {
    message: &'static str,
    user: User,
    organization: Organization,
    /// The access token, for the new organization.
    token: String,
    /// Always empty.
    new: &'static str,
}

/// `POST /api/v1/admin/signup` sets the instance up from a web page and signs it in.
pub(crate) async fn sign_up(
    State(app): State<App>,
    client: Client,
    entry: Entry,
    jar: Jar,
    body: Result<Body<SignUpRequest>, Problem>,
) -> Result<Response, Problem> {
    let admission = bootstrap::admit(&app, client, &entry).await?;
    let Body(request) = body?;
    let first = FirstUser {
        email: request.email.0,
        password: request.password,
        first_name: request.first_name.0,
        last_name: request.last_name.unwrap_or_default(),
        organization: request.organization.unwrap_or_else(|| ORGANIZATION.to_owned()),
    };
    let (founded, signed_in) = bootstrap::sign_up(&app, admission, first).await?;
    let body = SignUpResponse {
        message: "The instance is set up",
        user: founded.user.into(),
        organization: founded.organization.into(),
        token: signed_in.access_token,
        new: "",
    };
    Ok(jar.answer(signed_in.refresh_token.as_ref(), body))
}
