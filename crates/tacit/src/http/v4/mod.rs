//! Handlers of `/api/v4`.

pub mod secret_references;
pub mod secrets;
pub mod secrets_batch;
pub mod secrets_move;
