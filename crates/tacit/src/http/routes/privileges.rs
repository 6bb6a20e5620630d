//! Privileges beside roles (wire-contract 12.6).

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1::{identity_privileges as older, user_privileges as users},
    v2::identity_privileges as identities,
    wire::{
        envelope::{InPrivilege, InPrivileges},
        privilege::Privilege,
    },
};

const USERS: &str = "/api/v1/user-project-additional-privilege";
const USER: &str = "/api/v1/user-project-additional-privilege/{privilege}";
const IDENTITIES: &str = "/api/v2/identity-project-additional-privilege";
const IDENTITY: &str = "/api/v2/identity-project-additional-privilege/{privilege}";
const OLDER: &str = "/api/v1/additional-privilege/identity";

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [of_identities(), of_identities_older(), of_users()].into_iter().flatten().collect()
}

fn of_identities() -> Vec<Route> {
    vec![
        get(IDENTITIES, Caller, identities::list)
            .summary("Lists the privileges of an identity in a project")
            .event("get-additional-privileges")
            .query::<identities::ListQuery>()
            .answer::<InPrivileges<Vec<Privilege>>>(),
        post(IDENTITIES, Caller, identities::create)
            .summary("Gives an identity a privilege in a project")
            .event("create-additional-privilege")
            .body::<identities::CreateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        get("/api/v2/identity-project-additional-privilege/slug/{slug}", Caller, identities::get_by_slug)
            .summary("Reads a privilege of an identity by its slug")
            .event("get-additional-privilege")
            .query::<identities::SlugQuery>()
            .answer::<InPrivilege<Privilege>>(),
        get(IDENTITY, Caller, identities::get)
            .summary("Reads a privilege of an identity")
            .event("get-additional-privilege")
            .answer::<InPrivilege<Privilege>>(),
        patch(IDENTITY, Caller, identities::update)
            .summary("Changes a privilege of an identity")
            .event("update-additional-privilege")
            .body::<users::UpdateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        delete(IDENTITY, Caller, identities::delete)
            .summary("Takes a privilege from an identity")
            .event("delete-additional-privilege")
            .answer::<InPrivilege<Privilege>>(),
    ]
}

fn of_identities_older() -> Vec<Route> {
    vec![
        post("/api/v1/additional-privilege/identity/permanent", Caller, older::create_permanent)
            .summary("Gives an identity a privilege in a project")
            .event("create-additional-privilege")
            .body::<older::CreateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        post("/api/v1/additional-privilege/identity/temporary", Caller, older::create_temporary)
            .summary("Gives an identity a privilege in a project that ends by itself")
            .event("create-additional-privilege")
            .body::<older::CreateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        get(OLDER, Caller, older::list)
            .summary("Lists the privileges of an identity in a project")
            .event("get-additional-privileges")
            .query::<older::IdentityQuery>()
            .answer::<InPrivileges<Vec<Privilege>>>(),
        get("/api/v1/additional-privilege/identity/{slug}", Caller, older::get)
            .summary("Reads a privilege of an identity by its slug")
            .event("get-additional-privilege")
            .query::<older::IdentityQuery>()
            .answer::<InPrivilege<Privilege>>(),
        patch(OLDER, Caller, older::update)
            .summary("Changes a privilege of an identity")
            .event("update-additional-privilege")
            .body::<older::UpdateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        delete(OLDER, Caller, older::delete)
            .summary("Takes a privilege from an identity")
            .event("delete-additional-privilege")
            .body::<older::DeleteRequest>()
            .answer::<InPrivilege<Privilege>>(),
    ]
}

fn of_users() -> Vec<Route> {
    vec![
        get(USERS, Caller, users::list)
            .summary("Lists the privileges of a person in a project")
            .event("get-additional-privileges")
            .query::<users::ListQuery>()
            .answer::<InPrivileges<Vec<Privilege>>>(),
        post(USERS, Caller, users::create)
            .summary("Gives a person a privilege in a project")
            .event("create-additional-privilege")
            .body::<users::CreateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        get(USER, Caller, users::get)
            .summary("Reads a privilege of a person")
            .event("get-additional-privilege")
            .answer::<InPrivilege<Privilege>>(),
        patch(USER, Caller, users::update)
            .summary("Changes a privilege of a person")
            .event("update-additional-privilege")
            .body::<users::UpdateRequest>()
            .answer::<InPrivilege<Privilege>>(),
        delete(USER, Caller, users::delete)
            .summary("Takes a privilege from a person")
            .event("delete-additional-privilege")
            .answer::<InPrivilege<Privilege>>(),
    ]
}
