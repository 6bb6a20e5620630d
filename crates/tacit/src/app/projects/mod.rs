//! Projects: what belongs together, has members, and is encrypted under a key of its own.

mod create;
mod delete;
mod list;
mod update;

use tacit_core::permission::{Action, Object, PermissionSet, Subject};
use tacit_store::{
    environments::{self, EnvironmentRow},
    projects::ProjectRow,
};

pub use create::{NewProject, create};
pub use delete::delete;
pub use list::{Found, SearchFilter, list, search};
pub use update::{ProjectChanges, update};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::Result,
    roles::Role,
};

/// The most projects that one list looks at.
pub const LISTED_MAX: i64 = 10_000;

/// The kinds of projects that the wire knows (wire-contract 6.2). The first is the default.
pub const TYPES: [&str; 7] = ["secret-manager", "cert-manager", "kms", "ssh", "secret-scanning", "pam", "ai"];

/// A project and those of its environments that the caller has to do with.
#[derive(Clone, Debug)]
pub struct ProjectView {
    /// The project.
    pub project: ProjectRow,
    /// By position.
    pub environments: Vec<EnvironmentRow>,
    /// Its roles, as far as they were asked for and the caller may see them.
    pub roles: Vec<Role>,
}

/// One project the caller is in.
///
/// # Errors
///
/// As [`ProjectAccess::enter`].
pub async fn get(app: &App, caller: &Caller, name: &ProjectName) -> Result<ProjectView> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, name, app.now()).await?;
    let mut environments = environments::list(&mut db, &access.project.id).await?;
    environments.retain(|environment| concerns(&access.permissions, environment));
    app.audit.record(Event::new(app, caller, "get-project").project(&access.project.id))?;
    Ok(ProjectView { project: access.project, environments, roles: Vec::new() })
}

/// Whether somebody with these permissions learns of an environment: who may list environments,
/// and who may know of secrets in this one.
pub(in crate::app) fn concerns(permissions: &PermissionSet, environment: &EnvironmentRow) -> bool {
    let place = Object::new().environment(&environment.slug);
    permissions.allows(Action::Read, Subject::Environments, &Object::new())
        || permissions.could_allow(Action::DescribeSecret, Subject::Secrets, &place)
}
