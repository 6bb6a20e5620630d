//! Personal overrides (`decisions.md` 24): a user's own value in place of a shared secret's.
//!
//! An override belongs to its owner alone, and to the shared secret: who may see and read that one may
//! have an override of it. Its tags are those of the shared secret. Machines have none.

use std::{collections::HashMap, sync::Arc};

use tacit_core::{
    cipher::DataKey,
    id::{FolderId, UserId},
    permission::Action,
};
use tacit_store::{Connection, secret_overrides, secret_tags, secret_versions, secrets, secrets::SecretRow};

use super::{
    GetSecret, ListSecrets, NewSecret, SecretChange, TagChange, already_exist,
    content::Content,
    damaged::Damaged,
    decide::{Judged, possible},
    editor::{Editor, Found},
    location::{Location, Place, find_place},
    not_found,
    plain::PlainSecret,
    state::{SecretState, sorted},
    stored::StoredSecret,
    update::{apply, event},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    error::{Error, Result},
};

/// Overrides of one user in one project at most.
pub const OVERRIDES_MAX: i64 = 10_000;

/// What having an override takes on the shared secret.
const NEEDED: [Action; 2] = [Action::DescribeSecret, Action::ReadValue];

/// What a list does with the caller's overrides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overrides {
    /// It leaves them out.
    #[default]
    Without,
    /// It shows each after its shared secret.
    Beside,
    /// It shows them in place of their shared secrets.
    Instead,
}

/// Asks for what having overrides of secrets called `name` takes, as far as the request tells.
pub(super) fn possible_override(access: &ProjectAccess, at: &Location, name: &str) -> Result<()> {
    for action in NEEDED {
        possible(access, action, &at.object().secret_name(name))?;
    }
    Ok(())
}

pub(super) async fn create(
    app: &App,
    caller: &Caller,
    at: Location,
    secret: NewSecret,
) -> Result<PlainSecret> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { create_one(work, &caller, &at, secret).await })).await
}

async fn create_one(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    secret: NewSecret,
) -> Result<PlainSecret> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    possible_override(&access, at, secret.name.as_str())?;
    let machine = || {
        Error::Invalid("Only a user can have a personal override of a secret, not a machine identity".into())
    };
    let owner = caller.user_id().ok_or_else(machine)?;
    let mut editor = Editor::open(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    let name = secret.name.into_string();
    let shared = editor.find(&place, &name).await?.ok_or_else(|| {
        Error::Invalid(format!("There is no shared secret '{name}' of which to make a personal override"))
    })?;
    require_override(&editor, &place, &shared)?;
    if editor.find_override(&shared, owner).await?.is_some() {
        return Err(already_exist(&[&name]));
    }
    refuse_tags(!secret.tag_ids.is_empty())?;
    let state = SecretState {
        name,
        content: Content { value: secret.value, comment: secret.comment, metadata: secret.metadata },
        tags: shared.state.tags,
        skip_multiline_encoding: secret.skip_multiline_encoding,
        reminder_note: secret.reminder_note,
        reminder_repeat_days: secret.reminder_repeat_days,
    };
    editor.require_references(&place, &state.content.value).await?;
    let created = editor.insert_override(&place, owner, state).await?;
    finish(editor, "create-secret", at, created).await
}

pub(super) async fn update(
    app: &App,
    caller: &Caller,
    at: Location,
    change: SecretChange,
) -> Result<PlainSecret> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { update_one(work, &caller, &at, change).await })).await
}

async fn update_one(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    change: SecretChange,
) -> Result<PlainSecret> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    possible_override(&access, at, &change.name)?;
    let mut editor = Editor::open(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    let found = find(&mut editor, caller, &place, &change.name).await?;
    let found = found.ok_or_else(|| not_found(&[&change.name]))?;
    if change.new_name.is_some() {
        return Err(Error::Invalid("A personal override has the name of its shared secret".to_owned()));
    }
    refuse_tags(change.tags.as_ref().is_some_and(|tags| *tags != TagChange::Replace(Vec::new())))?;
    let after = apply(&mut editor, &found.state, SecretChange { tags: None, ..change }).await?;
    if after.content.value != found.state.content.value {
        editor.require_references(&place, &after.content.value).await?;
    }
    let changed = if after == found.state {
        editor.shown(&place, found.row, found.state)
    } else {
        editor.replace_override(&place, found, after).await?
    };
    finish(editor, "update-secret", at, changed).await
}

/// The caller's override of the shared secret called `name`. A machine has none.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller may not see and read the shared secret.
pub(super) async fn find(
    editor: &mut Editor<'_>,
    caller: &Caller,
    place: &Place,
    name: &str,
) -> Result<Option<Found>> {
    let (Some(owner), Some(shared)) = (caller.user_id(), editor.find(place, name).await?) else {
        return Ok(None);
    };
    require_override(editor, place, &shared)?;
    editor.find_override(&shared, owner).await
}

/// Asks for what having an override of a secret takes.
pub(super) fn require_override(editor: &Editor<'_>, place: &Place, shared: &Found) -> Result<()> {
    NEEDED.into_iter().try_for_each(|action| editor.require(action, place, &shared.state))
}

fn refuse_tags(has_tags: bool) -> Result<()> {
    if has_tags {
        return Err(Error::Invalid("A personal override has the tags of its shared secret".to_owned()));
    }
    Ok(())
}

async fn finish(editor: Editor<'_>, kind: &str, at: &Location, secret: PlainSecret) -> Result<PlainSecret> {
    let event = event(&editor, kind, at, std::slice::from_ref(&secret)).with("type", "personal");
    editor.finish(event).await?;
    Ok(secret)
}

/// The folder, and the caller's override in it if there is one; machines have none.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller may not see and read the shared secret.
pub(super) async fn read(
    db: &mut Connection,
    access: &ProjectAccess,
    caller: &Caller,
    key: &DataKey,
    request: &GetSecret,
) -> Result<(Arc<Place>, Option<PlainSecret>)> {
    possible_override(access, &request.at, &request.name)?;
    let place = find_place(db, access, &request.at).await?;
    let Some(owner) = caller.user_id() else { return Ok((place, None)) };
    let shared = secrets::find(db, &place.folder_id, &request.name).await?;
    let Some(shared) = shared else { return Ok((place, None)) };
    let tags = sorted(secret_tags::of_secret(db, &shared.id).await?);
    let judged = Judged::new(access, &place, &shared.name, &tags);
    NEEDED.into_iter().try_for_each(|action| judged.require(action))?;
    let row = secret_overrides::find(db, &place.folder_id, &request.name, owner).await?;
    let Some(mut row) = row else { return Ok((place, None)) };
    if let Some(version) = request.version {
        let Some(found) = secret_versions::find(db, &row.id, version).await? else {
            return Ok((place, None));
        };
        row = found.secret;
    }
    let secret = PlainSecret::decrypt(key, &place, StoredSecret::new(row, tags), request.shows_value)?;
    Ok((place, Some(secret)))
}

/// The caller's own value of a secret, for a person who looks at it.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller may not see and read the shared secret.
pub(super) async fn own(
    db: &mut Connection,
    (caller, access): (&Caller, &ProjectAccess),
    key: &DataKey,
    place: &Arc<Place>,
    name: &str,
) -> Result<Option<PlainSecret>> {
    let Some(owner) = caller.user_id() else { return Ok(None) };
    let Some(shared) = secrets::find(db, &place.folder_id, name).await? else { return Ok(None) };
    let tags = sorted(secret_tags::of_secret(db, &shared.id).await?);
    let judged = Judged::new(access, place, &shared.name, &tags);
    NEEDED.into_iter().try_for_each(|action| judged.require(action))?;
    let Some(row) = secret_overrides::find(db, &place.folder_id, name, owner).await? else { return Ok(None) };
    Ok(Some(PlainSecret::decrypt(key, place, StoredSecret::new(row, tags), true)?))
}

/// The caller's overrides, by folder and name.
pub(super) type OwnRows = HashMap<(FolderId, String), SecretRow>;

/// The caller's overrides in a folder, or in those below too, as far as the list wants them.
pub(super) async fn rows(
    db: &mut Connection,
    caller: &Caller,
    request: &ListSecrets,
    base: &Place,
) -> Result<OwnRows> {
    let owner: &UserId = match caller.user_id() {
        Some(owner) if request.overrides != Overrides::Without => owner,
        _ => return Ok(OwnRows::new()),
    };
    let rows = if request.is_recursive {
        secret_overrides::list_below(db, &base.environment_id, &request.at.path, owner).await?
    } else {
        secret_overrides::list(db, &base.folder_id, owner).await?
    };
    Ok(rows.into_iter().map(|row| ((row.folder_id.clone(), row.name.clone()), row)).collect())
}

/// Puts overrides beside or in place of the secrets of a list. A shared secret that is not in the list,
/// or not readable to the caller, has none there.
pub(super) fn merge(
    key: &DataKey,
    request: &ListSecrets,
    secrets: Vec<PlainSecret>,
    mut own: OwnRows,
) -> Result<Vec<PlainSecret>, Damaged> {
    if own.is_empty() {
        return Ok(secrets);
    }
    let mut merged = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let row = own.remove(&(secret.row.folder_id.clone(), secret.row.name.clone()));
        let Some(row) = row.filter(|_| !request.shows_values || secret.value.is_some()) else {
            merged.push(secret);
            continue;
        };
        let stored = StoredSecret { row: Arc::new(row), tags: Arc::clone(&secret.tags) };
        let own = PlainSecret::decrypt(key, &secret.place, stored, request.shows_values)?;
        if request.overrides == Overrides::Beside {
            merged.push(secret);
        }
        merged.push(own);
    }
    Ok(merged)
}
