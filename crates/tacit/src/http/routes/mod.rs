//! The route table: the whole API. One file per area, so that each fits a page.

mod documents;
mod environments;
mod folders;
mod identities;
mod identity_auth;
mod instance;
mod memberships;
mod organizations;
mod projects;
mod secrets;
mod tags;
mod users;

use super::route::Route;

/// All routes, in the order of the API reference.
#[must_use]
pub fn all() -> Vec<Route> {
    [
        instance::routes(),
        users::routes(),
        organizations::routes(),
        projects::routes(),
        environments::routes(),
        tags::routes(),
        memberships::routes(),
        identities::routes(),
        identity_auth::routes(),
        secrets::routes(),
        folders::routes(),
        documents::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
