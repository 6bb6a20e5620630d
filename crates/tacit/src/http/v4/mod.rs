//! Handlers of `/api/v4`.

pub mod secrets;
pub mod secrets_batch;
pub mod secrets_move;
