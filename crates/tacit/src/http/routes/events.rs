//! Routes of events: following what changes in a project.

use crate::http::{
    route::{Access::Caller, Route, get, post},
    v1::{events, project_changes},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/events/subscribe/project-events", Caller, events::subscribe)
            .reads()
            .summary("Streams events about secrets of a project, as server-sent events")
            .event("subscribe-project-events")
            .body::<events::SubscribeRequest>(),
        get("/api/v1/events/projects/{project}", Caller, project_changes::follow)
            .summary("Streams everything that changes in a project from a revision on, as server-sent events")
            .event("subscribe-project-events")
            .query::<project_changes::FollowQuery>(),
    ]
}
