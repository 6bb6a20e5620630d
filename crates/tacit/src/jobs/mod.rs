//! Work in the background.

pub mod deliver_webhooks;
pub mod flush_token_uses;
pub mod prune;
