//! Shapes that several generations of routes share.

pub mod access_token;
pub mod commit;
pub mod envelope;
pub mod environment;
pub mod event_stream;
pub mod folder;
pub mod group;
pub mod identity;
pub mod membership;
pub mod message;
pub mod metadata_filter;
pub mod moment;
pub mod named;
pub mod organization;
pub mod place;
pub mod privilege;
pub mod project;
pub mod role;
pub mod secret;
pub mod secret_import;
pub mod secret_request;
pub mod tag;
pub mod temporary;
pub mod text;
pub mod user;
pub mod webhook;
