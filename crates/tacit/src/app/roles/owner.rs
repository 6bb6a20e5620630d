//! Whose roles are meant, and what the caller may do with them.

use std::sync::Arc;

use tacit_core::{
    id::{OrganizationId, ProjectId},
    permission::{Action, Object, PermissionSet, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{Connection, organizations};

use super::super::{
    App,
    access::{self, ProjectAccess, ProjectName},
    audit::Event,
    caller::{self, Caller},
    error::{Error, Result},
    work::UnitOfWork,
};

/// Whose roles are meant.
#[derive(Clone, Debug)]
pub enum Owner {
    /// The organization with this id, which has to be the caller's.
    Organization(String),
    /// A project.
    Project(ProjectName),
}

/// The organization or project whose roles are meant, and the caller's rights there.
#[derive(Debug)]
pub struct Place {
    /// The organization.
    pub organization: OrganizationId,
    /// The project, if it is one.
    pub project: Option<ProjectId>,
    /// What the caller may do there.
    pub permissions: Arc<PermissionSet>,
    /// When the organization or project was made, and with it its built-in roles.
    pub created_at: Timestamp,
}

impl Owner {
    /// What rules of its roles speak of.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Organization(_) => Scope::Organization,
            Self::Project(_) => Scope::Project,
        }
    }

    /// The project with this id or slug.
    #[must_use]
    pub fn project(name: &str) -> Self {
        Self::Project(ProjectName::IdOrSlug(name.to_owned()))
    }
}

impl Place {
    /// Finds the organization or project and the caller's rights there.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for another organization, else as [`ProjectAccess::enter`].
    pub async fn enter(db: &mut Connection, caller: &Caller, owner: &Owner, now: Timestamp) -> Result<Self> {
        match owner {
            Owner::Organization(id) => {
                let access = caller.organization_named(id)?;
                let permissions = Arc::clone(&access.permissions);
                Self::organization(db, &access.id, permissions).await
            }
            Owner::Project(name) => Ok(Self::of(ProjectAccess::enter(db, caller, name, now).await?)),
        }
    }

    /// As [`Self::enter`], where other changes of access in the organization wait until this one ends.
    ///
    /// # Errors
    ///
    /// As [`Self::enter`].
    pub async fn change(work: &mut UnitOfWork, caller: &Caller, owner: &Owner) -> Result<Self> {
        if let Owner::Organization(id) = owner {
            caller.organization_named(id)?;
        }
        let access = access::change_organization(work, caller).await?;
        match owner {
            Owner::Organization(_) => Self::organization(&mut work.db, &access.id, access.permissions).await,
            Owner::Project(name) => {
                let now = work.app.now();
                Ok(Self::of(ProjectAccess::enter(&mut work.db, caller, name, now).await?))
            }
        }
    }

    async fn organization(
        db: &mut Connection,
        id: &OrganizationId,
        permissions: Arc<PermissionSet>,
    ) -> Result<Self> {
        const GONE: Error = Error::Unauthenticated("This organization is gone");
        let row = organizations::find(db, id).await?.ok_or(GONE)?;
        Ok(Self { organization: row.id, project: None, permissions, created_at: row.created_at })
    }

    fn of(access: ProjectAccess) -> Self {
        Self {
            organization: access.project.organization_id,
            project: Some(access.project.id),
            permissions: access.permissions,
            created_at: access.project.created_at,
        }
    }

    /// Asks the caller's rights about roles here.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if they do not allow `action`.
    pub fn require(&self, action: Action) -> Result<()> {
        caller::require(&self.permissions, self.scope(), action, Subject::Role, &Object::default())
    }

    /// What rules of roles here speak of.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        if self.project.is_some() { Scope::Project } else { Scope::Organization }
    }

    /// An event about roles here, by its name in projects or in organizations.
    pub(in crate::app) fn event(
        &self,
        app: &App,
        caller: &Caller,
        in_project: &str,
        in_organization: &str,
    ) -> Event {
        match &self.project {
            Some(project) => Event::new(app, caller, in_project).project(project),
            None => Event::new(app, caller, in_organization),
        }
    }
}
