//! Environments of projects (wire-contract 6.3).

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1::environments,
    wire::{
        envelope::InEnvironment,
        environment::{Environment, EnvironmentChanged},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        create("/api/v1/projects/{project}/environments"),
        create("/api/v1/workspace/{project}/environments"),
        read("/api/v1/projects/{project}/environments/{environment}"),
        read("/api/v1/workspace/{project}/environments/{environment}"),
        by_slug("/api/v1/projects/{project}/environments/slug/{slug}"),
        by_slug("/api/v1/workspace/{project}/environments/slug/{slug}"),
        get("/api/v1/workspace/environments/{environment}", Caller, environments::get_anywhere)
            .summary("Reads an environment by its id alone")
            .event("get-environment")
            .answer::<InEnvironment<Environment>>(),
        update("/api/v1/projects/{project}/environments/{environment}"),
        update("/api/v1/workspace/{project}/environments/{environment}"),
        remove("/api/v1/projects/{project}/environments/{environment}"),
        remove("/api/v1/workspace/{project}/environments/{environment}"),
    ]
}

fn create(path: &'static str) -> Route {
    post(path, Caller, environments::create)
        .summary("Creates an environment")
        .event("create-environment")
        .body::<environments::CreateRequest>()
        .answer::<EnvironmentChanged>()
}

fn read(path: &'static str) -> Route {
    get(path, Caller, environments::get)
        .summary("Reads an environment")
        .event("get-environment")
        .answer::<InEnvironment<Environment>>()
}

fn by_slug(path: &'static str) -> Route {
    get(path, Caller, environments::get_by_slug)
        .summary("Reads an environment by slug")
        .event("get-environment")
        .answer::<InEnvironment<Environment>>()
}

fn update(path: &'static str) -> Route {
    patch(path, Caller, environments::update)
        .summary("Renames or moves an environment")
        .event("update-environment")
        .body::<environments::UpdateRequest>()
        .answer::<EnvironmentChanged>()
}

fn remove(path: &'static str) -> Route {
    delete(path, Caller, environments::delete)
        .summary("Deletes an environment with everything in it")
        .event("delete-environment")
        .answer::<EnvironmentChanged>()
}
