//! Shapes that several generations of routes share.

pub mod envelope;
pub mod environment;
pub mod membership;
pub mod project;
pub mod role;
pub mod tag;
pub mod text;
