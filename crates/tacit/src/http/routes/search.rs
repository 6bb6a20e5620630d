//! Searching (routes of our own).

use crate::http::{
    route::{Access::Caller, Route, get, post},
    ui::{search, used_by},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/ui/v1/projects/{project}/search", Caller, search::search)
            .reads()
            .summary("Searches the secrets of a project by name, comment, tag, metadata or exact value")
            .event("search-secrets")
            .large_body()
            .body::<search::SearchRequest>()
            .answer::<search::SearchResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/secrets/{secret}/used-by", Caller, used_by::used_by)
            .summary("Lists the secrets that refer to a secret, directly or through imports")
            .event("list-secret-uses")
            .answer::<used_by::UsedByResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/used-by", Caller, used_by::used_by_names)
            .reads()
            .summary("Lists the secrets that refer to each of several secrets")
            .event("list-secret-uses")
            .body::<used_by::UsedByRequest>()
            .answer::<used_by::UsesResponse<'static>>(),
    ]
}
