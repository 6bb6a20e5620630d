//! login_failures.
