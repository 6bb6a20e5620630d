//! The API through its whole stack: every layer, no socket, on SQLite and PostgreSQL.

mod audit;
mod documents;
mod harness;
mod status;
