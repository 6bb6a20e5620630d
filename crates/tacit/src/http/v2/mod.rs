//! Handlers of `/api/v2`.

pub mod api_keys;
pub mod emails;
pub mod folders;
pub mod identity_privileges;
pub mod mfa;
pub mod organization_identities;
pub mod organizations;
pub mod passwords;
pub mod projects;
pub mod secret_imports;
pub mod service_tokens;
pub mod users;
