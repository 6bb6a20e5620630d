//! Shapes that several generations of routes share.

pub mod access_token;
pub mod identity;
pub mod organization;
pub mod text;
pub mod user;
