//! organization_memberships.
