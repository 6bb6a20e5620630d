//! Handlers of `/api/v1`. The older generations of a route use them too where only the key around
//! the answer differs.

pub mod admin;
pub mod audit_logs;
pub mod auth;
pub mod auth_token;
pub mod auth_token_auth;
pub mod auth_universal;
pub mod client_secrets;
pub mod environments;
pub mod events;
pub mod folders;
pub mod groups;
pub mod identities;
pub mod identity_memberships;
pub mod identity_privileges;
pub mod identity_search;
pub mod identity_tokens;
pub mod memberships;
pub mod organization_admin;
pub mod organization_roles;
pub mod organizations;
pub mod pit;
pub mod pit_compare;
pub mod project_changes;
pub mod project_groups;
pub mod project_roles;
pub mod project_settings;
pub mod projects;
pub mod secret_access;
pub mod secret_versions;
pub mod snapshots;
pub mod status;
pub mod tags;
pub mod user_privileges;
pub mod user_totp;
pub mod webhooks;
