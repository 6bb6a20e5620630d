//! Making a webhook.

use tacit_core::{
    permission::{Action, Subject},
    webhook::FolderPattern,
};
use tacit_store::{
    data_keys::{self, KeyOwner},
    environments,
    webhooks::{self, WebhookRow},
};
use zeroize::Zeroizing;

use super::{Kind, Secrets, Target, event};
use crate::app::{
    App, Caller, Error, Result, UnitOfWork,
    access::{ProjectAccess, ProjectName},
};

/// The most webhooks a project may have.
pub const WEBHOOKS_MAX: i64 = 100;

/// A webhook to be made.
pub struct NewWebhook {
    /// What the receiver understands.
    pub kind: Kind,
    /// The slug of the environment it is about.
    pub environment: String,
    /// The folders it is about.
    pub folders: FolderPattern,
    /// Where to send.
    pub target: Target,
    /// What to sign with.
    pub secret_key: Option<Zeroizing<String>>,
}

/// Makes a webhook. It tells of what is changed from now on.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such environment, [`Error::Invalid`] if there are
/// [`WEBHOOKS_MAX`] already, else as [`ProjectAccess::enter`] and [`ProjectAccess::require`].
pub async fn create(app: &App, caller: &Caller, project: ProjectName, new: NewWebhook) -> Result<WebhookRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, &project, &new).await })).await
}

async fn make(
    work: &mut UnitOfWork,
    caller: &Caller,
    project: &ProjectName,
    new: &NewWebhook,
) -> Result<WebhookRow> {
    let app = work.app.clone();
    let access = ProjectAccess::enter(&mut work.db, caller, project, app.now()).await?;
    access.require_any(Action::Create, Subject::Webhooks)?;
    let project = &access.project.id;
    let present = data_keys::lock(&mut work.db, &KeyOwner::Project(project.clone())).await?;
    let present = present.ok_or_else(|| Error::not_found("Project", project))?;
    access.require_key(&present.data_key_ciphertext)?;
    let environment = environments::find_by_slug(&mut work.db, project, &new.environment).await?;
    let environment = environment.ok_or_else(|| Error::not_found("Environment", &new.environment))?;
    webhooks::start_cursor(&mut work.db, project, access.project.revision).await?;
    // Makes others who add one wait, so that the count is true, and commits are read up to here.
    webhooks::lock_cursor(&mut work.db, project).await?;
    if webhooks::count(&mut work.db, project).await? >= WEBHOOKS_MAX {
        return Err(Error::Invalid(format!("A project cannot have more than {WEBHOOKS_MAX} webhooks")));
    }
    let (id, key) = (app.new_id(), access.sealed_key(&app)?);
    let secret_key = new.secret_key.as_ref();
    let row = WebhookRow {
        project_id: project.clone(),
        environment_id: environment.id,
        environment_name: environment.name,
        environment_slug: environment.slug,
        secret_path: new.folders.as_str().to_owned(),
        r#type: new.kind.as_str().to_owned(),
        url_ciphertext: Secrets::seal_url(&key, &id, new.target.as_str(), &app.random),
        secret_key_ciphertext: secret_key.map(|text| Secrets::seal_key(&key, &id, text, &app.random)),
        is_disabled: false,
        since_revision: webhooks::project_revision(&mut work.db, project).await?.unwrap_or(0),
        last_status: None,
        last_error: None,
        created_at: app.now(),
        updated_at: app.now(),
        id,
    };
    webhooks::insert(&mut work.db, &row).await?;
    work.record(event(&app, caller, "create-webhook", &row));
    Ok(row)
}
