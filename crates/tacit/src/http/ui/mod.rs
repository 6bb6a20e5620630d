//! `/api/ui/v1`: routes of our own, made for the dashboard and open to everybody.

pub mod search;
