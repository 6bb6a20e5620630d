//! The wire: routes, what they take, what they answer. No decisions.
//!
//! A request passes [`shell`] (request id, address, panic guard), the router, [`gate`] (body limit,
//! credential, kind of actor, ETag) and a handler in `v1` … `v4`, which parses, calls a use case
//! and shapes the answer. Errors become HTTP in [`problem`], and only there.

mod arrival;
pub mod client_certificate;
pub mod cookie;
pub mod dashboard;
mod documents;
pub mod entry;
mod etag;
pub mod extract;
pub mod gate;
pub mod limits;
pub mod openapi;
pub mod peer;
pub mod problem;
pub mod rate_limit;
pub mod route;
pub mod router;
pub mod routes;
pub mod sealed;
pub mod shell;
pub mod site;
pub mod ui;
pub mod v1;
pub mod v2;
pub mod v3;
pub mod v4;
pub mod wire;
