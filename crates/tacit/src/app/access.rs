//! The caller's place in a project: the project in its organization, then membership, then rules.
//!
//! The order is `decisions.md` 1: an unknown project is 404, one the caller is not in 403, and
//! permission precedes existence of anything inside.

use std::sync::Arc;

use tacit_core::{
    cipher::{Ciphertext, DataKey},
    id::{OrganizationId, ProjectId},
    permission::{Action, Fingerprint, Object, PermissionSet, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection, Moment, organization_grants,
    organization_memberships::{self, OrganizationMembershipRow},
    organizations,
    project_grants::{self, GrantRow},
    project_memberships::Member,
    projects::{self, ProjectRow},
};

use super::{
    App,
    caller::{self, Actor, Caller, OrganizationAccess},
    error::{Error, Result},
    refusal::Denial,
    rights, service_tokens,
    work::UnitOfWork,
};

/// How a request names a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectName {
    /// By id.
    Id(String),
    /// By slug, within the caller's organization.
    Slug(String),
    /// By id or, if no project has that id, by slug.
    IdOrSlug(String),
}

/// A project the caller is in.
#[derive(Clone, Debug)]
pub struct ProjectAccess {
    /// The project.
    pub project: ProjectRow,
    /// The caller's roles and privileges in it, its own and those of its groups, also ended ones.
    pub grants: Vec<GrantRow>,
    /// What those that count now allow.
    pub permissions: Arc<PermissionSet>,
    /// Stands for `permissions`: what the rules decide may be kept for it.
    pub fingerprint: Fingerprint,
    /// The moment at which the caller entered, where there is one.
    pub(in crate::app) entered: Option<Moment>,
}

impl ProjectAccess {
    /// Finds the project and the caller's membership.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for a project that is not in the caller's organization,
    /// [`Error::Refused`] for one the caller is not a member of.
    pub async fn enter(
        db: &mut Connection,
        caller: &Caller,
        name: &ProjectName,
        now: Timestamp,
    ) -> Result<Self> {
        let organization = &caller.organization()?.id;
        let project = find_project(db, organization, name).await?;
        caller.enters(&project.id);
        let grants = grants_of(db, caller, &project.id, now).await?;
        if grants.is_empty() {
            return Err(not_a_member(caller));
        }
        Ok(Self { entered: db.moment(), ..Self::with_grants(project, grants, now)? })
    }

    /// As [`Self::enter`], and remembers it for as long as nobody's rights change.
    ///
    /// # Errors
    ///
    /// As [`Self::enter`].
    pub async fn enter_remembered(
        app: &App,
        caller: &Caller,
        name: &ProjectName,
    ) -> Result<(Connection, Self)> {
        let (now, began_at) = (app.now(), app.uptime());
        let revisions = app.database.revisions();
        let epoch = revisions.rights(began_at);
        let mut db = app.database.read().await?;
        let access = Self::enter(&mut db, caller, name, now).await?;
        revisions.saw_project(&access.project.id, access.project.revision, began_at);
        if let Some(epoch) = epoch {
            app.recall.keep_place(caller, name, &access, epoch, now);
        }
        Ok((db, access))
    }

    /// The place of somebody who has these roles and privileges in the project.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if stored rules cannot be read.
    pub fn with_grants(project: ProjectRow, grants: Vec<GrantRow>, now: Timestamp) -> Result<Self> {
        let (permissions, fingerprint) = rights::in_project(&grants, now)?;
        Ok(Self { project, grants, permissions, fingerprint, entered: None })
    }

    /// Whether the caller still has the roles and privileges it entered with.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn is_current(&self, db: &mut Connection, caller: &Caller, now: Timestamp) -> Result<bool> {
        if self.entered.is_some() && self.entered == db.moment() {
            return Ok(true);
        }
        let mut now = grants_of(db, caller, &self.project.id, now).await?;
        let mut then = self.grants.clone();
        now.sort_by(|one, other| one.id.cmp(&other.id));
        then.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(now == then)
    }

    /// Asks the caller's roles about one object.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if they do not allow it.
    pub fn require(&self, action: Action, subject: Subject, object: &Object<'_>) -> Result<()> {
        caller::require(&self.permissions, Scope::Project, action, subject, object)
    }

    /// Asks the caller's roles about a kind of thing as a whole, such as the project's tags.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if they do not allow it.
    pub fn require_any(&self, action: Action, subject: Subject) -> Result<()> {
        self.require(action, subject, &Object::default())
    }

    /// Asks whether the caller's roles could allow it for some object of that kind, before it is
    /// known which one it is (`decisions.md` 1, 28).
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if they could not.
    pub fn require_possible(&self, action: Action, subject: Subject) -> Result<()> {
        self.require_possible_at(action, subject, &Object::default())
    }

    /// As [`Self::require_possible`], where something is known of the object, such as its place.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn require_possible_at(&self, action: Action, subject: Subject, object: &Object<'_>) -> Result<()> {
        if self.permissions.could_allow(action, subject, object) {
            return Ok(());
        }
        Err(self.impossible(action, subject, object))
    }

    /// The refusal where nothing of what is asked for could be allowed.
    #[must_use]
    pub fn impossible(&self, action: Action, subject: Subject, object: &Object<'_>) -> Error {
        let right = (action, subject);
        Error::Forbidden(Box::new(Denial::new(&self.permissions, Scope::Project, right, object, true)))
    }

    /// The project's data key, for giving values to those who call the API and taking them from there.
    /// This is the one place that knows whether the API may.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the project does not let the API have values.
    pub fn data_key(&self, app: &App) -> Result<Arc<DataKey>> {
        if self.project.plaintext_reads {
            return self.sealed_key(app);
        }
        Err(Error::Refused(
            "This project does not give values to the API: 'Plaintext API reads' is off in its settings"
                .to_owned(),
        ))
    }

    /// The project's data key, for answers with values or without.
    ///
    /// # Errors
    ///
    /// As [`Self::data_key`] with values.
    pub fn key_for(&self, app: &App, shows_values: bool) -> Result<Arc<DataKey>> {
        if shows_values { self.data_key(app) } else { self.sealed_key(app) }
    }

    /// Refuses to go on if the project's data key was replaced since the caller entered. `present` is the
    /// wrapped key as it stays until the transaction ends: what is encrypted now must be under that one.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if it was.
    pub(in crate::app) fn require_key(&self, present: &Ciphertext) -> Result<()> {
        if self.project.data_key_ciphertext.key_number() == present.key_number() {
            return Ok(());
        }
        Err(Error::Conflict("The project's encryption key was replaced meanwhile. Try again."))
    }

    /// The project's data key, for what hands no value to the API: descriptions, changes of places
    /// and the dashboard, where a person looks at each value.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key.
    pub fn sealed_key(&self, app: &App) -> Result<Arc<DataKey>> {
        let ProjectRow { id, data_key_ciphertext, other_data_key_ciphertext, .. } = &self.project;
        app.keys.project(id, data_key_ciphertext, other_data_key_ciphertext.as_ref())
    }
}

const GONE: Error = Error::Unauthenticated("You are not in this organization any more");

/// Begins a change of who may do what in the caller's organization: other such changes wait until it
/// ends, and the caller's rights are those of now.
///
/// # Errors
///
/// [`Error::Unauthenticated`] if the caller is not in the organization any more.
pub async fn change_organization(work: &mut UnitOfWork, caller: &Caller) -> Result<OrganizationAccess> {
    let id = caller.organization()?.id.clone();
    organizations::raise_access_revision(&mut work.db, &id).await?;
    if let Actor::User { id: user, .. } = &*caller.actor {
        let membership = organization_memberships::find(&mut work.db, &id, user).await?;
        membership.filter(OrganizationMembershipRow::counts).ok_or(GONE)?;
    }
    let grants = organization_grants::of_member(&mut work.db, &id, member(caller)?).await?.ok_or(GONE)?;
    OrganizationAccess::with_grants(id, grants)
}

/// The project of that name in the organization.
///
/// # Errors
///
/// [`Error::NotFound`], the same for an unknown project and one of another organization.
pub async fn find_project(
    db: &mut Connection,
    organization: &OrganizationId,
    name: &ProjectName,
) -> Result<ProjectRow> {
    match name {
        ProjectName::Id(id) => projects::find(db, organization, &ProjectId::new(id))
            .await?
            .ok_or_else(|| Error::NotFound(format!("Project with ID '{id}' not found"))),
        ProjectName::Slug(slug) => projects::find_by_slug(db, organization, slug)
            .await?
            .ok_or_else(|| Error::NotFound(format!("Project with slug '{slug}' not found"))),
        ProjectName::IdOrSlug(name) => {
            if let Some(project) = projects::find(db, organization, &ProjectId::new(name)).await? {
                return Ok(project);
            }
            projects::find_by_slug(db, organization, name)
                .await?
                .ok_or_else(|| Error::NotFound(format!("Project with ID or slug '{name}' not found")))
        }
    }
}

/// The caller as memberships name it.
///
/// # Errors
///
/// [`Error::Refused`] for a service token, which is no member of anything.
pub fn member(caller: &Caller) -> Result<Member<'_>> {
    match &*caller.actor {
        Actor::User { id, .. } => Ok(Member::User(id)),
        Actor::Identity { id, .. } => Ok(Member::Identity(id)),
        Actor::ServiceToken { .. } => Err(service_tokens::no_member()),
    }
}

/// All that gives the caller rights in a project; empty if nothing does.
async fn grants_of(
    db: &mut Connection,
    caller: &Caller,
    project: &ProjectId,
    now: Timestamp,
) -> Result<Vec<GrantRow>> {
    let member = match &*caller.actor {
        Actor::User { id, .. } => Member::User(id),
        Actor::Identity { id, .. } => Member::Identity(id),
        Actor::ServiceToken { id, .. } => {
            let organization = &caller.organization()?.id;
            return Ok(service_tokens::grant(db, organization, project, id, now)
                .await?
                .into_iter()
                .collect());
        }
    };
    Ok(project_grants::of_member(db, project, member).await?)
}

fn not_a_member(caller: &Caller) -> Error {
    Error::Refused(match *caller.actor {
        Actor::User { .. } => "You are not a member of this project".to_owned(),
        Actor::Identity { .. } => "This identity is not a member of this project".to_owned(),
        Actor::ServiceToken { .. } => service_tokens::GIVES_NOTHING.to_owned(),
    })
}
