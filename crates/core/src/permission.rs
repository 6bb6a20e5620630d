//! Who may do what: rules, roles, decisions, and the privilege boundary.
//!
//! A [`Rule`] allows or denies actions on things of one [`Subject`], all of them or those that
//! meet its [`Conditions`]. A role or privilege is a list of rules; a [`PermissionSet`] holds the
//! lists of all roles and privileges of an actor and answers three questions:
//!
//! - [`allows`](PermissionSet::allows): may the actor do this to that [`Object`]?
//! - [`could_allow`](PermissionSet::could_allow): could there be such a thing, so that looking
//!   makes sense?
//! - [`missing_from`](PermissionSet::missing_from): which rights would the actor give away
//!   without having them?
//!
//! Whatever the rules do not allow is denied. The spelling of everything is that of the wire
//! (wire-contract 12); the way of deciding is decisions 28 and 29.

mod action;
mod attributes;
mod boundary;
mod catalog;
mod conditions;
mod explanation;
mod field;
mod fingerprint;
mod glob;
mod head;
mod holding;
mod implication;
mod names;
mod object;
mod parse;
mod predicate;
mod roles;
mod rule;
mod rule_error;
mod set;
mod subject;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use attributes::Attributes;
pub use boundary::Missing;
pub use catalog::{Entry, Scope};
pub use conditions::Conditions;
pub use explanation::{Explanation, PartDecision, Verdict};
pub use field::Field;
pub use fingerprint::Fingerprint;
pub use glob::Glob;
pub use holding::{Holding, Source};
pub use object::Object;
pub use parse::{CONDITION_ITEMS_MAX, CONDITION_TEXT_BYTES_MAX};
pub use roles::{CUSTOM_ROLE_SLUG, OrganizationRole, ProjectRole};
pub use rule::{RULES_MAX, Rule};
pub use rule_error::{PathPart, RuleError, RuleProblem};
pub use set::PermissionSet;
pub use subject::Subject;
