//! Work in the background.

pub mod deliver_audit_streams;
pub mod deliver_webhooks;
pub mod flush_uses;
pub mod follow_nodes;
pub mod make_backups;
pub mod prune;
pub mod prune_audit_log;
pub mod rotate_data_keys;
pub mod seal_audit_log;
pub mod send_mails;
pub mod sweep_answers;
