//! Work in the background.

pub mod flush_token_uses;
pub mod prune;
