//! Searching (routes of our own).

use crate::http::{
    route::{Access::Caller, Route, post},
    ui::search,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/ui/v1/projects/{project}/search", Caller, search::search)
            .summary("Searches the secrets of a project by name, comment, tag, metadata or exact value")
            .event("search-secrets")
            .large_body()
            .body::<search::SearchRequest>()
            .answer::<search::SearchResponse<'static>>(),
    ]
}
