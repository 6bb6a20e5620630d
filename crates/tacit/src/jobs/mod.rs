//! Work in the background.

pub mod deliver_audit_streams;
pub mod deliver_webhooks;
pub mod flush_token_uses;
pub mod follow_nodes;
pub mod prune;
pub mod send_mails;
pub mod sweep_answers;
