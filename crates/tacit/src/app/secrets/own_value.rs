//! A person's own value of a secret, as the dashboard sets it and takes it away.
//!
//! It is a personal override. Nothing here answers with a value, so the switch that keeps values from
//! the API is no matter.

use std::sync::Arc;

use tacit_core::id::UserId;

use super::{
    content::{Content, Plaintext},
    editor::{Editor, Found},
    location::{Location, Place},
    not_found, overrides,
    plain::PlainSecret,
    state::SecretState,
    update::event,
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    error::{Error, Result},
};

/// Sets the caller's own value of the secret called `name`, or changes it.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to see and read the shared secret and what the value refers
/// to, [`Error::NotFound`] if there is no such secret.
pub async fn set_own_value(
    app: &App,
    caller: &Caller,
    at: Location,
    name: String,
    value: Plaintext,
) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { set(work, &caller, &at, &name, value).await })).await
}

/// Takes the caller's own value away.
///
/// # Errors
///
/// As [`set_own_value`], and [`Error::NotFound`] if the caller has none.
pub async fn remove_own_value(app: &App, caller: &Caller, at: Location, name: String) -> Result<()> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &at, &name).await })).await
}

async fn set(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    name: &str,
    value: Plaintext,
) -> Result<()> {
    let (mut editor, place, shared, owner) = open(work, caller, at, name).await?;
    editor.require_references(&place, &value).await?;
    let found = editor.find_override(&shared, owner).await?;
    let kind = if found.is_some() { "update-secret" } else { "create-secret" };
    let secret = match found {
        Some(found) => change(&mut editor, &place, found, value).await?,
        None => editor.insert_override(&place, owner, first(shared.state, value)).await?,
    };
    let event = event(&editor, kind, at, std::slice::from_ref(&secret)).with("type", "personal");
    editor.finish(event).await?;
    Ok(())
}

async fn change(
    editor: &mut Editor<'_>,
    place: &Arc<Place>,
    found: Found,
    value: Plaintext,
) -> Result<PlainSecret> {
    let mut state = found.state.clone();
    state.content.value = value;
    if state == found.state {
        return Ok(editor.shown(place, found.row, found.state));
    }
    editor.replace_override(place, found, state).await
}

/// A new value of one's own. Comment, metadata and reminder stay with the shared secret.
fn first(shared: SecretState, value: Plaintext) -> SecretState {
    SecretState {
        content: Content { value, ..Content::default() },
        reminder_note: None,
        reminder_repeat_days: None,
        ..shared
    }
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, at: &Location, name: &str) -> Result<()> {
    let (mut editor, place, shared, owner) = open(work, caller, at, name).await?;
    let found = editor.find_override(&shared, owner).await?.ok_or_else(|| not_found(&[name]))?;
    let secret = editor.remove_override(&place, found).await?;
    let event = event(&editor, "delete-secret", at, std::slice::from_ref(&secret)).with("type", "personal");
    editor.finish(event).await?;
    Ok(())
}

/// The folder, the shared secret and the caller's id, once it is known that the caller may have a value
/// of their own.
async fn open<'a>(
    work: &'a mut UnitOfWork,
    caller: &'a Caller,
    at: &Location,
    name: &str,
) -> Result<(Editor<'a>, Arc<Place>, Found, &'a UserId)> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    overrides::possible_override(&access, at, name)?;
    let machine = || Error::Invalid("Only a person can have a value of their own".to_owned());
    let owner = caller.user_id().ok_or_else(machine)?;
    let mut editor = Editor::open_sealed(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    let shared = editor.find(&place, name).await?.ok_or_else(|| not_found(&[name]))?;
    overrides::require_override(&editor, &place, &shared)?;
    Ok((editor, place, shared, owner))
}
