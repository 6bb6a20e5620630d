//! Creating a project: its row and key, its creator as admin, its first environments.

use tacit_core::{
    id::{OrganizationId, ProjectId},
    name::{ProjectName, Slug, slugify_with_suffix},
    permission::{Action, ProjectRole, Subject},
};
use tacit_store::{
    data_keys::KeyOwner,
    environments::EnvironmentRow,
    organizations,
    projects::{self, ProjectRow},
};

use super::{
    super::{
        App,
        audit::Event,
        caller::Caller,
        commit::Commit,
        environments,
        error::{Error, Result},
        keys::{Keys, RootKeyHeld},
        memberships,
        work::UnitOfWork,
    },
    ProjectView,
};

/// The environments a new project has, in their order.
const FIRST_ENVIRONMENTS: [(&str, &str); 3] =
    [("Development", "dev"), ("Staging", "staging"), ("Production", "prod")];
/// Versions of a secret that a new project keeps.
const VERSIONS_KEPT: i64 = 10;
/// How often a made-up slug may turn out to be taken.
const SLUG_TRIES: usize = 8;

/// A project to be made.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// For people.
    pub name: ProjectName,
    /// Unique in the organization; `None` makes one from the name.
    pub slug: Option<Slug>,
    /// For people.
    pub description: Option<String>,
    /// One of [`super::TYPES`].
    pub kind: String,
    /// Whether it begins with development, staging and production.
    pub has_first_environments: bool,
    /// Whether deleting it is refused.
    pub has_delete_protection: bool,
}

/// Makes a project. The caller becomes its admin.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller may not create projects in its organization,
/// [`Error::Invalid`] if the slug is taken.
pub async fn create(app: &App, caller: &Caller, new: NewProject) -> Result<ProjectView> {
    caller.organization()?.require(Action::Create, Subject::Workspace)?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { insert(work, &caller, new).await })).await
}

async fn insert(work: &mut UnitOfWork, caller: &Caller, new: NewProject) -> Result<ProjectView> {
    let organization = &caller.organization()?.id;
    let root = work.hold_root_key().await?;
    organizations::raise_access_revision(&mut work.db, organization).await?;
    let has_environments = new.has_first_environments;
    let project = row_of(work, &root, organization, new).await?;
    let taken = format!("A project with slug '{}' already exists in this organization", project.slug);
    projects::insert(&mut work.db, &project).await.map_err(Error::duplicate(taken))?;
    memberships::join(work, caller, &project.id, ProjectRole::Admin).await?;
    let environments =
        if has_environments { insert_environments(work, caller, &project.id).await? } else { Vec::new() };
    let event = Event::new(&work.app, caller, "create-project").project(&project.id);
    work.record(event.with("name", project.name.as_str()).with("slug", project.slug.as_str()));
    Ok(ProjectView { project, environments, roles: Vec::new() })
}

async fn row_of(
    work: &mut UnitOfWork,
    root: &RootKeyHeld,
    organization: &OrganizationId,
    new: NewProject,
) -> Result<ProjectRow> {
    let id: ProjectId = work.app.new_id();
    let now = work.app.now();
    let slug = match new.slug {
        Some(slug) => slug.into_string(),
        None => free_slug(work, organization, &new.name).await?,
    };
    Ok(ProjectRow {
        data_key_ciphertext: Keys::new_data_key(root, &KeyOwner::Project(id.clone()), 1, &work.app.random),
        other_data_key_ciphertext: None,
        id,
        organization_id: organization.clone(),
        name: new.name.into_string(),
        slug,
        description: new.description,
        r#type: new.kind,
        revision: 0,
        auto_capitalization: true,
        has_delete_protection: new.has_delete_protection,
        secret_sharing: true,
        show_snapshots_legacy: false,
        pit_version_limit: VERSIONS_KEPT,
        plaintext_reads: true,
        audit_logs_retention_days: None,
        created_at: now,
        updated_at: now,
    })
}

/// A slug made from the name that no project of the organization has.
async fn free_slug(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    name: &ProjectName,
) -> Result<String> {
    for _ in 0..SLUG_TRIES {
        let slug = slugify_with_suffix(name.as_str(), &work.app.random);
        if projects::find_by_slug(&mut work.db, organization, &slug).await?.is_none() {
            return Ok(slug);
        }
    }
    Err(Error::Conflict("No free slug was found for this name. Try again or choose a slug."))
}

async fn insert_environments(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectId,
) -> Result<Vec<EnvironmentRow>> {
    let mut commit = Commit::open_new(work, project).await?;
    let now = work.app.now();
    let mut rows = Vec::new();
    for (position, (name, slug)) in (1..).zip(FIRST_ENVIRONMENTS) {
        let row = EnvironmentRow {
            id: work.app.new_id(),
            project_id: project.clone(),
            name: name.to_owned(),
            slug: slug.to_owned(),
            position,
            created_at: now,
            updated_at: now,
        };
        environments::insert(work, &mut commit, &row).await?;
        rows.push(row);
    }
    commit.write(work, caller, None).await?;
    Ok(rows)
}
