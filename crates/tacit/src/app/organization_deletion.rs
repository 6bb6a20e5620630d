//! Deleting an organization with everything in it.

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, OrganizationRole, Subject},
};
use tacit_store::{
    identities, instance,
    organizations::{self, OrganizationRow},
    projects, user_sessions, users,
};

use super::{
    App, access,
    audit::Event,
    boundary,
    caller::Caller,
    error::{Error, Result},
    roles::GivenRole,
    sign_in,
    work::UnitOfWork,
};

/// Deletes the caller's organization: its projects with their keys, its identities with their tokens, its
/// roles, groups and memberships. Accounts of people stay, and so does its audit log. Returns it and an
/// access token that is for no organization.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Forbidden`] without `delete` on settings,
/// [`Error::Boundary`] for somebody who is not an admin, [`Error::Invalid`] while something in it is
/// protected from deletion, or if nobody could manage the instance any more.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(OrganizationRow, String)> {
    caller.organization_named(id)?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller) -> Result<(OrganizationRow, String)> {
    const GONE: Error = Error::Unauthenticated("This organization is gone");
    const ENDED: Error = Error::Unauthenticated("Your session has ended. Sign in again.");
    let (_, session) = sign_in::session_of(caller)?;
    instance::lock(&mut work.db).await?;
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Delete, Subject::Settings)?;
    let admin = GivenRole::in_organization(&mut work.db, &access.id, OrganizationRole::Admin.slug()).await?;
    let message = "Only an admin of the organization can delete it";
    boundary::require_held(&access.permissions, &admin.holding(), message)?;
    let organization = organizations::find(&mut work.db, &access.id).await?.ok_or(GONE)?;
    require_deletable(work, &access.id).await?;
    let projects = projects::list(&mut work.db, &access.id, i64::MAX).await?;
    organizations::delete(&mut work.db, &access.id).await?;
    record(work, caller, &organization);
    forget_keys(work, projects.into_iter().map(|project| project.id).collect());
    let session = user_sessions::lock(&mut work.db, session).await?.ok_or(ENDED)?;
    let token = sign_in::access_token(&work.app, &session, None);
    Ok((organization, token))
}

async fn require_deletable(work: &mut UnitOfWork, id: &OrganizationId) -> Result<()> {
    if let Some(project) = projects::find_protected(&mut work.db, id).await? {
        return Err(Error::Invalid(format!(
            "The project '{}' is protected from deletion. Turn the protection off first.",
            project.name
        )));
    }
    if identities::count_protected(&mut work.db, id).await? > 0 {
        return Err(Error::Invalid(
            "A machine identity is protected from deletion. Turn the protection off first.".to_owned(),
        ));
    }
    if users::count_instance_admins_elsewhere(&mut work.db, id).await? == 0 {
        return Err(Error::Invalid(
            "Nobody could manage this server any more: an administrator of the server must be in another \
             organization first"
                .to_owned(),
        ));
    }
    Ok(())
}

/// In the organization's own log, which stays, and in that of the instance.
fn record(work: &mut UnitOfWork, caller: &Caller, organization: &OrganizationRow) {
    let facts = |event: Event| {
        event
            .with("organizationId", organization.id.as_str())
            .with("name", organization.name.as_str())
            .with("slug", organization.slug.as_str())
    };
    let actor = &caller.actor;
    let event = Event::by_nobody(&work.app, &caller.client, "delete-organization");
    work.record(facts(event.actor(actor.kind(), actor.id(), actor.name())));
    work.record(facts(Event::new(&work.app, caller, "delete-organization")));
}

fn forget_keys(work: &mut UnitOfWork, projects: Vec<ProjectId>) {
    work.after_commit(move |app| projects.iter().for_each(|project| app.keys.forget_project(project)));
}
