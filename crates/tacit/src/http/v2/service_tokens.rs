//! `/api/v2/service-token`, and the list of a project's tokens (wire-contract 15).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::ServiceTokenId;

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        error::Result,
        service_tokens::{self, LegacyKey, NewServiceToken, TokenPermission, TokenScope},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            place::{self, ProjectFields},
            service_token::{OwnServiceToken, ScopeRequest, ServiceTokenData},
            text::{Required, Trimmed},
        },
    },
};

/// A service token to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// The project.
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// What people call it, 1 to 255 characters.
    name: Required,
    /// Where it counts: 1 to 50 places.
    scopes: Vec<ScopeRequest>,
    /// What it may do there: `read`, `write` or both.
    permissions: Vec<Permission>,
    /// Seconds it is good for, 0 to 315360000; 0 and null are for ever.
    expires_in: Option<i64>,
    /// A key of older clients, encrypted by them; up to 1,024 characters, as are the next two.
    encrypted_key: Option<Trimmed>,
    /// Its nonce.
    iv: Option<Trimmed>,
    /// Its authentication tag.
    tag: Option<Trimmed>,
}

/// What a service token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Reading.
    Read,
    /// Making, changing and deleting.
    Write,
}

impl CreateRequest {
    fn token(self) -> Result<NewServiceToken> {
        let text = |text: Option<Trimmed>| text.map(|Trimmed(text)| text);
        Ok(NewServiceToken {
            name: self.name.0,
            scopes: scopes(self.scopes)?,
            permissions: permissions(&self.permissions),
            ttl_seconds: self.expires_in.unwrap_or(0),
            legacy: LegacyKey {
                encrypted_key: text(self.encrypted_key),
                iv: text(self.iv),
                tag: text(self.tag),
            },
        })
    }
}

fn scopes(requests: Vec<ScopeRequest>) -> Result<Vec<TokenScope>> {
    let one = |request: ScopeRequest| {
        TokenScope::parse(request.environment.0, request.secret_path.as_str())
            .map_err(|message| Error::form("scopes", message))
    };
    requests.into_iter().map(one).collect()
}

/// Each once, whatever was sent.
fn permissions(wanted: &[Permission]) -> Vec<TokenPermission> {
    [(Permission::Read, TokenPermission::Read), (Permission::Write, TokenPermission::Write)]
        .into_iter()
        .filter(|(wire, _)| wanted.contains(wire))
        .map(|(_, permission)| permission)
        .collect()
}

/// A service token, shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateResponse {
    /// The token.
    service_token: String,
    /// What is known of it ever after.
    service_token_data: ServiceTokenData,
}

/// What is known of a service token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTokenResponse {
    service_token_data: ServiceTokenData,
}

/// What is known of several service tokens.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTokensResponse {
    service_token_data: Vec<ServiceTokenData>,
}

/// `POST /api/v2/service-token` makes a service token.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(mut request): Body<CreateRequest>,
) -> Result<Json<CreateResponse>, Problem> {
    let project = place::project(std::mem::take(&mut request.project))?;
    let (token, row) = service_tokens::create(&app, &caller, project, request.token()?).await?;
    let service_token = token.as_str().to_owned();
    Ok(Json(CreateResponse { service_token, service_token_data: ServiceTokenData::new(row)? }))
}

/// `GET /api/v2/service-token` tells a token about itself.
pub(crate) async fn own(State(app): State<App>, caller: Caller) -> Result<Json<OwnServiceToken>, Problem> {
    let (row, maker) = service_tokens::own(&app, &caller).await?;
    Ok(Json(OwnServiceToken::new(row, maker)?))
}

/// `DELETE /api/v2/service-token/{service_token}` ends a token.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ServiceTokenId>,
) -> Result<Json<ServiceTokenResponse>, Problem> {
    let row = service_tokens::delete(&app, &caller, id).await?;
    Ok(Json(ServiceTokenResponse { service_token_data: ServiceTokenData::new(row)? }))
}

/// `GET …/{project}/service-token-data` lists the tokens of a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<ServiceTokensResponse>, Problem> {
    let rows = service_tokens::list(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    let service_token_data = rows.into_iter().map(ServiceTokenData::new).collect::<Result<_>>()?;
    Ok(Json(ServiceTokensResponse { service_token_data }))
}
