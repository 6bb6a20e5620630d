//! The API through its whole stack: every layer, no socket, on SQLite and PostgreSQL.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod access_tokens;
mod audit;
mod bootstrap;
mod documents;
mod every_route;
mod harness;
mod harness_identities;
mod identities;
mod organizations;
mod sign_in;
mod status;
mod token_auth;
mod universal_auth;
mod users;
