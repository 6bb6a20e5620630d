//! People and machine identities in projects (wire-contract 10.8, 11).

use crate::http::{
    route::{Access::Caller, Answer, Route, delete, get, patch, post},
    v1::{identity_memberships as identities, memberships as users},
    wire::{
        envelope::{InIdentityMembership, InMembership, InMemberships, InRoles, InUsers},
        membership::{IdentityMembership, IdentityMembershipRow, UserMembership, UserMembershipRow},
        role::MemberRoleRow,
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [identities_current(), identities_legacy(), users_current(), users_legacy()]
        .into_iter()
        .flatten()
        .collect()
}

fn identities_current() -> Vec<Route> {
    vec![
        get("/api/v1/projects/{project}/memberships/identities", Caller, identities::list)
            .summary("Lists the identities in a project")
            .event("get-project-identities")
            .query::<identities::ListQuery>()
            .answer::<identities::ListResponse>(),
        add_identity("/api/v1/projects/{project}/memberships/identities/{identity}"),
        read_identity("/api/v1/projects/{project}/memberships/identities/{identity}"),
        patch("/api/v1/projects/{project}/memberships/identities/{identity}", Caller, identities::update)
            .summary("Gives an identity other roles in a project")
            .event("update-identity-project-roles")
            .body::<identities::RolesRequest>()
            .answer::<InIdentityMembership<identities::ChangedMembership>>(),
        remove_identity("/api/v1/projects/{project}/memberships/identities/{identity}"),
    ]
}

fn identities_legacy() -> Vec<Route> {
    vec![
        list_identities_legacy("/api/v1/projects/{project}/identity-memberships"),
        add_identity("/api/v1/projects/{project}/identity-memberships/{identity}"),
        read_identity("/api/v1/projects/{project}/identity-memberships/{identity}"),
        update_identity_legacy("/api/v1/projects/{project}/identity-memberships/{identity}"),
        remove_identity("/api/v1/projects/{project}/identity-memberships/{identity}"),
        list_identities_legacy("/api/v2/workspace/{project}/identity-memberships"),
        add_identity("/api/v2/workspace/{project}/identity-memberships/{identity}"),
        read_identity("/api/v2/workspace/{project}/identity-memberships/{identity}"),
        update_identity_legacy("/api/v2/workspace/{project}/identity-memberships/{identity}"),
        remove_identity("/api/v2/workspace/{project}/identity-memberships/{identity}"),
        get("/api/v2/workspace/identity-memberships/{membership}", Caller, identities::get_by_membership)
            .summary("Reads an identity in a project by the id of its membership")
            .event("get-project-identity")
            .answer::<InIdentityMembership<IdentityMembership>>(),
    ]
}

fn users_current() -> Vec<Route> {
    vec![
        list_users::<InMemberships<Vec<UserMembership>>>("/api/v1/projects/{project}/memberships"),
        add_users("/api/v1/projects/{project}/memberships"),
        remove_users("/api/v1/projects/{project}/memberships"),
        details("/api/v1/projects/{project}/memberships/details"),
        read_user("/api/v1/projects/{project}/memberships/{membership}"),
        update_user("/api/v1/projects/{project}/memberships/{membership}"),
        remove_user("/api/v1/projects/{project}/memberships/{membership}"),
        by_user("/api/v1/projects/{project}/user/{user}/membership"),
        list_users::<InUsers<Vec<UserMembership>>>("/api/v1/projects/{project}/users"),
    ]
}

fn users_legacy() -> Vec<Route> {
    vec![
        add_users("/api/v2/workspace/{project}/memberships"),
        remove_users("/api/v2/workspace/{project}/memberships"),
        list_users::<InMemberships<Vec<UserMembership>>>("/api/v1/workspace/{project}/memberships"),
        add_users("/api/v1/workspace/{project}/memberships"),
        remove_users("/api/v1/workspace/{project}/memberships"),
        details("/api/v1/workspace/{project}/memberships/details"),
        read_user("/api/v1/workspace/{project}/memberships/{membership}"),
        update_user("/api/v1/workspace/{project}/memberships/{membership}"),
        remove_user("/api/v1/workspace/{project}/memberships/{membership}"),
        by_user("/api/v1/workspace/{project}/user/{user}/membership"),
        list_users::<InUsers<Vec<UserMembership>>>("/api/v1/workspace/{project}/users"),
    ]
}

fn list_identities_legacy(path: &'static str) -> Route {
    get(path, Caller, identities::list_legacy)
        .summary("Lists the identities in a project")
        .event("get-project-identities")
        .query::<identities::LegacyListQuery>()
        .answer::<identities::ListResponse>()
}

fn add_identity(path: &'static str) -> Route {
    post(path, Caller, identities::add)
        .summary("Adds an identity to a project")
        .event("add-identity-to-project")
        .body::<identities::AddRequest>()
        .answer::<InIdentityMembership<IdentityMembershipRow>>()
}

fn read_identity(path: &'static str) -> Route {
    get(path, Caller, identities::get)
        .summary("Reads an identity in a project")
        .event("get-project-identity")
        .answer::<InIdentityMembership<IdentityMembership>>()
}

fn update_identity_legacy(path: &'static str) -> Route {
    patch(path, Caller, identities::update_legacy)
        .summary("Gives an identity other roles in a project")
        .event("update-identity-project-roles")
        .body::<identities::RolesRequest>()
        .answer::<InRoles<Vec<MemberRoleRow>>>()
}

fn remove_identity(path: &'static str) -> Route {
    delete(path, Caller, identities::remove)
        .summary("Takes an identity out of a project")
        .event("remove-identity-from-project")
        .answer::<InIdentityMembership<IdentityMembershipRow>>()
}

fn list_users<R: Answer + From<Vec<UserMembership>>>(path: &'static str) -> Route {
    get(path, Caller, users::list::<R>)
        .summary("Lists the people in a project")
        .event("get-project-users")
        .query::<users::ListQuery>()
        .answer::<R>()
}

fn add_users(path: &'static str) -> Route {
    post(path, Caller, users::add)
        .summary("Adds people to a project")
        .event("add-user-to-project")
        .body::<users::AddRequest>()
        .answer::<InMemberships<Vec<UserMembershipRow>>>()
}

fn remove_users(path: &'static str) -> Route {
    delete(path, Caller, users::remove_by_email)
        .summary("Takes people out of a project")
        .event("remove-user-from-project")
        .body::<users::RemoveRequest>()
        .answer::<InMemberships<Vec<UserMembershipRow>>>()
}

fn details(path: &'static str) -> Route {
    post(path, Caller, users::get_details)
        .summary("Reads a person in a project by user name")
        .event("get-project-user")
        .body::<users::DetailsRequest>()
        .answer::<InMembership<UserMembership>>()
}

fn read_user(path: &'static str) -> Route {
    get(path, Caller, users::get)
        .summary("Reads a person in a project")
        .event("get-project-user")
        .answer::<InMembership<UserMembership>>()
}

fn by_user(path: &'static str) -> Route {
    get(path, Caller, users::get_by_user)
        .summary("Reads a person in a project by user id")
        .event("get-project-user")
        .answer::<InMembership<UserMembership>>()
}

fn update_user(path: &'static str) -> Route {
    patch(path, Caller, users::update)
        .summary("Gives a person other roles in a project")
        .event("update-user-project-roles")
        .body::<identities::RolesRequest>()
        .answer::<InRoles<Vec<MemberRoleRow>>>()
}

fn remove_user(path: &'static str) -> Route {
    delete(path, Caller, users::remove)
        .summary("Takes a person out of a project")
        .event("remove-user-from-project")
        .answer::<InMembership<UserMembershipRow>>()
}
