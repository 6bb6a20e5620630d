//! client_secrets.
