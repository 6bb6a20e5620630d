//! Tests of the permission engine.

mod boundary;
mod decisions;
mod explanation;
mod globs;
mod holding;
mod implication;
mod model;
mod operators;
mod parsing;
mod roles;
mod strategies;

use serde_json::Value;

use super::{PermissionSet, Rule, Scope};

/// Rules of a project from their wire form.
fn rules(wire: &Value) -> Vec<Rule> {
    Rule::parse_all(wire.as_array().unwrap(), Scope::Project).unwrap()
}

/// The permissions of one who has these roles in a project.
fn permissions(roles: impl IntoIterator<Item = Value>) -> PermissionSet {
    PermissionSet::new(roles.into_iter().map(|role| rules(&role)).collect())
}
