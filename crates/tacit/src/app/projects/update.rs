//! Changing the settings of a project.

use tacit_core::{
    name::{ProjectName as DisplayName, Slug},
    permission::{Action, Subject},
};
use tacit_store::{
    organizations,
    projects::{self, ProjectRow},
};

use super::super::{
    App, Patch,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    work::UnitOfWork,
};

/// Settings to be changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ProjectChanges {
    /// The name for people.
    pub name: Option<DisplayName>,
    /// The slug.
    pub slug: Option<Slug>,
    /// The description.
    pub description: Patch<String>,
    /// Whether user interfaces upper-case names of secrets.
    pub auto_capitalization: Option<bool>,
    /// Whether deleting the project is refused.
    pub has_delete_protection: Option<bool>,
    /// Whether its secrets may be shared by link.
    pub secret_sharing: Option<bool>,
    /// Whether user interfaces show the old snapshots.
    pub show_snapshots_legacy: Option<bool>,
    /// Versions of a secret that are kept, 1 to 100.
    pub pit_version_limit: Option<i64>,
    /// Whether the API hands out values of its secrets.
    pub plaintext_reads: Option<bool>,
    /// Days audit events are kept.
    pub audit_logs_retention_days: Option<i64>,
}

/// Changes settings. Those that guard what is kept or given away (delete protection, plaintext reads,
/// version limit, audit retention) need the right to edit the project itself, the others that to edit settings.
///
/// # Errors
///
/// [`Error::Invalid`] if the slug is taken, else as [`ProjectAccess::enter`] and
/// [`ProjectAccess::require`].
pub async fn update(
    app: &App,
    caller: &Caller,
    name: ProjectName,
    changes: ProjectChanges,
) -> Result<ProjectRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { change(work, &caller, &name, changes).await })).await
}

async fn change(
    work: &mut UnitOfWork,
    caller: &Caller,
    name: &ProjectName,
    changes: ProjectChanges,
) -> Result<ProjectRow> {
    let before = changed(work, caller, name, &changes).await?;
    if before.0 != before.1 {
        // The raise makes changes of settings wait for each other, so read again what is there now.
        organizations::raise_access_revision(&mut work.db, &caller.organization()?.id).await?;
        let (_, mut project) = changed(work, caller, name, &changes).await?;
        project.updated_at = work.app.now();
        let taken = format!("A project with slug '{}' already exists in this organization", project.slug);
        projects::update(&mut work.db, &project).await.map_err(Error::duplicate(taken))?;
        record(work, caller, &project);
        return Ok(project);
    }
    record(work, caller, &before.0);
    Ok(before.0)
}

/// The project as it is and as it shall be, if the caller may change it so.
async fn changed(
    work: &mut UnitOfWork,
    caller: &Caller,
    name: &ProjectName,
    changes: &ProjectChanges,
) -> Result<(ProjectRow, ProjectRow)> {
    let access = ProjectAccess::enter(&mut work.db, caller, name, work.app.now()).await?;
    access.require_any(Action::Edit, Subject::Settings)?;
    let wanted = changes.apply_to(&access.project);
    if guards(&wanted) != guards(&access.project) {
        access.require_any(Action::Edit, Subject::Workspace)?;
    }
    Ok((access.project, wanted))
}

const fn guards(project: &ProjectRow) -> (bool, bool, i64, Option<i64>) {
    let (protection, reads) = (project.has_delete_protection, project.plaintext_reads);
    (protection, reads, project.pit_version_limit, project.audit_logs_retention_days)
}

fn record(work: &mut UnitOfWork, caller: &Caller, project: &ProjectRow) {
    let event = Event::new(&work.app, caller, "update-project").project(&project.id);
    let event = event.with("name", project.name.as_str()).with("slug", project.slug.as_str());
    work.record(event.with("plaintextReads", project.plaintext_reads));
}

impl ProjectChanges {
    fn apply_to(&self, project: &ProjectRow) -> ProjectRow {
        let text = |new: Option<&str>, old: &String| new.map_or_else(|| old.clone(), str::to_owned);
        let mut changed = ProjectRow {
            name: text(self.name.as_ref().map(DisplayName::as_str), &project.name),
            slug: text(self.slug.as_ref().map(Slug::as_str), &project.slug),
            auto_capitalization: self.auto_capitalization.unwrap_or(project.auto_capitalization),
            has_delete_protection: self.has_delete_protection.unwrap_or(project.has_delete_protection),
            secret_sharing: self.secret_sharing.unwrap_or(project.secret_sharing),
            show_snapshots_legacy: self.show_snapshots_legacy.unwrap_or(project.show_snapshots_legacy),
            pit_version_limit: self.pit_version_limit.unwrap_or(project.pit_version_limit),
            plaintext_reads: self.plaintext_reads.unwrap_or(project.plaintext_reads),
            audit_logs_retention_days: self.audit_logs_retention_days.or(project.audit_logs_retention_days),
            ..project.clone()
        };
        self.description.clone().apply(&mut changed.description);
        changed
    }
}
