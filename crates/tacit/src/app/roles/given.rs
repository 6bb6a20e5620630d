//! A role that is to be given to somebody.

use tacit_core::{
    id::{OrganizationId, RoleId},
    permission::{CUSTOM_ROLE_SLUG, Holding, OrganizationRole, ProjectRole, Rule, Scope, Source},
};
use tacit_store::{
    Connection,
    identities::IdentityRow,
    projects::ProjectRow,
    roles::{self, RoleRow},
};

use super::super::{
    error::{Error, Result},
    rights,
};

/// A role that is to be given to somebody.
#[derive(Clone, Debug)]
pub struct GivenRole {
    /// What is stored as the role: the slug of a built-in one, or `custom`.
    pub role: String,
    /// The custom role, if it is one.
    pub custom: Option<RoleRow>,
    /// What it allows and denies.
    pub rules: Vec<Rule>,
}

impl GivenRole {
    /// The role of a project with this slug.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is none.
    pub async fn in_project(db: &mut Connection, project: &ProjectRow, slug: &str) -> Result<Self> {
        if let Some(role) = ProjectRole::from_slug(slug) {
            return Ok(Self::built_in(slug, role.rules()));
        }
        let found = roles::find_by_slug(db, &project.organization_id, Some(&project.id), slug).await?;
        let role = found.ok_or_else(|| Error::Invalid(format!("This project has no role '{slug}'")))?;
        Self::custom(role, Scope::Project)
    }

    /// The role of an organization with this slug.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none.
    pub async fn in_organization(
        db: &mut Connection,
        organization: &OrganizationId,
        slug: &str,
    ) -> Result<Self> {
        if let Some(role) = OrganizationRole::from_slug(slug) {
            return Ok(Self::built_in(slug, role.rules()));
        }
        let found = roles::find_by_slug(db, organization, None, slug).await?;
        Self::custom(found.ok_or_else(|| Error::not_found("Role", slug))?, Scope::Organization)
    }

    /// The role in its organization that an identity has.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn of_identity(db: &mut Connection, identity: &IdentityRow) -> Result<Self> {
        Self::held(db, &identity.organization_id, &identity.role, identity.custom_role_id.as_ref()).await
    }

    /// A role in an organization that somebody has, as it is stored.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn held(
        db: &mut Connection,
        organization: &OrganizationId,
        role: &str,
        custom: Option<&RoleId>,
    ) -> Result<Self> {
        match custom {
            None => {
                let rules = OrganizationRole::from_slug(role).map(OrganizationRole::rules);
                Ok(Self::built_in(role, rules.unwrap_or_default()))
            }
            Some(id) => {
                let row = roles::find(db, organization, None, id).await?;
                Self::custom(row.ok_or_else(|| Error::not_found("Role", id))?, Scope::Organization)
            }
        }
    }

    /// The slug by which people know it.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.custom.as_ref().map_or(&self.role, |custom| &custom.slug)
    }

    /// What somebody has who has only this, for ever.
    #[must_use]
    pub fn holding(&self) -> Holding {
        Holding::new(vec![Source::permanent(self.rules.clone())])
    }

    fn built_in(slug: &str, rules: Vec<Rule>) -> Self {
        Self { role: slug.to_owned(), custom: None, rules }
    }

    fn custom(row: RoleRow, scope: Scope) -> Result<Self> {
        let rules = rights::stored_rules(&row.permissions, scope)?;
        Ok(Self { role: CUSTOM_ROLE_SLUG.to_owned(), custom: Some(row), rules })
    }
}
