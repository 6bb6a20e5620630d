//! The Lightweight Directory Access Protocol, as far as a login needs it: binding with a password, one search, the
//! request for TLS (RFC 4511), and search filters as people write them (RFC 4515).
//!
//! A directory is named by whoever sets an auth method up, so what it answers is nobody's friend: it is read without
//! recursion, and a message that is larger than [`MESSAGE_BYTES_MAX`] is not read at all.

mod ber;
mod filter;
mod message;

#[cfg(test)]
mod tests;

pub use ber::MESSAGE_BYTES_MAX;
pub use filter::{FILTER_MAX, Filter, FilterError, USER_NAME};
pub use message::{
    Entry, Outcome, Response, Search, bind_request, message_length, read_response, search_request,
    start_tls_request,
};

/// What came is not a message of this protocol, or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no LDAP message, or is too large")]
pub struct Malformed;
