//! Handlers of `/api/v3`.

pub mod auth;
pub mod secrets;
pub mod signup;
