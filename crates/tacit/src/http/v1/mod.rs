//! Handlers of `/api/v1`.

pub mod folders;
pub mod status;
