//! Handlers of `/api/v3`.

pub mod auth;
