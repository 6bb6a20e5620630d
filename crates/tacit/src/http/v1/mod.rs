//! Handlers of `/api/v1`.

pub mod admin;
pub mod auth;
pub mod auth_token;
pub mod auth_token_auth;
pub mod auth_universal;
pub mod client_secrets;
pub mod identities;
pub mod identity_search;
pub mod identity_tokens;
pub mod organization_admin;
pub mod organizations;
pub mod status;
