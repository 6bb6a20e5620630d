//! Shapes that several generations of routes share.

pub mod folder;
pub mod metadata_filter;
pub mod named;
pub mod place;
pub mod secret;
pub mod secret_request;
pub mod text;
