//! Handlers of `/api/v2`.

pub mod organization_identities;
