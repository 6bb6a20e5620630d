//! Handlers of `/api/v1`. The older generations of a route use them too where only the key around
//! the answer differs.

pub mod environments;
pub mod identity_memberships;
pub mod memberships;
pub mod project_roles;
pub mod project_settings;
pub mod projects;
pub mod status;
pub mod tags;
