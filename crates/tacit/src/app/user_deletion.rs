//! The end of an account: by its owner, or by who manages the instance.
//!
//! Sessions, memberships, privileges and own values of secrets go at once. Audit events and commits keep
//! the e-mail of who made them, and stay.

use tacit_core::permission::OrganizationRole;
use tacit_store::{
    instance, login_failures,
    organization_memberships::{self, OrganizationMembershipRow},
    organizations::{self, OrganizationRow},
    secret_overrides,
    users::{self, UserRow},
};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    second_factor, sign_in,
    work::UnitOfWork,
};

/// What is said where nobody would be left to manage the instance.
pub(super) const LAST_ADMINISTRATOR: &str =
    "This is the last administrator of the server. Make somebody else administrator first.";

/// Deletes the caller's own account.
///
/// # Errors
///
/// [`Error::Invalid`] for the last administrator of the instance or of an organization,
/// [`Error::Refused`] in a session that has a second factor still to give.
pub async fn delete_own(app: &App, caller: &Caller) -> Result<UserRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { leave(work, &caller).await })).await
}

async fn leave(work: &mut UnitOfWork, caller: &Caller) -> Result<UserRow> {
    const GONE: Error = Error::Unauthenticated("This account is gone");
    instance::lock(&mut work.db).await?;
    let (id, session) = sign_in::session_of(caller)?;
    second_factor::require_not_due(work, id, session).await?;
    let user = users::find(&mut work.db, id).await?.ok_or(GONE)?;
    if user.is_instance_admin && users::count_instance_admins(&mut work.db).await? <= 1 {
        return Err(Error::Invalid(LAST_ADMINISTRATOR.to_owned()));
    }
    for organization in enter_places(work, &user).await? {
        require_other_admin(work, &organization, &user).await?;
    }
    delete(work, caller, &user).await?;
    Ok(user)
}

/// The organizations that a person has a place in. Other changes of access there wait until this
/// transaction ends. They are locked in the order of their ids, so that no two wait for each other.
async fn enter_places(work: &mut UnitOfWork, user: &UserRow) -> Result<Vec<OrganizationRow>> {
    let places = organizations::list_with_place(&mut work.db, &user.id).await?;
    for organization in &places {
        organizations::raise_access_revision(&mut work.db, &organization.id).await?;
    }
    Ok(places)
}

async fn require_other_admin(
    work: &mut UnitOfWork,
    organization: &OrganizationRow,
    user: &UserRow,
) -> Result<()> {
    let admin = OrganizationRole::Admin.slug();
    let place = organization_memberships::find(&mut work.db, &organization.id, &user.id).await?;
    let is_admin = |place: OrganizationMembershipRow| place.counts() && place.role == admin;
    if !place.is_some_and(is_admin)
        || organization_memberships::count_active(&mut work.db, &organization.id, admin).await? > 1
    {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "You are the last admin of the organization '{}'. Make somebody else admin, or delete it first.",
        organization.name
    )))
}

/// Deletes an account in a transaction that has locked the instance. Each organization that the person had
/// a place in records it, and the caller's own.
pub(super) async fn delete(work: &mut UnitOfWork, caller: &Caller, user: &UserRow) -> Result<()> {
    let places = enter_places(work, user).await?;
    secret_overrides::delete_of_owner(&mut work.db, &user.id).await?;
    login_failures::delete(&mut work.db, &user.email).await?;
    users::delete(&mut work.db, &user.id).await?;
    let event = Event::new(&work.app, caller, "delete-user").with("userId", user.id.as_str());
    let event = event.with("email", user.email.as_str());
    let own = caller.organization.as_ref().map(|organization| &organization.id);
    if own.is_none_or(|own| !places.iter().any(|place| place.id == *own)) {
        work.record(event.clone());
    }
    for place in places {
        work.record(event.clone().again(&work.app).organization(&place.id));
    }
    Ok(())
}
