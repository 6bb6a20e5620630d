//! environments.
