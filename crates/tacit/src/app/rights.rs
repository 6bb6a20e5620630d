//! From what somebody has to what they may: the one place where stored rules are read.
//!
//! Rules that cannot be read are an error and never left out: one of them might deny.

mod memory;

use std::sync::Arc;

use serde_json::Value;
use tacit_core::{
    permission::{Fingerprint, Holding, OrganizationRole, PermissionSet, ProjectRole, Rule, Scope, Source},
    time::Timestamp,
};
use tacit_store::{organization_grants::OrganizationGrantsRow, project_grants::GrantRow};

use super::error::{Error, Result};

/// What roles and privileges in a project allow now, and what stands for it. Each is a source of its
/// own (`decisions.md` 28).
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn in_project(grants: &[GrantRow], now: Timestamp) -> Result<(Arc<PermissionSet>, Fingerprint)> {
    let mut counted: Vec<&GrantRow> = grants.iter().filter(|grant| counts(grant, now)).collect();
    counted.sort_by_key(|grant| text_of(grant));
    let fingerprint = Fingerprint::of(counted.iter().map(|grant| text_of(grant)));
    let bytes = counted.iter().map(|grant| text_of(grant).len()).sum();
    let set = memory::remembered(Scope::Project, fingerprint, bytes, || {
        let rules = counted.iter().map(|grant| rules_of(grant));
        Ok(PermissionSet::new(rules.collect::<Result<_>>()?))
    })?;
    Ok((set, fingerprint))
}

/// What [`in_project`] made for these rules, if it is still in memory.
pub(super) fn known_in_project(fingerprint: Fingerprint) -> Option<Arc<PermissionSet>> {
    memory::known(Scope::Project, fingerprint)
}

/// As [`in_project`], without what stands for it.
///
/// # Errors
///
/// As [`in_project`].
pub fn permissions_of(grants: &[GrantRow], now: Timestamp) -> Result<Arc<PermissionSet>> {
    in_project(grants, now).map(|(permissions, _)| permissions)
}

/// What a grant is made of: the slug of a built-in role, or rules.
fn text_of(grant: &GrantRow) -> &str {
    grant.permissions.as_deref().unwrap_or(&grant.role)
}

/// What roles and privileges in a project give from now on, also those that begin later: their
/// holder will have them without asking again.
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn holding_of<'a>(grants: impl IntoIterator<Item = &'a GrantRow>, now: Timestamp) -> Result<Holding> {
    let is_over = |grant: &GrantRow| grant.is_temporary && grant.ends_at.is_some_and(|end| end <= now);
    let sources = grants.into_iter().filter(|grant| !is_over(grant)).map(source_of);
    Ok(Holding::new(sources.collect::<Result<_>>()?))
}

/// Whether a role or privilege counts now: always, or within its time.
#[must_use]
pub fn counts(grant: &GrantRow, now: Timestamp) -> bool {
    !grant.is_temporary || is_within(grant.starts_at, grant.ends_at, now)
}

/// Whether something temporary counts at a time.
#[must_use]
pub fn is_within(starts_at: Option<Timestamp>, ends_at: Option<Timestamp>, time: Timestamp) -> bool {
    starts_at.is_some_and(|start| start <= time) && ends_at.is_some_and(|end| time < end)
}

/// When a role or privilege next begins or ends; none if that never happens.
#[must_use]
pub fn next_change(grants: &[GrantRow], now: Timestamp) -> Option<Timestamp> {
    let temporary = grants.iter().filter(|grant| grant.is_temporary);
    temporary.flat_map(|grant| [grant.starts_at, grant.ends_at]).flatten().filter(|time| *time > now).min()
}

fn source_of(grant: &GrantRow) -> Result<Source> {
    let times = (grant.starts_at.map_or(0, Timestamp::millis), grant.ends_at.map_or(0, Timestamp::millis));
    Ok(Source { rules: rules_of(grant)?, time: grant.is_temporary.then_some(times) })
}

/// The rules of a role or privilege.
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn rules_of(grant: &GrantRow) -> Result<Vec<Rule>> {
    match &grant.permissions {
        Some(stored) => stored_rules(stored, Scope::Project),
        None => Ok(ProjectRole::from_slug(&grant.role).map(ProjectRole::rules).unwrap_or_default()),
    }
}

/// The rules of each role that somebody has in an organization: their own, then those of their groups.
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn in_organization(grants: &OrganizationGrantsRow) -> Result<Vec<Vec<Rule>>> {
    let own = match &grants.role_permissions {
        Some(stored) => stored_rules(stored, Scope::Organization)?,
        None => built_in(&grants.role),
    };
    let groups = group_roles(grants)?;
    let rules = groups.iter().map(|role| match role {
        Value::String(slug) => Ok(built_in(slug)),
        other => parse(other, Scope::Organization),
    });
    std::iter::once(Ok(own)).chain(rules).collect()
}

/// What roles in an organization allow, and what stands for it.
///
/// # Errors
///
/// [`Error::Internal`] if stored rules cannot be read.
pub fn of_organization(grants: &OrganizationGrantsRow) -> Result<(Arc<PermissionSet>, Fingerprint)> {
    let groups: Vec<String> = group_roles(grants)?.iter().map(Value::to_string).collect();
    let own = grants.role_permissions.as_deref().unwrap_or(&grants.role);
    let texts = || std::iter::once(own).chain(groups.iter().map(String::as_str));
    let fingerprint = Fingerprint::of(texts());
    let bytes = texts().map(str::len).sum();
    let set = memory::remembered(Scope::Organization, fingerprint, bytes, || {
        Ok(PermissionSet::new(in_organization(grants)?))
    })?;
    Ok((set, fingerprint))
}

/// The roles of groups in an order of their own: databases return them in any.
fn group_roles(grants: &OrganizationGrantsRow) -> Result<Vec<Value>> {
    let Some(stored) = &grants.group_roles else { return Ok(Vec::new()) };
    let mut roles: Vec<Value> = read_json(stored)?;
    roles.sort_by_cached_key(Value::to_string);
    Ok(roles)
}

fn built_in(slug: &str) -> Vec<Rule> {
    OrganizationRole::from_slug(slug).map(OrganizationRole::rules).unwrap_or_default()
}

/// Reads the rules of a stored role or privilege.
///
/// # Errors
///
/// [`Error::Internal`] if they cannot be read.
pub fn stored_rules(text: &str, scope: Scope) -> Result<Vec<Rule>> {
    parse(&read_json(text)?, scope)
}

fn parse(value: &Value, scope: Scope) -> Result<Vec<Rule>> {
    let values = value.as_array().ok_or_else(|| Error::Internal("stored rules are no list".to_owned()))?;
    Rule::parse_all(values, scope).map_err(|error| Error::Internal(format!("stored rules: {error}")))
}

/// Reads what is stored as JSON.
///
/// # Errors
///
/// [`Error::Internal`] if it cannot be read.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("stored rules: {error}")))
}

/// The rules as they are stored.
///
/// # Errors
///
/// [`Error::Internal`] if they cannot be written.
pub fn to_store(rules: &[Rule]) -> Result<String> {
    serde_json::to_string(rules).map_err(|error| Error::Internal(format!("rules: {error}")))
}
