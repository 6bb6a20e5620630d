//! Every query, on every engine.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod database;
mod engines;
mod people;
