//! Projects, their settings and what the caller may do in them (wire-contract 6.2, 12.2).

use crate::http::{
    route::{
        Access::{Caller, User},
        Answer, Route, delete, get, patch, post, put,
    },
    v1::{project_roles as roles, project_settings as settings, projects},
    v2,
    wire::{
        envelope::{InData, InProject, InProjects, InWorkspace, InWorkspaces, WithMessage},
        project::{OrganizationProject, Project, ProjectEnv},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [current(), workspace_v1(), workspace_v2(), own_permissions()].into_iter().flatten().collect()
}

fn current() -> Vec<Route> {
    vec![
        create("/api/v1/projects"),
        list::<InProjects<Vec<ProjectEnv>>>("/api/v1/projects"),
        post("/api/v1/projects/search", Caller, projects::search)
            .reads()
            .summary("Searches the projects of the organization")
            .event("search-projects")
            .body::<projects::SearchRequest>()
            .answer::<projects::SearchResponse>(),
        by_slug("/api/v1/projects/slug/{slug}"),
        read::<InProject<ProjectEnv>>("/api/v1/projects/{project}"),
        update::<InProject<Project>>("/api/v1/projects/{project}"),
        remove::<InProject<Project>>("/api/v1/projects/{project}"),
        delete_protection::<InProject<Project>>("/api/v1/projects/{project}/delete-protection"),
        version_limit::<InProject<Project>>("/api/v1/projects/{project}/version-limit"),
        audit_retention::<InProject<Project>>("/api/v1/projects/{project}/audit-logs-retention"),
    ]
}

fn workspace_v1() -> Vec<Route> {
    vec![
        list::<InWorkspaces<Vec<ProjectEnv>>>("/api/v1/workspace"),
        by_slug("/api/v1/workspace/slug/{slug}"),
        read::<InWorkspace<ProjectEnv>>("/api/v1/workspace/{project}"),
        update::<InWorkspace<Project>>("/api/v1/workspace/{project}"),
        remove::<InWorkspace<Project>>("/api/v1/workspace/{project}"),
        post("/api/v1/workspace/{project}/name", Caller, settings::rename::<InWorkspace<Project>>)
            .summary("Renames a project")
            .event("update-project")
            .body::<settings::NameRequest>()
            .answer::<WithMessage<InWorkspace<Project>>>(),
        post(
            "/api/v1/workspace/{project}/auto-capitalization",
            Caller,
            settings::set_auto_capitalization::<InWorkspace<Project>>,
        )
        .summary("Says whether names of secrets are upper-cased")
        .event("update-project")
        .body::<settings::AutoCapitalizationRequest>()
        .answer::<WithMessage<InWorkspace<Project>>>(),
        delete_protection::<InWorkspace<Project>>("/api/v1/workspace/{project}/delete-protection"),
        version_limit::<InWorkspace<Project>>("/api/v1/workspace/{project}/version-limit"),
        audit_retention::<InWorkspace<Project>>("/api/v1/workspace/{project}/audit-logs-retention"),
    ]
}

fn workspace_v2() -> Vec<Route> {
    vec![
        create("/api/v2/workspace"),
        read::<ProjectEnv>("/api/v2/workspace/{project}"),
        update::<Project>("/api/v2/workspace/{project}"),
        remove::<Project>("/api/v2/workspace/{project}"),
        get("/api/v2/workspace/{project}/upgrade/status", Caller, v2::projects::get_upgrade_status)
            .summary("Says that there is nothing to upgrade")
            .event("get-project")
            .answer::<v2::projects::UpgradeStatus>(),
        get("/api/v2/workspace/{project}/encrypted-key", Caller, v2::projects::get_encrypted_key)
            .summary("Is refused: no key leaves the server")
            .event("get-project")
            .answer::<v2::projects::UpgradeStatus>(),
        get("/api/v2/organizations/{organization}/workspaces", Caller, v2::projects::list_of_organization)
            .summary("Lists the projects the caller is in")
            .event("get-projects")
            .answer::<InWorkspaces<Vec<OrganizationProject>>>(),
    ]
}

fn own_permissions() -> Vec<Route> {
    vec![
        permissions("/api/v1/projects/{project}/permissions"),
        permissions("/api/v1/workspace/{project}/permissions"),
    ]
}

fn create(path: &'static str) -> Route {
    post(path, Caller, projects::create)
        .summary("Creates a project")
        .event("create-project")
        .body::<projects::CreateRequest>()
        .answer::<InProject<ProjectEnv>>()
}

fn list<R: Answer + From<Vec<ProjectEnv>>>(path: &'static str) -> Route {
    get(path, Caller, projects::list::<R>)
        .summary("Lists the projects the caller is in")
        .event("get-projects")
        .api_keys()
        .query::<projects::ListQuery>()
        .answer::<R>()
}

fn by_slug(path: &'static str) -> Route {
    get(path, Caller, projects::get_by_slug)
        .summary("Reads a project by slug")
        .event("get-project")
        .answer::<ProjectEnv>()
}

fn read<R: Answer + From<ProjectEnv>>(path: &'static str) -> Route {
    get(path, Caller, projects::get::<R>)
        .summary("Reads a project")
        .event("get-project")
        .service_tokens()
        .answer::<R>()
}

fn update<R: Answer + From<Project>>(path: &'static str) -> Route {
    patch(path, Caller, settings::update::<R>)
        .summary("Changes the settings of a project")
        .event("update-project")
        .body::<settings::UpdateRequest>()
        .answer::<R>()
}

fn remove<R: Answer + From<Project>>(path: &'static str) -> Route {
    delete(path, Caller, projects::delete::<R>)
        .summary("Deletes a project with everything in it")
        .event("delete-project")
        .answer::<R>()
}

fn delete_protection<R: Answer + From<Project>>(path: &'static str) -> Route {
    post(path, Caller, settings::set_delete_protection::<R>)
        .summary("Protects a project from deletion, or no longer")
        .event("update-project")
        .body::<settings::DeleteProtectionRequest>()
        .answer::<WithMessage<R>>()
}

fn version_limit<R: Answer + From<Project>>(path: &'static str) -> Route {
    put(path, Caller, settings::set_version_limit::<R>)
        .summary("Says how many versions of a secret are kept")
        .event("update-project")
        .body::<settings::VersionLimitRequest>()
        .answer::<WithMessage<R>>()
}

fn audit_retention<R: Answer + From<Project>>(path: &'static str) -> Route {
    put(path, Caller, settings::set_audit_retention::<R>)
        .summary("Says how long audit events are kept")
        .event("update-project")
        .body::<settings::AuditRetentionRequest>()
        .answer::<WithMessage<R>>()
}

fn permissions(path: &'static str) -> Route {
    get(path, User, roles::get_permissions)
        .summary("Says what the caller may do in a project")
        .event("get-project-permissions")
        .answer::<InData<roles::OwnAccess>>()
}
