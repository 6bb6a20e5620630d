//! identities.
