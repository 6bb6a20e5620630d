//! `/api/v2/organizations` (wire-contract 6.1).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::MembershipId;

use crate::{
    app::{
        App, Caller, organization_deletion,
        organization_members::{self, MemberChange},
        organizations,
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        v1::identities::{MetadataRequest, pairs},
        wire::{
            envelope::InMembership,
            organization::{Member, Membership, Organization, OrganizationResponse},
            text::Required,
        },
    },
};

/// What `POST /api/v2/organizations` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRequest {
    /// The name, 1 to 64 characters.
    name: Required,
}

/// `POST /api/v2/organizations` makes one with the caller as its admin.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let row = organizations::create(&app, &caller, &request.name.0).await?;
    Ok(Json(OrganizationResponse { organization: row.into() }))
}

/// What `DELETE /api/v2/organizations/{organization}` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResponse {
    organization: Organization,
    /// The access token of the session, for no organization any more.
    access_token: String,
}

/// `DELETE /api/v2/organizations/{organization}` deletes it with everything in it.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<String>,
) -> Result<Json<DeleteResponse>, Problem> {
    let (row, access_token) = organization_deletion::delete(&app, &caller, &organization).await?;
    Ok(Json(DeleteResponse { organization: row.into(), access_token }))
}

/// `GET /api/v2/organizations/{organization}/memberships/{membership}` reads one person's place.
pub(crate) async fn member(
    State(app): State<App>,
    caller: Caller,
    Path((organization, id)): Path<(String, MembershipId)>,
) -> Result<Json<InMembership<Member>>, Problem> {
    let member = organization_members::get(&app, &caller, &organization, &id).await?;
    Ok(Json(Member::new(&organization, member.row).described(member.metadata).into()))
}

/// `DELETE /api/v2/organizations/{organization}/memberships/{membership}` takes a person out.
pub(crate) async fn remove_member(
    State(app): State<App>,
    caller: Caller,
    Path((organization, id)): Path<(String, MembershipId)>,
) -> Result<Json<InMembership<Membership>>, Problem> {
    let row = organization_members::remove(&app, &caller, &organization, id).await?;
    Ok(Json(Membership::from(row).into()))
}

/// A change of a person's place. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRequest {
    /// The slug of their role.
    #[serde(default)]
    role: Option<Required>,
    /// Whether the place counts.
    #[serde(default)]
    is_active: Option<bool>,
    /// Up to 100 keys and values, instead of those that are there.
    #[serde(default)]
    metadata: Option<Vec<MetadataRequest>>,
}

/// `PATCH /api/v2/organizations/{organization}/memberships/{membership}` changes one person's place.
pub(crate) async fn update_member(
    State(app): State<App>,
    caller: Caller,
    Path((organization, id)): Path<(String, MembershipId)>,
    Body(request): Body<MemberRequest>,
) -> Result<Json<InMembership<Membership>>, Problem> {
    let change = MemberChange {
        role: request.role.map(|Required(role)| role),
        is_active: request.is_active,
        metadata: request.metadata.map(pairs),
    };
    let row = organization_members::update(&app, &caller, &organization, id, change).await?;
    Ok(Json(Membership::from(row).into()))
}
