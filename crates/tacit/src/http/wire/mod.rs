//! Shapes that several generations of routes share.

pub mod text;
