//! Groups in projects (wire-contract 11).

use axum::{Json, extract::State};

use super::identity_memberships::{AddRequest, RolesRequest};
use crate::{
    app::{App, Caller, access::ProjectName, memberships::groups},
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            envelope::{InGroupMembership, InGroupMemberships, InRoles},
            group::{GroupMembership, GroupMembershipRow},
            role::{MemberRoleRow, grants},
        },
    },
};

/// `GET …/groups` lists the groups in a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
) -> Result<Json<InGroupMemberships<Vec<GroupMembership>>>, Problem> {
    let members = groups::list(&app, &caller, &ProjectName::IdOrSlug(project)).await?;
    Ok(Json(members.into_iter().map(GroupMembership::from).collect::<Vec<_>>().into()))
}

/// `GET …/groups/{group}` reads one group in a project.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((project, group)): Path<(String, String)>,
) -> Result<Json<InGroupMembership<GroupMembership>>, Problem> {
    let member = groups::get(&app, &caller, &ProjectName::IdOrSlug(project), &group).await?;
    Ok(Json(GroupMembership::from(member).into()))
}

/// `POST …/groups/{group}` adds a group to a project.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path((project, group)): Path<(String, String)>,
    Body(request): Body<AddRequest>,
) -> Result<Json<InGroupMembership<GroupMembershipRow>>, Problem> {
    let row = groups::add(&app, &caller, ProjectName::IdOrSlug(project), group, request.grants()?).await?;
    Ok(Json(GroupMembershipRow::from(row).into()))
}

/// `PATCH …/groups/{group}` gives a group other roles.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((project, group)): Path<(String, String)>,
    Body(request): Body<RolesRequest>,
) -> Result<Json<InRoles<Vec<MemberRoleRow>>>, Problem> {
    let grants = grants(request.roles)?;
    let roles = groups::update(&app, &caller, ProjectName::IdOrSlug(project), group, grants).await?;
    Ok(Json(roles.into_iter().map(MemberRoleRow::from).collect::<Vec<_>>().into()))
}

/// `DELETE …/groups/{group}` takes a group out of a project.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((project, group)): Path<(String, String)>,
) -> Result<Json<InGroupMembership<GroupMembershipRow>>, Problem> {
    let row = groups::remove(&app, &caller, ProjectName::IdOrSlug(project), group).await?;
    Ok(Json(GroupMembershipRow::from(row).into()))
}
