//! The API through its whole stack: every layer, no socket, on SQLite and PostgreSQL.

mod environments;
mod harness;
mod harness_projects;
mod project_memberships;
mod project_settings;
mod projects;
mod status;
mod tags;
