//! Custom roles of organizations and of projects, beside the built-in ones.

mod change;
mod given;
mod owner;

use std::sync::Arc;

use tacit_core::{
    id::{OrganizationId, ProjectId, RoleId},
    permission::{Action, CUSTOM_ROLE_SLUG, OrganizationRole, PermissionSet, ProjectRole, Rule, Scope},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    projects::ProjectRow,
    roles::{self, RoleRow},
};

pub use change::{NewRole, RoleChange, create, delete, update};
pub use given::GivenRole;
pub use owner::{Owner, Place};

use super::{
    App,
    caller::Caller,
    error::{Error, PathPart, Result},
    rights,
};

/// Custom roles that an organization, or a project, can have.
pub const ROLES_MAX: i64 = 1000;

/// A role of an organization or a project.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id. Built-in ones have the same everywhere.
    pub id: String,
    /// Unique in the organization or project.
    pub slug: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// What it allows and denies.
    pub rules: Vec<Rule>,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The project; `None` for a role of the organization itself.
    pub project_id: Option<ProjectId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a request names a role.
#[derive(Clone, Debug)]
pub enum RoleName {
    /// By id.
    Id(String),
    /// By slug.
    Slug(String),
}

/// The roles of an organization or a project: first the built-in ones, then the others by slug.
///
/// # Errors
///
/// [`Error::Forbidden`] without `read` on roles, else as [`Place::enter`].
pub async fn list(app: &App, caller: &Caller, owner: &Owner) -> Result<Vec<Role>> {
    let mut db = app.database.read().await?;
    let place = Place::enter(&mut db, caller, owner, app.now()).await?;
    place.require(Action::Read)?;
    let mut custom = roles::list(&mut db, &place.organization, place.project.as_ref()).await?;
    custom.sort_by(|one, other| one.slug.cmp(&other.slug));
    app.audit.record(place.event(app, caller, "get-project-roles", "get-organization-roles"))?;
    let custom: Vec<Role> = custom.into_iter().map(Role::read).collect::<Result<_>>()?;
    Ok(place.built_in_roles().into_iter().chain(custom).collect())
}

/// One role.
///
/// # Errors
///
/// [`Error::NotFound`] if there is none such, else as [`list`].
pub async fn get(app: &App, caller: &Caller, owner: &Owner, name: &RoleName) -> Result<Role> {
    let mut db = app.database.read().await?;
    let place = Place::enter(&mut db, caller, owner, app.now()).await?;
    place.require(Action::Read)?;
    let role = place.role(&mut db, name).await?;
    let event = place.event(app, caller, "get-project-role", "get-organization-role");
    app.audit.record(event.with("role", role.slug.as_str()))?;
    Ok(role)
}

/// The roles of a project that somebody with these permissions may see: the built-in ones, and with
/// `read` on roles all.
pub(super) async fn of_project(
    db: &mut Connection,
    project: &ProjectRow,
    permissions: &Arc<PermissionSet>,
) -> Result<Vec<Role>> {
    let place = Place {
        organization: project.organization_id.clone(),
        project: Some(project.id.clone()),
        permissions: Arc::clone(permissions),
        created_at: project.created_at,
    };
    let mut all = place.built_in_roles();
    if place.require(Action::Read).is_ok() {
        let mut custom = roles::list(db, &place.organization, place.project.as_ref()).await?;
        custom.sort_by(|one, other| one.slug.cmp(&other.slug));
        for row in custom {
            all.push(Role::read(row)?);
        }
    }
    Ok(all)
}

/// One custom role of a project, by its id alone.
///
/// # Errors
///
/// [`Error::NotFound`] if the organization has none such, else as [`get`].
pub async fn get_of_any_project(app: &App, caller: &Caller, id: &RoleId) -> Result<Role> {
    let mut db = app.database.read().await?;
    let found = roles::find_anywhere(&mut db, &caller.organization()?.id, id).await?;
    drop(db);
    let project = found.and_then(|role| role.project_id).ok_or_else(|| Error::not_found("Role", id))?;
    get(app, caller, &Owner::project(project.as_str()), &RoleName::Id(id.to_string())).await
}

impl Role {
    /// Whether it is one of those that are always there.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        is_reserved(&self.slug)
    }

    /// From its row.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if its stored rules cannot be read.
    pub fn read(row: RoleRow) -> Result<Self> {
        let scope = if row.project_id.is_some() { Scope::Project } else { Scope::Organization };
        Ok(Self {
            rules: rights::stored_rules(&row.permissions, scope)?,
            id: row.id.to_string(),
            slug: row.slug,
            name: row.name,
            description: row.description,
            organization_id: row.organization_id,
            project_id: row.project_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl RoleName {
    fn is(&self, role: &Role) -> bool {
        match self {
            Self::Id(id) => role.id == *id,
            Self::Slug(slug) => role.slug == *slug,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Id(text) | Self::Slug(text) => text,
        }
    }
}

impl Place {
    /// The role of that name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none such.
    pub async fn role(&self, db: &mut Connection, name: &RoleName) -> Result<Role> {
        match self.built_in_roles().into_iter().find(|role| name.is(role)) {
            Some(role) => Ok(role),
            None => Role::read(self.find(db, name).await?),
        }
    }

    /// The custom role of that name.
    async fn find(&self, db: &mut Connection, name: &RoleName) -> Result<RoleRow> {
        let project = self.project.as_ref();
        let found = match name {
            RoleName::Id(id) => roles::find(db, &self.organization, project, &RoleId::new(id)).await?,
            RoleName::Slug(slug) => roles::find_by_slug(db, &self.organization, project, slug).await?,
        };
        found.ok_or_else(|| Error::not_found("Role", name.text()))
    }

    fn built_in_roles(&self) -> Vec<Role> {
        let role = |id: String, slug: &str, name: &str, description: &str, rules| Role {
            id,
            slug: slug.to_owned(),
            name: name.to_owned(),
            description: Some(description.to_owned()),
            rules,
            organization_id: self.organization.clone(),
            project_id: self.project.clone(),
            created_at: self.created_at,
            updated_at: self.created_at,
        };
        let of_project = |one: &ProjectRole| {
            role(one.slug().to_owned(), one.slug(), one.name(), one.description(), one.rules())
        };
        let of_organization = |(number, one): (usize, &OrganizationRole)| {
            let id = format!("00000000-0000-7000-8000-00000000000{}", number + 1);
            role(id, one.slug(), one.name(), one.description(), one.rules())
        };
        match self.project {
            Some(_) => ProjectRole::ALL.iter().map(of_project).collect(),
            None => OrganizationRole::ALL.iter().enumerate().map(of_organization).collect(),
        }
    }
}

/// Whether no custom role may have this slug: a built-in one has it, or it stands for all of them.
fn is_reserved(slug: &str) -> bool {
    slug == CUSTOM_ROLE_SLUG
        || ProjectRole::from_slug(slug).is_some()
        || OrganizationRole::from_slug(slug).is_some()
}

/// Reads the rules of a request, found in its field `permissions`.
///
/// # Errors
///
/// [`Error::Form`] with the place of the first that is wrong.
pub fn parse_rules(values: &[serde_json::Value], scope: Scope, field: &str) -> Result<Vec<Rule>> {
    Rule::parse_all(values, scope).map_err(|error| {
        let mut issue = super::Issue::at(field, error.to_string());
        issue.path.extend(error.path.into_iter().map(PathPart::from));
        Error::Form(vec![issue])
    })
}
