//! `/api/v1/identities`: machine identities of an organization (wire-contract 10.1).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::{IdentityId, OrganizationId};

use crate::{
    app::{
        App, Caller,
        identities::{self, IdentityChange, NewIdentity},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            identity::{IdentityResponse, OrganizationMembership},
            text::{Required, Trimmed},
        },
    },
};

/// A new identity.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateIdentityRequest {
    /// 1 to 255 characters; several identities may have the same.
    name: Required,
    /// The organization of the token.
    organization_id: Trimmed,
    /// The slug of its role in the organization; `no-access` if absent.
    #[serde(default)]
    role: Option<Required>,
    /// Whether deleting it is refused.
    #[serde(default)]
    has_delete_protection: Option<bool>,
    /// Up to 100 keys and values.
    #[serde(default)]
    metadata: Option<Vec<MetadataRequest>>,
}

/// A change to an identity. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateIdentityRequest {
    /// 1 to 255 characters.
    #[serde(default)]
    name: Option<Required>,
    /// The slug of its role in the organization.
    #[serde(default)]
    role: Option<Required>,
    /// Whether deleting it is refused.
    #[serde(default)]
    has_delete_protection: Option<bool>,
    /// Keys and values, instead of those that are there.
    #[serde(default)]
    metadata: Option<Vec<MetadataRequest>>,
}

/// A key and a value.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MetadataRequest {
    /// 1 to 255 characters.
    key: Trimmed,
    /// Up to 1024 characters.
    value: Trimmed,
}

/// One identity and its place in the organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentityMembershipResponse {
    identity: OrganizationMembership,
}

/// Where the identity that asks belongs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityDetailsResponse {
    identity_details: IdentityDetails,
}

#[derive(Debug, Serialize, JsonSchema)]
struct IdentityDetails {
    organization: IdentityOrganization,
}

#[derive(Debug, Serialize, JsonSchema)]
struct IdentityOrganization {
    id: OrganizationId,
    name: String,
    slug: String,
}

/// Keys and values, as use cases take them.
pub(crate) fn pairs(metadata: Vec<MetadataRequest>) -> Vec<(String, String)> {
    metadata.into_iter().map(|pair| (pair.key.0, pair.value.0)).collect()
}

/// `POST /api/v1/identities` makes an identity.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateIdentityRequest>,
) -> Result<Json<IdentityResponse>, Problem> {
    let new = NewIdentity {
        name: request.name.0,
        role: request.role.map_or_else(|| "no-access".to_owned(), |role| role.0),
        has_delete_protection: request.has_delete_protection.unwrap_or(false),
        metadata: pairs(request.metadata.unwrap_or_default()),
    };
    let identity = identities::create(&app, &caller, request.organization_id.as_str(), new).await?;
    Ok(Json(identity.into()))
}

/// `GET /api/v1/identities/{identity}` shows an identity and its place in the organization.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<IdentityMembershipResponse>, Problem> {
    let identity = identities::get(&app, &caller, &id).await?;
    Ok(Json(IdentityMembershipResponse { identity: OrganizationMembership::of(identity)? }))
}

/// `PATCH /api/v1/identities/{identity}` changes an identity.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<UpdateIdentityRequest>,
) -> Result<Json<IdentityResponse>, Problem> {
    let change = IdentityChange {
        name: request.name.map(|name| name.0),
        role: request.role.map(|role| role.0),
        has_delete_protection: request.has_delete_protection,
        metadata: request.metadata.map(pairs),
    };
    Ok(Json(identities::update(&app, &caller, &id, change).await?.into()))
}

/// `DELETE /api/v1/identities/{identity}` deletes an identity and ends its tokens.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<IdentityResponse>, Problem> {
    Ok(Json(identities::delete(&app, &caller, &id).await?.into()))
}

/// `GET /api/v1/identities/details` shows the organization of the identity that asks.
pub(crate) async fn details(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<IdentityDetailsResponse>, Problem> {
    let row = identities::details(&app, &caller).await?;
    let organization = IdentityOrganization { id: row.id, name: row.name, slug: row.slug };
    Ok(Json(IdentityDetailsResponse { identity_details: IdentityDetails { organization } }))
}
