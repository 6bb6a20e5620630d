//! The API through its whole stack: every layer, no socket, on SQLite and PostgreSQL.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod access_tokens;
mod audit;
mod audit_logs;
mod bootstrap;
mod commits;
mod documents;
mod environments;
mod events_follow;
mod events_rights;
mod events_subscribe;
mod every_route;
mod folders;
mod harness;
mod harness_events;
mod harness_identities;
mod harness_projects;
mod harness_secrets;
mod history_at;
mod history_commits;
mod history_property;
mod history_snapshots;
mod history_versions;
mod identities;
mod organizations;
mod project_memberships;
mod project_settings;
mod projects;
mod secret_imports;
mod secret_references;
mod secrets;
mod secrets_batch;
mod secrets_concurrency;
mod secrets_list;
mod secrets_move;
mod secrets_overrides;
mod secrets_permissions;
mod secrets_property;
mod secrets_search;
mod secrets_storage;
mod secrets_update;
mod secrets_used_by;
mod sign_in;
mod status;
mod tags;
mod token_auth;
mod ui_commit;
mod ui_matrix;
mod ui_preferences;
mod ui_quickstart;
mod ui_reveal;
mod universal_auth;
mod users;
