//! Shapes that several generations of routes share.

pub mod organization;
pub mod text;
pub mod user;
