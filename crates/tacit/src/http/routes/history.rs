//! Routes of history: versions of secrets, the commit log, snapshots, going back.

use crate::http::{
    route::{
        Access::{Caller, User},
        Route, get, post,
    },
    v1::{pit, pit_compare, secret_versions, snapshots},
    wire::secret::SecretResponse,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(versions());
    routes.extend(commits());
    routes.extend(going_back());
    for prefix in [
        ["/api/v1/projects/{project}/secret-snapshots", "/api/v1/projects/{project}/secret-snapshots/count"],
        [
            "/api/v1/workspace/{project}/secret-snapshots",
            "/api/v1/workspace/{project}/secret-snapshots/count",
        ],
    ] {
        routes.extend(snapshot_lists(prefix));
    }
    routes.extend(snapshot());
    routes
}

fn versions() -> [Route; 3] {
    [
        get("/api/v1/secret/{secret}/secret-versions", User, secret_versions::list)
            .summary("Lists the versions of a secret, newest first")
            .event("get-secret-versions")
            .query::<secret_versions::ListQuery>()
            .answer::<secret_versions::ListResponse<'static>>(),
        get("/api/v1/dashboard/secret-versions/{version}/value", Caller, secret_versions::value)
            .summary("Reads the value of a version of a secret")
            .event("get-secret-version")
            .answer::<secret_versions::ValueResponse<'static>>(),
        post("/api/ui/v1/secret-versions/{version}/restore", Caller, secret_versions::restore)
            .summary("Makes an old version of a secret the present one, or brings a deleted secret back")
            .event("restore-secret-version")
            .body::<secret_versions::RestoreRequest>()
            .answer::<SecretResponse<'static>>(),
    ]
}

fn commits() -> [Route; 4] {
    [
        get("/api/v1/pit/commits", Caller, pit::list)
            .summary("Lists the commits that touched a folder")
            .event("get-commits")
            .query::<pit::ListQuery>()
            .answer::<pit::ListResponse<'static>>(),
        get("/api/v1/pit/commits/count", Caller, pit::count)
            .summary("Counts the commits that touched a folder")
            .event("get-commits")
            .query::<pit::ListQuery>()
            .answer::<pit::CountResponse>(),
        get("/api/v1/pit/commits/{commit}/changes", Caller, pit::changes)
            .summary("Shows what a commit changed")
            .event("get-commit-changes")
            .query::<pit::ChangesQuery>()
            .answer::<pit::ChangesResponse<'static>>(),
        get("/api/v1/pit/commits/{commit}/compare", Caller, pit_compare::compare)
            .summary("Compares a folder after a commit with its state now or at another point")
            .event("compare-commits")
            .query::<pit_compare::CompareQuery>()
            .answer::<pit_compare::CompareResponse<'static>>(),
    ]
}

fn going_back() -> [Route; 2] {
    [
        post("/api/v1/pit/commits/{commit}/rollback", Caller, pit::rollback)
            .summary("Brings a folder, all below it or a whole project back to what it was after a commit")
            .event("rollback-commits")
            .body::<pit::RollbackRequest>()
            .answer::<pit::OutcomeResponse>(),
        post("/api/v1/pit/commits/{commit}/revert", Caller, pit::revert)
            .summary("Takes one commit back")
            .event("revert-commit")
            .body::<pit::RevertRequest>()
            .answer::<pit::OutcomeResponse>(),
    ]
}

fn snapshot_lists([list, count]: [&'static str; 2]) -> [Route; 2] {
    [
        get(list, Caller, snapshots::list)
            .summary("Lists the snapshots of a folder, newest first")
            .event("get-secret-snapshots")
            .query::<snapshots::ListQuery>()
            .answer::<snapshots::ListResponse>(),
        get(count, Caller, snapshots::count)
            .summary("Counts the snapshots of a folder")
            .event("get-secret-snapshots")
            .query::<snapshots::ListQuery>()
            .answer::<snapshots::CountResponse>(),
    ]
}

fn snapshot() -> [Route; 2] {
    [
        get("/api/v1/secret-snapshot/{snapshot}", Caller, snapshots::get)
            .summary("Shows what a snapshot holds")
            .event("get-secret-snapshot")
            .answer::<snapshots::SnapshotResponse<'static>>(),
        post("/api/v1/secret-snapshot/{snapshot}/rollback", Caller, snapshots::rollback)
            .summary("Brings the folder of a snapshot, with all below, back to what it was")
            .event("rollback-secret-snapshot")
            .answer::<snapshots::RollbackResponse>(),
    ]
}
