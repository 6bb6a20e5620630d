//! `/api/ui/v1`: routes of our own, made for the dashboard.

pub mod access_tree;
pub mod administration;
pub mod audit;
pub mod backups;
pub mod commit;
pub mod decisions;
pub mod encryption;
pub mod explain;
pub(crate) mod explain_source;
pub mod history;
pub mod imports;
pub mod mail;
pub mod matrix;
pub mod own_value;
pub(crate) mod passkey_sign_in;
pub(crate) mod passkeys;
pub mod preferences;
pub mod privileges;
pub mod quickstart;
pub mod reveal;
pub mod role_preview;
pub mod search;
pub mod used_by;
pub mod webhooks;
