//! Every query, on every engine.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod database;
mod engines;
