//! Handlers of `/api/v1`.

pub mod status;
