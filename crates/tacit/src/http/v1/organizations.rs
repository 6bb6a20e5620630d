//! `/api/v1/organization` (wire-contract 5.3, 6.1, 12.2).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_store::organizations::OrganizationRow;

use crate::{
    app::{
        App, Caller, Error, Patch,
        organizations::{self, Update},
        users,
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        v2::mfa::method,
        wire::{
            organization::{
                Member, MembersResponse, Membership, Organization, OrganizationName, OrganizationResponse,
            },
            text::Trimmed,
        },
    },
};

/// An organization of the caller.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnOrganization {
    #[serde(flatten)]
    organization: Organization,
    /// How its members must sign in; empty is any way.
    org_auth_method: &'static str,
    /// The slug of the caller's role there.
    user_role: String,
}

/// What `GET /api/v1/organization` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListResponse {
    organizations: Vec<OwnOrganization>,
}

/// `GET /api/v1/organization` lists the caller's organizations.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<ListResponse>, Problem> {
    let rows = users::list_organizations(&app, &caller).await?;
    let own = |(row, user_role): (OrganizationRow, String)| OwnOrganization {
        organization: row.into(),
        org_auth_method: "",
        user_role,
    };
    Ok(Json(ListResponse { organizations: rows.into_iter().map(own).collect() }))
}

/// An organization and those below it, of which there are none in this release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationTree {
    #[serde(flatten)]
    organization: OrganizationName,
    sub_organizations: Vec<OrganizationName>,
}

/// What `GET /api/v1/organization/accessible-with-sub-orgs` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TreeResponse {
    organizations: Vec<OrganizationTree>,
}

/// `GET /api/v1/organization/accessible-with-sub-orgs` lists the caller's organizations.
pub(crate) async fn list_trees(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<TreeResponse>, Problem> {
    let rows = users::list_organizations(&app, &caller).await?;
    let tree = |(row, _): (OrganizationRow, String)| OrganizationTree {
        organization: row.into(),
        sub_organizations: Vec::new(),
    };
    Ok(Json(TreeResponse { organizations: rows.into_iter().map(tree).collect() }))
}

/// `GET /api/v1/organization/{organization}` gets one.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let row = organizations::get(&app, &caller, &id).await?;
    Ok(Json(OrganizationResponse { organization: row.into() }))
}

/// What `PATCH /api/v1/organization/{organization}` takes. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub struct UpdateRequest {
    /// The name, 1 to 64 characters.
    name: Option<Trimmed>,
    /// The slug, 1 to 64 characters.
    slug: Option<Trimmed>,
    /// The role of people who are invited without one.
    default_membership_role_slug: Option<Trimmed>,
    /// Not in this release: only false.
    auth_enforced: Option<bool>,
    /// Not in this release: only false.
    scim_enabled: Option<bool>,
    /// Whether people need a second factor to enter.
    enforce_mfa: Option<bool>,
    /// Which one: `totp` or `webauthn`; null is any.
    selected_mfa_method: Patch<Trimmed>,
}

/// What `PATCH /api/v1/organization/{organization}` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpdateResponse {
    message: &'static str,
    organization: Organization,
}

/// `PATCH /api/v1/organization/{organization}` changes it.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Body<UpdateRequest>, Problem>,
) -> Result<Json<UpdateResponse>, Problem> {
    caller.organization_named(&id)?;
    let Body(request) = body?;
    // Somebody who believes that sign-in is enforced must hear that it is not.
    if [request.auth_enforced, request.scim_enabled].contains(&Some(true)) {
        return Err(Error::Invalid(
            "This release has no single sign-on and no provisioning to enforce".to_owned(),
        )
        .into());
    }
    let update = Update {
        name: request.name.map(|name| name.0),
        slug: request.slug.map(|slug| slug.0),
        default_membership_role: request.default_membership_role_slug.map(|role| role.0),
        requires_second_factor: request.enforce_mfa,
        second_factor_method: request.selected_mfa_method.try_map(|name| method(name.as_str()))?,
    };
    let row = organizations::update(&app, &caller, &id, update).await?;
    Ok(Json(UpdateResponse { message: "The organization was changed", organization: row.into() }))
}

/// What `GET /api/v1/organization/{organization}/permissions` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PermissionsResponse {
    membership: Membership,
    /// Packed rules (`decisions.md` 29).
    permissions: Vec<Value>,
}

/// `GET /api/v1/organization/{organization}/permissions` says what the caller may do there.
pub(crate) async fn permissions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PermissionsResponse>, Problem> {
    let (membership, access) = organizations::get_permissions(&app, &caller, &id).await?;
    Ok(Json(PermissionsResponse { membership: membership.into(), permissions: access.permissions.pack() }))
}

/// `GET /api/v1/organization/{organization}/users` lists its people.
pub(crate) async fn users(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MembersResponse>, Problem> {
    let rows = organizations::list_members(&app, &caller, &id).await?;
    Ok(Json(MembersResponse { users: rows.into_iter().map(|row| Member::new(&id, row)).collect() }))
}
