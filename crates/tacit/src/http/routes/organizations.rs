//! Organizations, their members, and their projects from above.

use crate::http::{
    route::{
        Access::{Caller, User, UserWithoutOrganization},
        Route, delete, get, patch, post,
    },
    v1::{organization_admin, organizations},
    v2,
    wire::{
        envelope::InMembership,
        organization::{Member, MembersResponse, Membership, OrganizationResponse},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut all = own();
    all.extend(inside());
    all
}

fn own() -> Vec<Route> {
    vec![
        get("/api/v1/organization", UserWithoutOrganization, organizations::list)
            .summary("Lists the caller's organizations")
            .event("get-organizations")
            .answer::<organizations::ListResponse>(),
        get(
            "/api/v1/organization/accessible-with-sub-orgs",
            UserWithoutOrganization,
            organizations::list_trees,
        )
        .summary("Lists the caller's organizations with those below them")
        .event("get-organizations")
        .answer::<organizations::TreeResponse>(),
        post("/api/v2/organizations", User, v2::organizations::create)
            .summary("Makes an organization with the caller as its admin")
            .event("create-organization")
            .body::<v2::organizations::CreateRequest>()
            .answer::<OrganizationResponse>(),
    ]
}

fn inside() -> Vec<Route> {
    vec![
        get("/api/v1/organization/{organization}", Caller, organizations::get)
            .summary("Gets the caller's organization")
            .event("get-organization")
            .answer::<OrganizationResponse>(),
        patch("/api/v1/organization/{organization}", Caller, organizations::update)
            .summary("Changes name, slug or default role of the organization")
            .event("update-organization")
            .body::<organizations::UpdateRequest>()
            .answer::<organizations::UpdateResponse>(),
        delete("/api/v2/organizations/{organization}", User, v2::organizations::delete)
            .summary("Deletes the organization with everything in it")
            .event("delete-organization")
            .answer::<v2::organizations::DeleteResponse>(),
        get("/api/v1/organization/{organization}/permissions", User, organizations::permissions)
            .summary("Says what the caller may do in the organization")
            .event("get-organization-permissions")
            .answer::<organizations::PermissionsResponse>(),
        get("/api/v1/organization/{organization}/users", Caller, organizations::users)
            .summary("Lists the people in the organization")
            .event("get-organization-members")
            .answer::<MembersResponse>(),
        get("/api/v2/organizations/{organization}/memberships", Caller, organizations::users)
            .summary("Lists the people in the organization")
            .event("get-organization-members")
            .answer::<MembersResponse>(),
        get(
            "/api/v2/organizations/{organization}/memberships/{membership}",
            Caller,
            v2::organizations::member,
        )
        .summary("Reads the place of a person in the organization")
        .event("get-organization-membership")
        .answer::<InMembership<Member>>(),
        patch(
            "/api/v2/organizations/{organization}/memberships/{membership}",
            Caller,
            v2::organizations::update_member,
        )
        .summary("Gives a person another role in the organization")
        .event("update-organization-membership")
        .body::<v2::organizations::MemberRequest>()
        .answer::<InMembership<Membership>>(),
        delete(
            "/api/v2/organizations/{organization}/memberships/{membership}",
            Caller,
            v2::organizations::remove_member,
        )
        .summary("Takes a person out of the organization, of its groups and its projects")
        .event("delete-organization-membership")
        .answer::<InMembership<Membership>>(),
        post(
            "/api/v1/organization-admin/projects/{project}/grant-admin-access",
            Caller,
            organization_admin::grant_admin_access,
        )
        .summary("Makes the caller an admin of a project of the organization")
        .event("grant-project-admin-access")
        .answer::<organization_admin::GrantResponse>(),
    ]
}
