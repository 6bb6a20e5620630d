//! Every query, on every engine.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod access_tokens;
mod api_keys;
mod audit_events;
mod audit_streams;
mod auth_methods;
mod client_secrets;
mod commit_log;
mod commits;
mod copy;
mod database;
mod deletion;
mod engines;
mod environments;
mod fixtures;
mod fixtures_projects;
mod folders;
mod history;
mod history_migration;
mod identities;
mod keys;
mod people;
mod postgres_tls;
mod project_memberships;
mod projects;
mod rights_tables;
mod roles;
mod roles_migration;
mod rotations_migration;
mod secret_imports;
mod secret_overrides;
mod secret_references;
mod secret_search;
mod secrets;
mod service_tokens;
mod tags;
mod user_preferences;
mod webhooks;
