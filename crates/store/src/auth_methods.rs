//! auth_methods.
