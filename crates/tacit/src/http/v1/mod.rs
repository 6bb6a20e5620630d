//! Handlers of `/api/v1`.

pub mod auth_token;
pub mod auth_token_auth;
pub mod auth_universal;
pub mod client_secrets;
pub mod identities;
pub mod identity_search;
pub mod identity_tokens;
pub mod status;
