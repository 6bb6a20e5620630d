//! Tags of a project, which secrets carry. Changing them is a commit.

use tacit_core::{
    id::{ProjectId, TagId},
    name::Slug,
    permission::{Action, Field, Subject},
};
use tacit_store::{
    Connection,
    tags::{self, TagRow},
};

use super::{
    App, Patch,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    commit::{Change, Commit, Resource},
    error::{Error, Result},
    named_by_rules::{hold, require_indifferent},
    work::UnitOfWork,
};

/// The most tags a project may have.
pub const TAGS_MAX: i64 = 1000;

/// The version that commits give tags while they exist: the rows have none.
const VERSION: i64 = 1;

/// What is to be changed of a tag.
#[derive(Clone, Debug, Default)]
pub struct TagChanges {
    /// Unique in the project; `None` keeps it.
    pub slug: Option<Slug>,
    /// As user interfaces show it.
    pub color: Patch<String>,
}

/// The tags of a project by slug.
///
/// # Errors
///
/// As [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn list(app: &App, caller: &Caller, project: &ProjectName) -> Result<Vec<TagRow>> {
    let mut db = app.database.read().await?;
    let access = enter(app, &mut db, caller, project, Action::Read).await?;
    app.audit.record(Event::new(app, caller, "get-tags").project(&access.project.id))?;
    let mut rows = tags::list(&mut db, &access.project.id).await?;
    rows.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(rows)
}

/// One tag by id.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn get(app: &App, caller: &Caller, project: &ProjectName, id: &TagId) -> Result<TagRow> {
    let mut db = app.database.read().await?;
    let access = enter(app, &mut db, caller, project, Action::Read).await?;
    let row = find(&mut db, &access.project.id, id).await?;
    record_read(app, caller, row)
}

/// One tag by slug.
///
/// # Errors
///
/// As [`get`].
pub async fn get_by_slug(app: &App, caller: &Caller, project: &ProjectName, slug: &str) -> Result<TagRow> {
    let mut db = app.database.read().await?;
    let access = enter(app, &mut db, caller, project, Action::Read).await?;
    let row = tags::find_by_slug(&mut db, &access.project.id, slug).await?;
    record_read(app, caller, row.ok_or_else(|| Error::not_found("Tag", slug))?)
}

fn record_read(app: &App, caller: &Caller, row: TagRow) -> Result<TagRow> {
    let event = Event::new(app, caller, "get-tag").project(&row.project_id);
    app.audit.record(event.with("tag", row.slug.as_str()))?;
    Ok(row)
}

/// Makes a tag.
///
/// # Errors
///
/// [`Error::Invalid`] if the slug is taken or there are [`TAGS_MAX`] already, else as
/// [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn create(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    slug: Slug,
    color: Option<String>,
) -> Result<TagRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, &project, slug, color).await })).await
}

async fn make(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    slug: Slug,
    color: Option<String>,
) -> Result<TagRow> {
    let app = work.app.clone();
    let access = enter(&app, &mut work.db, caller, project, Action::Create).await?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let project = access.project.id;
    if tags::count(&mut work.db, &project).await? >= TAGS_MAX {
        return Err(Error::Invalid(format!("A project cannot have more than {TAGS_MAX} tags")));
    }
    let now = app.now();
    let row = TagRow {
        id: app.new_id(),
        project_id: project,
        slug: slug.into_string(),
        color,
        created_by: Some(caller.actor.id().to_owned()),
        created_by_type: caller.actor.kind().to_owned(),
        created_at: now,
        updated_at: now,
    };
    tags::insert(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
    commit.add(change(&row, None, Some(VERSION)));
    commit.write(work, caller, None).await?;
    record(work, caller, "create-tag", &row);
    Ok(row)
}

/// Changes a tag.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, [`Error::Invalid`] if the slug is taken.
pub async fn update(
    app: &App,
    caller: &Caller,
    project: ProjectName,
    id: TagId,
    changes: TagChanges,
) -> Result<TagRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { apply(work, &caller, &project, &id, &changes).await })).await
}

async fn apply(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    id: &TagId,
    changes: &TagChanges,
) -> Result<TagRow> {
    let app = work.app.clone();
    let access = enter(&app, &mut work.db, caller, project, Action::Edit).await?;
    let project = &access.project.id;
    let current = find(&mut work.db, project, id).await?;
    if changes.apply_to(&current) == current {
        // A request that changes nothing is no commit (`decisions.md` 19).
        record(work, caller, "update-tag", &current);
        return Ok(current);
    }
    hold(work, &access).await?;
    let current = find(&mut work.db, project, id).await?;
    let renamed = changes.apply_to(&current);
    require_indifferent(work, &access, Field::SecretTags, &[(&current.slug, &renamed.slug)]).await?;
    let mut commit = Commit::open(work, caller, &access).await?;
    // The open commit keeps it from changing, so read again what is there now.
    let mut row = changes.apply_to(&find(&mut work.db, project, id).await?);
    row.updated_at = app.now();
    tags::update(&mut work.db, &row).await.map_err(Error::duplicate(taken(&row.slug)))?;
    commit.add(change(&row, Some(VERSION), Some(VERSION)));
    commit.write(work, caller, None).await?;
    record(work, caller, "update-tag", &row);
    Ok(row)
}

/// Deletes a tag and takes it off all secrets.
///
/// # Errors
///
/// [`Error::NotFound`] if the project has none such, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn delete(app: &App, caller: &Caller, project: ProjectName, id: TagId) -> Result<TagRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &project, &id).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, project: &ProjectName, id: &TagId) -> Result<TagRow> {
    let app = work.app.clone();
    let access = enter(&app, &mut work.db, caller, project, Action::Delete).await?;
    hold(work, &access).await?;
    let current = find(&mut work.db, &access.project.id, id).await?;
    require_indifferent(work, &access, Field::SecretTags, &[(&current.slug, "")]).await?;
    let mut commit = Commit::open(work, caller, &access).await?;
    let project = access.project.id;
    let row = find(&mut work.db, &project, id).await?;
    tags::delete(&mut work.db, id).await?;
    commit.add(change(&row, Some(VERSION), None));
    commit.write(work, caller, None).await?;
    record(work, caller, "delete-tag", &row);
    Ok(row)
}

async fn enter(
    app: &App,
    db: &mut Connection,
    caller: &Caller,
    project: &ProjectName,
    action: Action,
) -> Result<ProjectAccess> {
    let access = ProjectAccess::enter(db, caller, project, app.now()).await?;
    access.require_any(action, Subject::Tags)?;
    Ok(access)
}

async fn find(db: &mut Connection, project: &ProjectId, id: &TagId) -> Result<TagRow> {
    tags::find(db, project, id).await?.ok_or_else(|| Error::not_found("Tag", id))
}

fn change(row: &TagRow, version_before: Option<i64>, version_after: Option<i64>) -> Change {
    Change {
        resource: Resource::Tag,
        resource_id: row.id.to_string(),
        folder_id: None,
        name: row.slug.clone(),
        version_before,
        version_after,
        owner_user_id: String::new(),
    }
}

fn record(work: &mut UnitOfWork, caller: &Caller, event: &str, row: &TagRow) {
    let event = Event::new(&work.app, caller, event).project(&row.project_id);
    work.record(event.with("tag", row.slug.as_str()).with("tagId", row.id.as_str()));
}

/// Clients that make missing tags look for how this begins (wire-contract 6.4).
fn taken(slug: &str) -> String {
    format!("Tag already exists: this project has one with slug '{slug}'")
}

impl TagChanges {
    fn apply_to(&self, row: &TagRow) -> TagRow {
        let mut after = row.clone();
        if let Some(slug) = &self.slug {
            slug.as_str().clone_into(&mut after.slug);
        }
        self.color.clone().apply(&mut after.color);
        after
    }
}
