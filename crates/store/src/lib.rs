//! Every SQL statement of Tacit, for SQLite and PostgreSQL alike.
//!
//! One file per table group, the same noun as in the layers above. A function takes a
//! [`Connection`], which is a plain connection or a transaction on either engine, and *is* its SQL:
//! one text for both. Not found is `Ok(None)`; only the caller knows what that means.
//!
//! Values, comments, metadata and keys arrive encrypted: this crate never sees plaintext, and has
//! no key to make any.

mod database;
mod error;
mod inserts;
mod migrations;
mod value;

pub mod access_tokens;
pub mod additional_privileges;
pub mod api_keys;
pub mod audit_blocks;
pub mod audit_chains;
pub mod audit_checkpoints;
pub mod audit_events;
pub mod audit_pending;
pub mod audit_prunings;
pub mod audit_signing_keys;
pub mod audit_streams;
pub mod auth_method_settings;
pub mod auth_methods;
pub mod backup_runs;
pub mod ciphertexts;
pub mod client_secrets;
pub mod commit_log;
pub mod commits;
pub mod copy;
pub mod data_key_rotations;
pub mod data_keys;
pub mod email_verifications;
pub mod environments;
pub mod feed;
pub mod folder_versions;
pub mod folders;
pub mod groups;
pub mod history;
pub mod history_horizons;
pub mod identities;
pub mod instance;
pub mod instance_keys;
pub mod instance_settings;
pub mod invitations;
pub mod login_failures;
pub mod mails;
pub mod organization_grants;
pub mod organization_memberships;
pub mod organizations;
pub mod passkeys;
pub mod password_resets;
pub mod project_grants;
pub mod project_memberships;
pub mod projects;
pub mod reencryption;
pub mod revisions;
pub mod roles;
pub mod second_factor;
pub mod secret_imports;
pub mod secret_overrides;
pub mod secret_references;
pub mod secret_search;
pub mod secret_tags;
pub mod secret_versions;
pub mod secrets;
pub mod service_tokens;
pub mod tags;
pub mod user_preferences;
pub mod user_second_factors;
pub mod user_sessions;
pub mod user_totp;
pub mod users;
pub mod webhook_changes;
pub mod webhook_deliveries;
pub mod webhooks;
pub mod wrapped_keys;

pub use database::{Connection, Database, FromRow, HARMLESS, Moment, RIGHTS, Row, Settings, Transaction};
pub use error::StoreError;
pub use value::{Column, Value};
