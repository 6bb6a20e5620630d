//! The API through its whole stack: every layer, no socket, on SQLite and PostgreSQL.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod audit;
mod harness;
mod status;
