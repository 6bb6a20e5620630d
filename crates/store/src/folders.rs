//! folders.
