//! Handlers of `/api/v1`.

pub mod admin;
pub mod auth;
pub mod organization_admin;
pub mod organizations;
pub mod status;
