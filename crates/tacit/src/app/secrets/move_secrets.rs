//! Moving secrets to another folder or environment of the project.

use std::{collections::HashSet, sync::Arc};

use tacit_core::{id::SecretId, name::SecretPath, permission::Action};

use super::{
    already_exist, check_batch_length,
    decide::possible,
    editor::{Editor, Found},
    location::{Location, Place},
    plain::PlainSecret,
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    error::{Error, Result},
};

/// Which secrets to move, and where to.
#[derive(Clone, Debug)]
pub struct MoveSecrets {
    /// The project.
    pub project: ProjectName,
    /// The environment they are in.
    pub source_environment: String,
    /// The folder they are in.
    pub source_path: SecretPath,
    /// The environment they go to.
    pub destination_environment: String,
    /// The folder they go to.
    pub destination_path: SecretPath,
    /// The secrets.
    pub ids: Vec<SecretId>,
    /// Whether secrets of the same names there are overwritten.
    pub overwrites: bool,
}

/// Moves 1 to [`BATCH_LENGTH_MAX`](super::BATCH_LENGTH_MAX) secrets, all or none. At the target
/// they are new secrets, or new versions of those they overwrite (`decisions.md` 21). Personal overrides
/// go along, but who has one at the target keeps that one.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read and delete them here and to create, or where one
/// is overwritten edit, them there; [`Error::NotFound`] for an environment or folder that is not
/// there; [`Error::Invalid`] for a secret that is not in the source, is named twice, or whose name
/// is taken at the target.
pub async fn move_secrets(app: &App, caller: &Caller, request: MoveSecrets) -> Result<()> {
    check_batch_length("secretIds", request.ids.len())?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { move_all(work, &caller, &request).await })).await
}

async fn move_all(work: &mut UnitOfWork, caller: &Caller, request: &MoveSecrets) -> Result<()> {
    let (source, target) = (request.source(), request.destination());
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &request.project, now).await?;
    possible(&access, Action::ReadValue, &source.object())?;
    possible(&access, Action::Delete, &source.object())?;
    possible(&access, Action::Create, &target.object())?;
    let mut editor = Editor::open(work, caller, access).await?;
    let from = editor.place(&source.environment, &source.path).await?;
    let to = editor.place(&target.environment, &target.path).await?;
    if from == to {
        return Err(Error::Invalid("The secrets are in that folder already".to_owned()));
    }
    let found = find_all(&mut editor, &from, &request.ids).await?;
    // Before a taken name tells that there is one.
    for secret in &found {
        editor.require(Action::Create, &to, &secret.state)?;
    }
    refuse_taken(&mut editor, &to, &found, request.overwrites).await?;
    let mut moved = Vec::with_capacity(found.len());
    for secret in found {
        moved.push(move_one(&mut editor, &from, &to, secret).await?);
    }
    let event = editor
        .event("move-secrets")
        .with("sourceEnvironment", source.environment.as_str())
        .with("sourceSecretPath", source.path.as_str())
        .with("destinationEnvironment", target.environment.as_str())
        .with("destinationSecretPath", target.path.as_str())
        .with("secrets", moved.iter().map(PlainSecret::facts).collect::<Vec<_>>());
    editor.finish(event).await?;
    Ok(())
}

/// The secrets in the source, once the caller may take them.
async fn find_all(editor: &mut Editor<'_>, from: &Place, ids: &[SecretId]) -> Result<Vec<Found>> {
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        if !seen.insert(id) {
            return Err(Error::Invalid(format!("The request names the secret with ID '{id}' twice")));
        }
        let found = editor.find_by_id(from, id).await?.ok_or_else(|| {
            Error::Invalid(format!("There is no secret with ID '{id}' in the source folder"))
        })?;
        editor.require(Action::ReadValue, from, &found.state)?;
        editor.require(Action::Delete, from, &found.state)?;
        all.push(found);
    }
    Ok(all)
}

async fn refuse_taken(
    editor: &mut Editor<'_>,
    to: &Place,
    secrets: &[Found],
    overwrites: bool,
) -> Result<()> {
    if overwrites {
        return Ok(());
    }
    let mut taken = Vec::new();
    for secret in secrets {
        if editor.is_taken(to, &secret.state.name).await? {
            taken.push(secret.state.name.as_str());
        }
    }
    if taken.is_empty() { Ok(()) } else { Err(already_exist(&taken)) }
}

async fn move_one(
    editor: &mut Editor<'_>,
    from: &Arc<Place>,
    to: &Arc<Place>,
    secret: Found,
) -> Result<PlainSecret> {
    let state = secret.state.clone();
    editor.carry_overrides((from, &state.name), (to, &state.name)).await?;
    editor.remove(from, secret).await?;
    match editor.find(to, &state.name).await? {
        Some(overwritten) => {
            editor.require(Action::Edit, to, &overwritten.state)?;
            editor.require(Action::Edit, to, &state)?;
            editor.replace(to, overwritten, state).await
        }
        None => editor.insert(to, state).await,
    }
}

impl MoveSecrets {
    fn source(&self) -> Location {
        Location {
            project: self.project.clone(),
            environment: self.source_environment.clone(),
            path: self.source_path.clone(),
        }
    }

    fn destination(&self) -> Location {
        Location {
            project: self.project.clone(),
            environment: self.destination_environment.clone(),
            path: self.destination_path.clone(),
        }
    }
}
