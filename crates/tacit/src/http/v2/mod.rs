//! Handlers of `/api/v2`.

pub mod organizations;
pub mod passwords;
pub mod users;
