//! Deleting secrets. Their versions stay, so that it can be undone; personal overrides go for good.

use tacit_core::permission::Action;

use super::{
    Kind, check_batch_length,
    decide::possible,
    editor::Editor,
    location::Location,
    not_found,
    overrides::{self, possible_override},
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
    for (name, kind) in names {
        match kind {
            Kind::Shared => possible(&access, Action::Delete, &at.object().secret_name(name))?,
            Kind::Personal => possible_override(&access, at, name)?,
        }
    }
    let mut editor = Editor::open(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    for wanted in [Kind::Shared, Kind::Personal] {
        let of_kind = names.iter().filter(|(_, kind)| *kind == wanted);
        refuse_duplicates(of_kind.map(|(name, _)| (place.path.as_str(), name.as_str())))?;
    }
    let (mut found, mut missing) = (Vec::with_capacity(names.len()), Vec::new());
    for (name, kind) in names {
        let secret = match kind {
            Kind::Shared => editor.find_any(&place, name).await?,
            Kind::Personal => overrides::find(&mut editor, caller, &place, name).await?,
        };
        match secret {
            Some(secret) => found.push((secret, *kind)),
            None => missing.push(name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(not_found(&missing));
    }
    let mut deleted = Vec::with_capacity(found.len());
    for (secret, kind) in found {
        deleted.push(match kind {
            Kind::Shared => {
                editor.require(Action::Delete, &place, &secret.state)?;
                editor.remove(&place, secret).await?
            }
            Kind::Personal => editor.remove_override(&place, secret).await?,
        });
    }
    let event = event(&editor, kind, at, &deleted);
    editor.finish(event).await?;
    Ok(deleted)
}
