//! organizations.
