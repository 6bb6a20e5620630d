//! Roles of projects and organizations (wire-contract 12.2).

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1::{organization_roles as organization, project_roles as project},
    wire::{
        envelope::{InData, InRole, InRoles},
        role::{NewRoleRequest, Role, RoleChangeRequest},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [projects(), workspace_v2(), workspace_v1(), organizations(), organizations_named()]
        .into_iter()
        .flatten()
        .collect()
}

fn projects() -> Vec<Route> {
    vec![
        list("/api/v1/projects/{project}/roles"),
        create("/api/v1/projects/{project}/roles"),
        by_slug("/api/v1/projects/{project}/roles/slug/{slug}"),
        update("/api/v1/projects/{project}/roles/{role}"),
        remove("/api/v1/projects/{project}/roles/{role}"),
        get("/api/v1/projects/roles/{role}", Caller, project::get_by_id)
            .summary("Reads a custom role of a project by its id alone")
            .event("get-project-role")
            .answer::<InRole<Role>>(),
    ]
}

fn workspace_v2() -> Vec<Route> {
    vec![
        list("/api/v2/workspace/{project}/roles"),
        create("/api/v2/workspace/{project}/roles"),
        by_slug("/api/v2/workspace/{project}/roles/slug/{slug}"),
        update("/api/v2/workspace/{project}/roles/{role}"),
        remove("/api/v2/workspace/{project}/roles/{role}"),
    ]
}

fn workspace_v1() -> Vec<Route> {
    vec![
        list("/api/v1/workspace/{project}/roles"),
        create("/api/v1/workspace/{project}/roles"),
        by_slug("/api/v1/workspace/{project}/roles/slug/{slug}"),
        update("/api/v1/workspace/{project}/roles/{role}"),
        remove("/api/v1/workspace/{project}/roles/{role}"),
    ]
}

fn organizations() -> Vec<Route> {
    vec![
        get("/api/v1/organization/roles", Caller, organization::list)
            .summary("Lists the roles of the caller's organization")
            .event("get-organization-roles")
            .answer::<InRoles<Vec<organization::Role>>>(),
        post("/api/v1/organization/roles", Caller, organization::create)
            .summary("Makes a role of the caller's organization")
            .event("create-organization-role")
            .body::<NewRoleRequest>()
            .answer::<InRole<organization::Role>>(),
        get("/api/v1/organization/roles/slug/{slug}", Caller, organization::get_by_slug)
            .summary("Reads a role of the caller's organization by its slug")
            .event("get-organization-role")
            .answer::<InRole<organization::Role>>(),
        get("/api/v1/organization/roles/{role}", Caller, organization::get)
            .summary("Reads a role of the caller's organization")
            .event("get-organization-role")
            .answer::<InRole<organization::Role>>(),
        patch("/api/v1/organization/roles/{role}", Caller, organization::update)
            .summary("Changes a role of the caller's organization")
            .event("update-organization-role")
            .body::<RoleChangeRequest>()
            .answer::<InRole<organization::Role>>(),
        delete("/api/v1/organization/roles/{role}", Caller, organization::delete)
            .summary("Deletes a role of the caller's organization that nobody has")
            .event("delete-organization-role")
            .answer::<InRole<organization::Role>>(),
    ]
}

fn organizations_named() -> Vec<Route> {
    vec![
        get("/api/v1/organization/{organization}/roles", Caller, organization::list_packed)
            .summary("Lists the roles of the organization, built-in ones with packed rules")
            .event("get-organization-roles")
            .answer::<InData<InRoles<Vec<organization::Role>>>>(),
        post("/api/v1/organization/{organization}/roles", Caller, organization::create_named)
            .summary("Makes a role of the organization")
            .event("create-organization-role")
            .body::<NewRoleRequest>()
            .answer::<InRole<organization::Role>>(),
        get("/api/v1/organization/{organization}/roles/{role}", Caller, organization::get_named)
            .summary("Reads a role of the organization")
            .event("get-organization-role")
            .answer::<InRole<organization::Role>>(),
        patch("/api/v1/organization/{organization}/roles/{role}", Caller, organization::update_named)
            .summary("Changes a role of the organization")
            .event("update-organization-role")
            .body::<RoleChangeRequest>()
            .answer::<InRole<organization::Role>>(),
        delete("/api/v1/organization/{organization}/roles/{role}", Caller, organization::delete_named)
            .summary("Deletes a role of the organization that nobody has")
            .event("delete-organization-role")
            .answer::<InRole<organization::Role>>(),
    ]
}

fn list(path: &'static str) -> Route {
    get(path, Caller, project::list)
        .summary("Lists the roles of a project")
        .event("get-project-roles")
        .answer::<InRoles<Vec<Role>>>()
}

fn create(path: &'static str) -> Route {
    post(path, Caller, project::create)
        .summary("Makes a role of a project")
        .event("create-project-role")
        .body::<NewRoleRequest>()
        .answer::<InRole<Role>>()
}

fn by_slug(path: &'static str) -> Route {
    get(path, Caller, project::get_by_slug)
        .summary("Reads a role of a project")
        .event("get-project-role")
        .answer::<InRole<Role>>()
}

fn update(path: &'static str) -> Route {
    patch(path, Caller, project::update)
        .summary("Changes a role of a project")
        .event("update-project-role")
        .body::<RoleChangeRequest>()
        .answer::<InRole<Role>>()
}

fn remove(path: &'static str) -> Route {
    delete(path, Caller, project::delete)
        .summary("Deletes a role of a project that nobody has")
        .event("delete-project-role")
        .answer::<InRole<Role>>()
}
