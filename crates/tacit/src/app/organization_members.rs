//! The place of one person in an organization.

use tacit_core::{
    id::{MembershipId, OrganizationId},
    permission::{Action, OrganizationRole, Subject},
};
use tacit_store::{
    Connection, organization_grants,
    organization_memberships::{self, OrganizationMemberRow, OrganizationMembershipRow},
    project_memberships::Member,
    users,
};

use super::{
    App, access,
    audit::Event,
    boundary,
    bounds::Bounds,
    caller::{Caller, OrganizationAccess},
    error::{Error, Result},
    metadata::{self, Metadata},
    roles::GivenRole,
    work::UnitOfWork,
};

const MESSAGE: &str = "You cannot give rights that you do not have";

/// A change of a person's place; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct MemberChange {
    /// The slug of their role.
    pub role: Option<String>,
    /// Whether the place counts.
    pub is_active: Option<bool>,
    /// Keys and values that describe them, in place of those that are there.
    pub metadata: Option<Vec<(String, String)>>,
}

/// One person, and what describes them.
#[derive(Debug)]
pub struct DescribedMember {
    /// The person and their place.
    pub row: OrganizationMemberRow,
    /// Keys and values.
    pub metadata: Vec<Metadata>,
}

/// One person of the caller's organization, which must be the one called `organization`.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Forbidden`] without `read` on members,
/// [`Error::NotFound`].
pub async fn get(
    app: &App,
    caller: &Caller,
    organization: &str,
    id: &MembershipId,
) -> Result<DescribedMember> {
    let access = caller.organization_named(organization)?;
    access.require(Action::Read, Subject::Member)?;
    let mut db = app.database.read().await?;
    let member = find(&mut db, &access.id, id).await?;
    let metadata = metadata_of(&mut db, id).await?;
    let event = Event::new(app, caller, "get-organization-membership");
    app.audit.record(event.with("email", member.email.as_str()))?;
    Ok(DescribedMember { row: member, metadata })
}

async fn metadata_of(db: &mut Connection, id: &MembershipId) -> Result<Vec<Metadata>> {
    let text = organization_memberships::metadata(db, id).await?;
    text.map_or_else(|| Ok(Vec::new()), |text| metadata::read(&text))
}

/// Gives a person another role in the organization, makes their place count no more or again, or describes
/// them otherwise.
///
/// # Errors
///
/// [`Error::Form`] for bad metadata, [`Error::Refused`] for another organization, [`Error::Forbidden`] without `edit` on members,
/// [`Error::NotFound`] for an unknown member, [`Error::Boundary`] for rights the caller does not have,
/// [`Error::Invalid`] for an unknown role or the last admin.
pub async fn update(
    app: &App,
    caller: &Caller,
    organization: &str,
    id: MembershipId,
    change: MemberChange,
) -> Result<OrganizationMembershipRow> {
    caller.organization_named(organization)?;
    let mut bounds = Bounds::default();
    metadata::check(&mut bounds, change.metadata.as_deref());
    bounds.finish()?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { apply(work, &caller, &id, &change).await })).await
}

async fn apply(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &MembershipId,
    change: &MemberChange,
) -> Result<OrganizationMembershipRow> {
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Edit, Subject::Member)?;
    let member = find(&mut work.db, &access.id, id).await?;
    let before = organization_memberships::find(&mut work.db, &access.id, &member.user_id)
        .await?
        .ok_or_else(|| Error::not_found("Membership", id))?;
    let mut row = before.clone();
    if let Some(slug) = &change.role {
        let role = GivenRole::in_organization(&mut work.db, &access.id, slug).await.map_err(unknown_role)?;
        let held = GivenRole::held(&mut work.db, &access.id, &row.role, row.custom_role_id.as_ref()).await?;
        boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
        boundary::require_change(&access.permissions, &held.holding(), &role.holding(), MESSAGE)?;
        row.custom_role_id = role.custom.map(|custom| custom.id);
        row.role = role.role;
    }
    row.is_active = change.is_active.unwrap_or(row.is_active);
    if row.is_active && !before.is_active {
        // They have again what they had, here and in projects.
        let (member, now) = (Member::User(&row.user_id), work.app.now());
        boundary::require_over_member(&mut work.db, caller, &access, member, now, MESSAGE).await?;
    }
    require_admin_remains(&mut work.db, &access, &before, &row).await?;
    if let Some(pairs) = &change.metadata {
        let known = metadata_of(&mut work.db, id).await?;
        let text = metadata::store(&work.app, pairs, &known)?;
        organization_memberships::set_metadata(&mut work.db, id, &text).await?;
    }
    if row != before {
        row.updated_at = work.app.now();
        organization_memberships::update(&mut work.db, &row).await?;
    }
    let event = Event::new(&work.app, caller, "update-organization-membership");
    let event = event.with("email", member.email.as_str()).with("role", row.role.as_str());
    work.record(event.with("isActive", row.is_active));
    Ok(row)
}

/// Takes a person out of the organization, of its groups and its projects, or withdraws their invitation.
/// They may do nothing here from then on. Of somebody who was only ever invited nothing is kept.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Forbidden`] without `delete` on members,
/// [`Error::NotFound`] for an unknown member, [`Error::Boundary`] for somebody with rights in the
/// organization that the caller does not have, [`Error::Invalid`] for the last admin.
pub async fn remove(
    app: &App,
    caller: &Caller,
    organization: &str,
    id: MembershipId,
) -> Result<OrganizationMembershipRow> {
    caller.organization_named(organization)?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { end(work, &caller, &id).await })).await
}

async fn end(work: &mut UnitOfWork, caller: &Caller, id: &MembershipId) -> Result<OrganizationMembershipRow> {
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Delete, Subject::Member)?;
    let member = find(&mut work.db, &access.id, id).await?;
    let unknown = || Error::not_found("Membership", id);
    let row = organization_memberships::find(&mut work.db, &access.id, &member.user_id).await?;
    let row = row.ok_or_else(unknown)?;
    let grants = organization_grants::of_member(&mut work.db, &access.id, Member::User(&row.user_id)).await?;
    let theirs = boundary::organization_holding(&grants.ok_or_else(unknown)?)?;
    boundary::require_held(&access.permissions, &theirs, "You cannot remove somebody who may do more")?;
    let after = OrganizationMembershipRow { is_active: false, ..row.clone() };
    require_admin_remains(&mut work.db, &access, &row, &after).await?;
    if row.accepted_at.is_none() {
        users::lock_by_email(&mut work.db, &member.email).await?;
    }
    organization_memberships::delete(&mut work.db, &row).await?;
    if row.accepted_at.is_none() {
        users::delete_uninvited(&mut work.db, &row.user_id).await?;
    }
    let event = Event::new(&work.app, caller, "delete-organization-membership");
    work.record(event.with("email", member.email.as_str()));
    Ok(row)
}

/// The membership is what was asked for, and it is there.
pub(super) fn unknown_role(error: Error) -> Error {
    match error {
        Error::NotFound(message) => Error::Invalid(message),
        other => other,
    }
}

/// Refuses to take the last admin from an organization: nobody could manage it any more.
async fn require_admin_remains(
    db: &mut Connection,
    access: &OrganizationAccess,
    before: &OrganizationMembershipRow,
    after: &OrganizationMembershipRow,
) -> Result<()> {
    let admin = OrganizationRole::Admin.slug();
    let is_admin = |row: &OrganizationMembershipRow| row.counts() && row.role == admin;
    if !is_admin(before)
        || is_admin(after)
        || organization_memberships::count_active(db, &access.id, admin).await? > 1
    {
        return Ok(());
    }
    Err(Error::Invalid(
        "This is the last admin of the organization. Make somebody else admin first.".to_owned(),
    ))
}

async fn find(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &MembershipId,
) -> Result<OrganizationMemberRow> {
    organization_memberships::find_member(db, organization, id)
        .await?
        .ok_or_else(|| Error::not_found("Membership", id))
}
