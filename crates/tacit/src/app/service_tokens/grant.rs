//! What a service token gives at a time: what it is for, as far as the person who made it holds that.
//!
//! A person who leaves, or who may do less than before, must not keep more by a token in their pocket
//! (security.md, promises 3 and 4). So each rule of a token counts as long as its maker holds all that the
//! rule allows, and counts again when they hold it again.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use tacit_core::{
    id::{MembershipId, OrganizationId, ProjectId, ServiceTokenId, UserId},
    permission::{CUSTOM_ROLE_SLUG, Holding, PermissionSet, Rule, Source},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    organization_memberships::{self, OrganizationMembershipRow},
    project_grants::{self, GrantRow},
    project_memberships::Member,
    service_tokens::{self, ServiceTokenRow},
};

use super::scope::{rules, stored_permissions, stored_scopes};
use crate::app::{error::Result, rights};

/// What a token gives in a project, as the rules of one role. `None` if nothing: the token is gone or has
/// ended, is for another project, or its maker holds nothing of it.
///
/// # Errors
///
/// Fails only if the database does, or holds damaged rules.
pub(in crate::app) async fn grant(
    db: &mut Connection,
    organization: &OrganizationId,
    project: &ProjectId,
    id: &ServiceTokenId,
    now: Timestamp,
) -> Result<Option<GrantRow>> {
    let row = service_tokens::find(db, project, id).await?;
    let Some(row) = row.filter(|row| counts(row, now)) else { return Ok(None) };
    let maker = Maker::of(db, organization, project, &row.created_by, now).await?;
    maker.grant(&row)
}

/// The tokens of a project that give something now, with what each gives, the oldest first.
///
/// # Errors
///
/// As [`grant`].
pub(in crate::app) async fn grants(
    db: &mut Connection,
    organization: &OrganizationId,
    project: &ProjectId,
    now: Timestamp,
) -> Result<Vec<(ServiceTokenRow, GrantRow)>> {
    let (mut makers, mut found) = (HashMap::new(), Vec::new());
    for row in service_tokens::list(db, project).await?.into_iter().filter(|row| counts(row, now)) {
        let maker = match makers.entry(row.created_by.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(Maker::of(db, organization, project, &row.created_by, now).await?)
            }
        };
        if let Some(grant) = maker.grant(&row)? {
            found.push((row, grant));
        }
    }
    Ok(found)
}

fn counts(row: &ServiceTokenRow, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|end| now < end)
}

/// The person who made a token, as far as it matters.
struct Maker {
    permissions: Arc<PermissionSet>,
    /// When one of their roles begins or ends by itself.
    until: Option<Timestamp>,
}

impl Maker {
    async fn of(
        db: &mut Connection,
        organization: &OrganizationId,
        project: &ProjectId,
        id: &UserId,
        now: Timestamp,
    ) -> Result<Self> {
        let membership = organization_memberships::find(db, organization, id).await?;
        let grants = match membership.filter(OrganizationMembershipRow::counts) {
            Some(_) => project_grants::of_member(db, project, Member::User(id)).await?,
            None => Vec::new(),
        };
        Ok(Self {
            permissions: rights::permissions_of(&grants, now)?,
            until: rights::next_change(&grants, now),
        })
    }

    /// What a token of theirs gives; `None` if they hold nothing of it.
    fn grant(&self, row: &ServiceTokenRow) -> Result<Option<GrantRow>> {
        let mut rules = rules(&stored_scopes(&row.scopes)?, &stored_permissions(&row.permissions)?)?;
        rules.retain(|rule| self.holds(rule));
        if rules.is_empty() {
            return Ok(None);
        }
        let ends_at = [row.expires_at, self.until].into_iter().flatten().min();
        as_role(row, &rules, ends_at).map(Some)
    }

    fn holds(&self, rule: &Rule) -> bool {
        let holding = Holding::new(vec![Source::permanent(vec![rule.clone()])]);
        holding.missing_from(&self.permissions).is_empty()
    }
}

/// The rules of a token, in the form in which all rights in projects come.
fn as_role(row: &ServiceTokenRow, rules: &[Rule], ends_at: Option<Timestamp>) -> Result<GrantRow> {
    Ok(GrantRow {
        id: row.id.to_string(),
        project_id: row.project_id.clone(),
        membership_id: MembershipId::new(row.id.as_str()),
        role: CUSTOM_ROLE_SLUG.to_owned(),
        custom_role_slug: None,
        privilege_slug: None,
        permissions: Some(rights::to_store(rules)?),
        is_privilege: false,
        is_temporary: ends_at.is_some(),
        // It has begun, also by a clock that is behind the one of the node that made it.
        starts_at: Some(Timestamp::from_millis(0)),
        ends_at,
    })
}
