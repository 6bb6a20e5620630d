//! Tacit, a self-hosted secrets manager.
//!
//! `cli` and `http` call `app`, which holds the use cases: permission, find, decrypt, audit. `app`
//! calls `tacit-store` for rows and `tacit-core` for rules. Nothing points back.

pub mod app;
pub mod cli;
pub mod http;
pub mod jobs;
