//! Making secrets.

use tacit_core::{id::TagId, name::SecretName, permission::Action};

use super::{
    Kind, already_exist, check_batch_length,
    content::{Content, MetadataEntry, Plaintext},
    decide::possible,
    editor::Editor,
    location::{Location, Place},
    overrides,
    plain::PlainSecret,
    state::SecretState,
    update::{event, refuse_duplicates, shared_only},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::ProjectAccess,
    error::{Error, Result},
};

/// A secret to be made.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Its name.
    pub name: SecretName,
    /// Whose it is.
    pub kind: Kind,
    /// Its value.
    pub value: Plaintext,
    /// Its comment.
    pub comment: Plaintext,
    /// Its metadata.
    pub metadata: Vec<MetadataEntry>,
    /// The ids of its tags.
    pub tag_ids: Vec<TagId>,
    /// A hint for clients about line feeds in the value.
    pub skip_multiline_encoding: bool,
    /// What a reminder says.
    pub reminder_note: Option<String>,
    /// Days between reminders.
    pub reminder_repeat_days: Option<i64>,
}

/// Makes one secret.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to make it, [`Error::NotFound`] if the environment, the
/// folder or a tag is not there, [`Error::Invalid`] if the name is taken, the folder is full, or a
/// personal override is for a machine or of no shared secret.
pub async fn create(app: &App, caller: &Caller, at: Location, secret: NewSecret) -> Result<PlainSecret> {
    if secret.kind == Kind::Personal {
        return overrides::create(app, caller, at, secret).await;
    }
    let created = run(app, caller, at, vec![secret], "create-secret").await?;
    created.into_iter().next().ok_or_else(|| Error::Internal("one secret was made".to_owned()))
}

/// Makes 1 to [`BATCH_LENGTH_MAX`](super::BATCH_LENGTH_MAX) secrets, all or none.
///
/// # Errors
///
/// As [`create`], and [`Error::Invalid`] if a name occurs twice.
pub async fn create_many(
    app: &App,
    caller: &Caller,
    at: Location,
    secrets: Vec<NewSecret>,
) -> Result<Vec<PlainSecret>> {
    check_batch_length("secrets", secrets.len())?;
    shared_only(secrets.iter().map(|secret| secret.kind))?;
    run(app, caller, at, secrets, "create-secrets").await
}

async fn run(
    app: &App,
    caller: &Caller,
    at: Location,
    secrets: Vec<NewSecret>,
    kind: &'static str,
) -> Result<Vec<PlainSecret>> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { create_all(work, &caller, &at, secrets, kind).await })).await
}

async fn create_all(
    work: &mut UnitOfWork,
    caller: &Caller,
    at: &Location,
    secrets: Vec<NewSecret>,
    kind: &'static str,
) -> Result<Vec<PlainSecret>> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &at.project, now).await?;
    for secret in &secrets {
        possible(&access, Action::Create, &at.object().secret_name(secret.name.as_str()))?;
    }
    let mut editor = Editor::open(work, caller, access).await?;
    let place = editor.place(&at.environment, &at.path).await?;
    refuse_duplicates(secrets.iter().map(|secret| (place.path.as_str(), secret.name.as_str())))?;
    let mut states = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let state = state(&mut editor, secret).await?;
        editor.require(Action::Create, &place, &state)?;
        editor.require_references(&place, &state.content.value).await?;
        states.push(state);
    }
    refuse_existing(&mut editor, &place, &states).await?;
    let mut created = Vec::with_capacity(states.len());
    for state in states {
        created.push(editor.insert(&place, state).await?);
    }
    let event = event(&editor, kind, at, &created);
    editor.finish(event).await?;
    Ok(created)
}

pub(super) async fn state(editor: &mut Editor<'_>, secret: NewSecret) -> Result<SecretState> {
    Ok(SecretState {
        name: secret.name.into_string(),
        content: Content { value: secret.value, comment: secret.comment, metadata: secret.metadata },
        tags: editor.tags(&secret.tag_ids).await?,
        skip_multiline_encoding: secret.skip_multiline_encoding,
        reminder_note: secret.reminder_note,
        reminder_repeat_days: secret.reminder_repeat_days,
    })
}

async fn refuse_existing(editor: &mut Editor<'_>, place: &Place, states: &[SecretState]) -> Result<()> {
    let mut taken = Vec::new();
    for state in states {
        if editor.is_taken(place, &state.name).await? {
            taken.push(state.name.as_str());
        }
    }
    if taken.is_empty() { Ok(()) } else { Err(already_exist(&taken)) }
}
