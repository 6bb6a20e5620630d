//! The organizations of the instance.

use tacit_core::{id::OrganizationId, permission::OrganizationRole};
use tacit_store::{
    organization_memberships::{self, OrganizationMemberRow, OrganizationMembershipRow},
    organizations::{self, OrganizationRow},
    projects::{self, ProjectRow},
};

use super::{
    super::{
        App,
        audit::Event,
        caller::Caller,
        error::{Error, Result},
        sign_in,
        work::UnitOfWork,
    },
    Listed, Part, ROWS_MAX, begin,
};

/// Members and projects of one organization that a list shows at most.
const SHOWN_MAX: i64 = 1000;

/// An organization with those in it.
#[derive(Clone, Debug)]
pub struct ListedOrganization {
    /// The organization.
    pub row: OrganizationRow,
    /// Its members, oldest first.
    pub members: Vec<OrganizationMemberRow>,
    /// Its projects.
    pub projects: Vec<ProjectRow>,
}

/// Organizations whose name or slug fits, oldest first.
///
/// # Errors
///
/// [`Error::Form`] for a part that is too long.
pub async fn list(app: &App, caller: &Caller, part: &Part) -> Result<Listed<ListedOrganization>> {
    part.check()?;
    let mut db = app.database.read().await?;
    let mut rows = organizations::list_all(&mut db, ROWS_MAX).await?;
    rows.retain(|row| part.names([row.name.as_str(), row.slug.as_str()]));
    let Listed { rows, total } = part.of(rows);
    let mut listed = Vec::new();
    for row in rows {
        let members = organization_memberships::list(&mut db, &row.id, SHOWN_MAX).await?;
        let projects = projects::list(&mut db, &row.id, SHOWN_MAX).await?;
        listed.push(ListedOrganization { row, members, projects });
    }
    app.audit.record(Event::new(app, caller, "get-instance-organizations"))?;
    Ok(Listed { rows: listed, total })
}

/// Makes the caller an admin of an organization that has no admin any more: else nobody could manage it.
/// Its audit log says so.
///
/// # Errors
///
/// [`Error::NotFound`]; [`Error::Invalid`] while the organization has an admin.
pub async fn take_over(app: &App, caller: &Caller, id: OrganizationId) -> Result<OrganizationRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { enter(work, &caller, &id).await })).await
}

async fn enter(work: &mut UnitOfWork, caller: &Caller, id: &OrganizationId) -> Result<OrganizationRow> {
    let (user, _) = sign_in::session_of(caller)?;
    begin(work, caller).await?;
    organizations::raise_access_revision(&mut work.db, id).await?;
    let organization = organizations::find(&mut work.db, id).await?;
    let organization = organization.ok_or_else(|| Error::not_found("Organization", id))?;
    let (admin, now) = (OrganizationRole::Admin.slug(), work.app.now());
    if organization_memberships::count_active(&mut work.db, id, admin).await? > 0 {
        return Err(Error::Invalid("This organization has an admin, who can invite you".to_owned()));
    }
    let known = organization_memberships::find(&mut work.db, id, user).await?;
    let place = OrganizationMembershipRow {
        id: work.app.new_id(),
        organization_id: id.clone(),
        user_id: user.clone(),
        role: admin.to_owned(),
        custom_role_id: None,
        is_active: true,
        accepted_at: Some(now),
        invite_email: None,
        created_at: now,
        updated_at: now,
    };
    match known {
        // What they have in projects stays.
        Some(known) if known.accepted_at.is_some() => {
            let place = OrganizationMembershipRow { id: known.id, ..place };
            organization_memberships::update(&mut work.db, &place).await?;
        }
        Some(invited) => {
            organization_memberships::delete(&mut work.db, &invited).await?;
            organization_memberships::insert(&mut work.db, &place).await?;
        }
        None => organization_memberships::insert(&mut work.db, &place).await?,
    }
    work.record(Event::new(&work.app, caller, "take-over-organization").organization(id));
    Ok(organization)
}
