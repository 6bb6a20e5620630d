//! Every query, on every engine.

mod database;
mod engines;
