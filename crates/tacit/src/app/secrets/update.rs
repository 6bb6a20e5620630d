//! Changing secrets.

use std::{collections::HashSet, sync::Arc};

use serde_json::Value;
use tacit_core::{
    id::TagId,
    name::{SecretName, SecretPath},
    permission::Action,
};

use super::{
    Kind, already_exist, check_batch_length,
    content::{Content, MetadataEntry, Plaintext},
    decide::possible,
    editor::{Editor, Found},
    location::{Location, Place},
    not_found, overrides,
    plain::PlainSecret,
    rename::Rename,
    state::SecretState,
};
use crate::app::{
    App, Caller, Patch, UnitOfWork,
    access::ProjectAccess,
    audit::Event,
    error::{Error, Result},
};

/// What to change of a secret. `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct SecretChange {
    /// The name of the secret. Any text: one that can be no name is one that is not found.
    pub name: String,
    /// Its folder, if it is another than the request's.
    pub path: Option<SecretPath>,
    /// Whose it is.
    pub kind: Kind,
    /// A new name.
    pub new_name: Option<SecretName>,
    /// Whether the references to the secret get the new name too.
    pub rewrites_references: bool,
    /// A new value.
    pub value: Option<Plaintext>,
    /// A new comment.
    pub comment: Option<Plaintext>,
    /// New metadata, in place of all there is.
    pub metadata: Option<Vec<MetadataEntry>>,
    /// Other tags.
    pub tags: Option<TagChange>,
    /// A hint for clients about line feeds in the value.
    pub skip_multiline_encoding: Option<bool>,
    /// What a reminder says.
    pub reminder_note: Patch<String>,
    /// Days between reminders.
    pub reminder_repeat_days: Patch<i64>,
}

/// How the tags of a secret change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagChange {
    /// To exactly these, by id.
    Replace(Vec<TagId>),
    /// These more, by slug.
    Add(Vec<String>),
    /// Without these, by slug.
    Remove(Vec<String>),
}

/// What to do about secrets that are not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Refuse the request.
    #[default]
    Fail,
    /// Leave them out.
    Ignore,
    /// Make them.
    Create,
}

/// Changes one secret. A change without effect makes no version and no commit.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to edit it as it is and as it becomes, or if its value
/// would become readable to the caller by the change; [`Error::NotFound`] if the environment, the
/// folder, the secret or a tag is not there; [`Error::Invalid`] if the new name is taken. For references
/// to be rewritten also: [`Error::Forbidden`] without the right to read and edit each secret that has
/// some; [`Error::Invalid`] if those are too many, or if the new name could not stand in a reference or
/// would mean another secret there.
pub async fn update(app: &App, caller: &Caller, at: Location, change: SecretChange) -> Result<PlainSecret> {
    if change.kind == Kind::Personal {
        return overrides::update(app, caller, at, change).await;
    }
    let changed = run(app, caller, Batch { at, missing: Missing::Fail, kind: "update-secret" }, vec![change]);
    changed.await?.into_iter().next().ok_or_else(|| Error::Internal("one secret was changed".to_owned()))
}

/// Changes 1 to [`BATCH_LENGTH_MAX`](super::BATCH_LENGTH_MAX) secrets, all or none. Returns those
/// that are there afterwards, in the order of the request.
///
/// # Errors
///
/// As [`update`], and [`Error::Invalid`] if a secret occurs twice.
pub async fn update_many(
    app: &App,
    caller: &Caller,
    at: Location,
    missing: Missing,
    changes: Vec<SecretChange>,
) -> Result<Vec<PlainSecret>> {
    check_batch_length("secrets", changes.len())?;
    shared_only(changes.iter().map(|change| change.kind))?;
    run(app, caller, Batch { at, missing, kind: "update-secrets" }, changes).await
}

struct Batch {
    at: Location,
    missing: Missing,
    kind: &'static str,
}

async fn run(
    app: &App,
    caller: &Caller,
    batch: Batch,
    changes: Vec<SecretChange>,
) -> Result<Vec<PlainSecret>> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { update_all(work, &caller, &batch, changes).await })).await
}

async fn update_all(
    work: &mut UnitOfWork,
    caller: &Caller,
    batch: &Batch,
    changes: Vec<SecretChange>,
) -> Result<Vec<PlainSecret>> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &batch.at.project, now).await?;
    for change in &changes {
        require_possible(&access, batch, change)?;
    }
    let mut editor = Editor::open(work, caller, access).await?;
    let found = find_all(&mut editor, batch, &changes).await?;
    let mut results = Vec::with_capacity(changes.len());
    let mut rewritten = Vec::new();
    for (change, (place, found)) in changes.into_iter().zip(found) {
        match found {
            Some(found) => {
                results.push(change_one(&mut editor, &place, found, change, &mut rewritten).await?);
            }
            None if batch.missing == Missing::Create => {
                results.push(create_one(&mut editor, &place, change).await?);
            }
            None => {}
        }
    }
    let mut event = event(&editor, batch.kind, &batch.at, &results);
    if !rewritten.is_empty() {
        event = event.with("rewrittenSecrets", rewritten);
    }
    editor.finish(event).await?;
    Ok(results)
}

fn require_possible(access: &ProjectAccess, batch: &Batch, change: &SecretChange) -> Result<()> {
    let path = change.path.as_ref().unwrap_or(&batch.at.path).as_str();
    let object = batch.at.object().secret_path(path);
    possible(access, Action::Edit, &object.secret_name(&change.name))?;
    match &change.new_name {
        Some(name) => possible(access, Action::Edit, &object.secret_name(name.as_str())),
        None => Ok(()),
    }
}

/// The folder and the secret of each change, in their order.
async fn find_all(
    editor: &mut Editor<'_>,
    batch: &Batch,
    changes: &[SecretChange],
) -> Result<Vec<(Arc<Place>, Option<Found>)>> {
    let mut all = Vec::with_capacity(changes.len());
    for change in changes {
        let path = change.path.as_ref().unwrap_or(&batch.at.path);
        let place = editor.place(&batch.at.environment, path).await?;
        let found = editor.find_any(&place, &change.name).await?;
        all.push((place, found));
    }
    let pair = |(change, (place, _)): (&'_ SecretChange, &'_ (Arc<Place>, Option<Found>))| {
        (place.path.clone(), change.name.clone())
    };
    let names: Vec<(String, String)> = changes.iter().zip(&all).map(pair).collect();
    refuse_duplicates(names.iter().map(|(path, name)| (path.as_str(), name.as_str())))?;
    if batch.missing == Missing::Fail {
        refuse_missing(changes, &all)?;
    }
    Ok(all)
}

fn refuse_missing(changes: &[SecretChange], all: &[(Arc<Place>, Option<Found>)]) -> Result<()> {
    let is_missing = |(change, (_, found)): (&'_ SecretChange, &'_ (Arc<Place>, Option<Found>))| {
        found.is_none().then(|| change.name.clone())
    };
    let missing: Vec<String> = changes.iter().zip(all).filter_map(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(not_found(&missing.iter().map(String::as_str).collect::<Vec<_>>()))
}

pub(super) async fn change_one(
    editor: &mut Editor<'_>,
    place: &Arc<Place>,
    found: Found,
    change: SecretChange,
    rewritten: &mut Vec<Value>,
) -> Result<PlainSecret> {
    let brings_value = change.value.is_some();
    let rewrites = change.rewrites_references;
    if let Some(damage) = found.damage.clone().filter(|_| !brings_value) {
        return Err(damage.into());
    }
    let mut after = apply(editor, &found.state, change).await?;
    let was_readable = editor.require_change(place, &found.state, &after)?;
    if brings_value {
        editor.require_references(place, &after.content.value).await?;
    }
    if after.name != found.state.name && editor.is_taken(place, &after.name).await? {
        return Err(already_exist(&[&after.name]));
    }
    let renames = rewrites && after.name != found.state.name;
    let rename = if renames { Some(Rename::plan(editor, place, &found, &after.name).await?) } else { None };
    if let Some(rename) = rename.as_ref().filter(|_| !brings_value) {
        rename.rewrite_own(editor, place, &mut after)?;
    }
    // Who may not read the value does not learn by guessing that it is the same.
    if after == found.state && found.damage.is_none() && (was_readable || !brings_value) {
        return Ok(editor.shown(place, found.row, found.state));
    }
    let changed = editor.replace(place, found, after).await?;
    if let Some(rename) = rename {
        rewritten.extend(rename.carry_out(editor).await?.iter().map(PlainSecret::facts));
    }
    Ok(changed)
}

/// The secret as it is once changed.
pub(super) async fn apply(
    editor: &mut Editor<'_>,
    before: &SecretState,
    change: SecretChange,
) -> Result<SecretState> {
    let mut after = before.clone();
    if let Some(tags) = change.tags {
        after.tags = match tags {
            TagChange::Replace(ids) => editor.tags(&ids).await?,
            TagChange::Add(slugs) => {
                let all = before.tags.iter().map(|tag| tag.slug.clone()).chain(slugs).collect::<Vec<_>>();
                editor.tags_by_slug(&all).await?
            }
            TagChange::Remove(slugs) => {
                let removed = editor.tags_by_slug(&slugs).await?;
                after.tags.into_iter().filter(|tag| !removed.contains(tag)).collect()
            }
        };
    }
    if let Some(name) = change.new_name {
        after.name = name.into_string();
    }
    replace(&mut after.content.value, change.value);
    replace(&mut after.content.comment, change.comment);
    replace(&mut after.content.metadata, change.metadata);
    replace(&mut after.skip_multiline_encoding, change.skip_multiline_encoding);
    change.reminder_note.apply(&mut after.reminder_note);
    change.reminder_repeat_days.apply(&mut after.reminder_repeat_days);
    Ok(after)
}

fn replace<T>(field: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *field = value;
    }
}

/// Makes a secret that an upsert did not find, under its new name if the change has one.
async fn create_one(
    editor: &mut Editor<'_>,
    place: &Arc<Place>,
    mut change: SecretChange,
) -> Result<PlainSecret> {
    let name = match change.new_name.take() {
        Some(name) => name,
        None => SecretName::parse(&change.name).map_err(Error::name("secretKey"))?,
    };
    let empty = SecretState {
        name: name.into_string(),
        content: Content::default(),
        tags: Vec::new(),
        skip_multiline_encoding: false,
        reminder_note: None,
        reminder_repeat_days: None,
    };
    let state = apply(editor, &empty, change).await?;
    editor.require(Action::Create, place, &state)?;
    editor.require_references(place, &state.content.value).await?;
    if editor.is_taken(place, &state.name).await? {
        return Err(already_exist(&[&state.name]));
    }
    editor.insert(place, state).await
}

/// Refuses personal overrides in a batch, which cannot name any on the wire.
pub(super) fn shared_only(mut kinds: impl Iterator<Item = Kind>) -> Result<()> {
    if kinds.any(|kind| kind == Kind::Personal) {
        return Err(Error::Invalid("A batch cannot write personal overrides".to_owned()));
    }
    Ok(())
}

/// Refuses a request that names a secret twice, because only one of the two could count.
pub(super) fn refuse_duplicates<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) -> Result<()> {
    let mut seen = HashSet::new();
    for (path, name) in names {
        if !seen.insert((path, name)) {
            return Err(Error::Invalid(format!("The request names the secret '{name}' in '{path}' twice")));
        }
    }
    Ok(())
}

/// What the audit log says of a write: the secrets, never their values.
pub(super) fn event(editor: &Editor<'_>, kind: &str, at: &Location, secrets: &[PlainSecret]) -> Event {
    let event =
        editor.event(kind).with("environment", at.environment.as_str()).with("secretPath", at.path.as_str());
    match (kind.ends_with('s'), secrets) {
        (false, [secret]) => event
            .with("secretId", secret.row.id.as_str())
            .with("secretKey", secret.row.name.as_str())
            .with("secretVersion", secret.row.version),
        _ => event.with("secrets", secrets.iter().map(PlainSecret::facts).collect::<Vec<Value>>()),
    }
}
