//! Handlers of `/api/v2`.

pub mod folders;
