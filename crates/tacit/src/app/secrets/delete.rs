//! Deleting secrets. Their versions stay, so that it can be undone.

use tacit_core::permission::Action;

use super::{
    Kind, check_batch_length,
    decide::possible,
    editor::Editor,
    location::Location,
    not_found,
    plain::PlainSecret,
    update::{event, refuse_duplicates},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    error::{Error, Result},
};

/// Deletes one secret and returns it as it was.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to delete it, [`Error::NotFound`] if the environment, the
/// folder or the secret is not there.
pub async fn delete(
    app: &App,
    caller: &Caller,
    at: Location,
    name: String,
    kind: Kind,
) -> Result<PlainSecret> {
    let deleted = run(app, caller, at, vec![(name, kind)], "delete-secret").await?;
    deleted.into_iter().next().ok_or_else(|| Error::Internal("one secret was deleted".to_owned()))
}

/// Deletes 1 to [`BATCH_LENGTH_MAX`](super::BATCH_LENGTH_MAX) secrets, all or none.
///
/// # Errors
///
/// As [`delete`], and [`Error::Invalid`] if a secret occurs twice.
pub async fn delete_many(
    app: &App,
    caller: &Caller,
    at: Location,
    names: Vec<(String, Kind)>,
) -> Result<Vec<PlainSecret>> {
    check_batch_length("secrets", names.len())?;
    run(app, caller, at, names, "delete-secrets").await
}

async fn run(
    app: &App,
    caller: &Caller,
    at: Location,
    names: Vec<(String, Kind)>,
    event: &'static str,
) -> Result<Vec<PlainSecret>> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { delete_all(work, &caller, &at, &names, event).await })).await
}

async fn delete_all(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    names: &[(String, Kind)],
    kind: &'static str,
) -> Result<Vec<PlainSecret>> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    for (name, _) in names {
        possible(&access, Action::Delete, &at.object().secret_name(name))?;
    }
    let mut editor = Editor::open(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    refuse_duplicates(names.iter().map(|(name, _)| (place.path.as_str(), name.as_str())))?;
    let (mut found, mut missing) = (Vec::with_capacity(names.len()), Vec::new());
    for (name, kind) in names {
        match editor.find(&place, name).await? {
            Some(secret) if *kind == Kind::Shared => found.push(secret),
            _ => missing.push(name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(not_found(&missing));
    }
    let mut deleted = Vec::with_capacity(found.len());
    for secret in found {
        editor.require(Action::Delete, &place, &secret.state)?;
        deleted.push(editor.remove(&place, secret).await?);
    }
    let event = event(&editor, kind, at, &deleted);
    editor.finish(event).await?;
    Ok(deleted)
}
