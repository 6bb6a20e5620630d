//! Groups, and groups in projects (wire-contract 11).

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1::{groups, identity_memberships, project_groups},
    wire::{
        envelope::{InGroupMembership, InGroupMemberships, InGroups, InRoles},
        group::{Group, GroupMembership, GroupMembershipRow, GroupUser},
        role::MemberRoleRow,
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [
        own(),
        members(),
        in_projects("/api/v1/projects/{project}/groups", "/api/v1/projects/{project}/groups/{group}"),
        in_projects("/api/v2/workspace/{project}/groups", "/api/v2/workspace/{project}/groups/{group}"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn own() -> Vec<Route> {
    vec![
        get("/api/v1/groups", Caller, groups::list)
            .summary("Lists the groups of the organization")
            .event("get-groups")
            .answer::<Vec<Group>>(),
        get("/api/v1/organization/{organization}/groups", Caller, groups::list_of_organization)
            .summary("Lists the groups of the organization")
            .event("get-groups")
            .answer::<InGroups<Vec<Group>>>(),
        post("/api/v1/groups", Caller, groups::create)
            .summary("Makes a group")
            .event("create-group")
            .body::<groups::CreateRequest>()
            .answer::<Group>(),
        get("/api/v1/groups/{group}", Caller, groups::get)
            .summary("Reads a group")
            .event("get-group")
            .answer::<Group>(),
        patch("/api/v1/groups/{group}", Caller, groups::update)
            .summary("Changes a group")
            .event("update-group")
            .body::<groups::UpdateRequest>()
            .answer::<Group>(),
        delete("/api/v1/groups/{group}", Caller, groups::delete)
            .summary("Deletes a group, and with it what its members had by it")
            .event("delete-group")
            .answer::<Group>(),
    ]
}

fn members() -> Vec<Route> {
    vec![
        get("/api/v1/groups/{group}/users", Caller, groups::list_users)
            .summary("Lists people and whether they are in a group")
            .event("get-group-users")
            .query::<groups::MembersQuery>()
            .answer::<groups::UsersResponse>(),
        post("/api/v1/groups/{group}/users/{username}", Caller, groups::add_user)
            .summary("Puts a person into a group")
            .event("add-user-to-group")
            .answer::<GroupUser>(),
        delete("/api/v1/groups/{group}/users/{username}", Caller, groups::remove_user)
            .summary("Takes a person out of a group")
            .event("remove-user-from-group")
            .answer::<GroupUser>(),
        get("/api/v1/groups/{group}/machine-identities", Caller, groups::list_identities)
            .summary("Lists identities and whether they are in a group")
            .event("get-group-identities")
            .query::<groups::MembersQuery>()
            .answer::<groups::IdentitiesResponse>(),
        post("/api/v1/groups/{group}/machine-identities/{identity}", Caller, groups::add_identity)
            .summary("Puts an identity into a group")
            .event("add-identity-to-group")
            .answer::<groups::NamedIdentity>(),
        delete("/api/v1/groups/{group}/machine-identities/{identity}", Caller, groups::remove_identity)
            .summary("Takes an identity out of a group")
            .event("remove-identity-from-group")
            .answer::<groups::NamedIdentity>(),
    ]
}

fn in_projects(all: &'static str, one: &'static str) -> Vec<Route> {
    vec![
        get(all, Caller, project_groups::list)
            .summary("Lists the groups in a project")
            .event("get-project-groups")
            .answer::<InGroupMemberships<Vec<GroupMembership>>>(),
        get(one, Caller, project_groups::get)
            .summary("Reads a group in a project")
            .event("get-project-group")
            .answer::<InGroupMembership<GroupMembership>>(),
        post(one, Caller, project_groups::add)
            .summary("Adds a group to a project")
            .event("add-group-to-project")
            .body::<identity_memberships::AddRequest>()
            .answer::<InGroupMembership<GroupMembershipRow>>(),
        patch(one, Caller, project_groups::update)
            .summary("Gives a group other roles in a project")
            .event("update-group-project-roles")
            .body::<identity_memberships::RolesRequest>()
            .answer::<InRoles<Vec<MemberRoleRow>>>(),
        delete(one, Caller, project_groups::remove)
            .summary("Takes a group out of a project")
            .event("remove-group-from-project")
            .answer::<InGroupMembership<GroupMembershipRow>>(),
    ]
}
