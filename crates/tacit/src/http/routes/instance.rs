//! The instance: status.

use crate::http::{
    route::{Access::Public, Route, get},
    v1::status,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/status", Public, status::get)
            .summary("Says that the server is up")
            .answer::<status::StatusResponse>(),
    ]
}
