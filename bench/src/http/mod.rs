//! The bench's own HTTP/1.1 client: keep-alive, answers of known length or in chunks, TLS if
//! asked for, nothing else.
//!
//! Server and client share the cores, so what the client spends is missing from what is measured. A whole
//! exchange is one write, mostly one read, and a walk over the header lines.

mod connection;
mod endpoint;
mod request;
mod response;

pub(crate) use self::{
    connection::Connection,
    endpoint::Endpoint,
    request::{NUMBER, Request},
    response::{Response, ResponseError},
};
