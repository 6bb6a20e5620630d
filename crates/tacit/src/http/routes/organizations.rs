//! Routes of organizations.

use crate::http::route::Route;

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![]
}
