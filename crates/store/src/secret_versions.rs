//! secret_versions.
