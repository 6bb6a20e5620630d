//! Handlers of `/api/v2`.

pub mod organization_identities;
pub mod organizations;
pub mod passwords;
pub mod users;
