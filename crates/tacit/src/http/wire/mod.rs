//! Shapes that several generations of routes share.

pub mod access_token;
pub mod envelope;
pub mod environment;
pub mod identity;
pub mod membership;
pub mod organization;
pub mod project;
pub mod role;
pub mod tag;
pub mod text;
pub mod user;
