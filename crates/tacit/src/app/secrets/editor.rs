//! Writing secrets: what every change does, and what happens once at the end of a request.

mod overrides;
mod restore;
mod restore_folders;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tacit_core::{
    cipher::DataKey,
    id::{CommitId, FolderId, SecretId, TagId},
    name::SecretPath,
    permission::Action,
    reference::may_have_references,
    time::Timestamp,
};
use tacit_store::{
    folders, history_horizons, secret_overrides, secret_tags, secret_versions, secrets, secrets::SecretRow,
    tags,
};

pub(in crate::app) use restore::Restoration;
pub use restore::Restored;

use super::{
    SECRETS_PER_FOLDER_MAX, TAGS_MAX,
    content::{Content, Plaintext},
    damaged::Damaged,
    decide::{Judged, require_change},
    expand::require_readable,
    location::{Place, find_folder},
    plain::PlainSecret,
    reference_index,
    source::Source,
    state::{SecretState, Tag, sorted},
};
use crate::app::{
    Caller, UnitOfWork,
    access::ProjectAccess,
    audit::Event,
    commit::{Change, Commit, Resource},
    error::{Error, Result},
};

/// One request that writes secrets of a project, from the lock to the commit.
pub(in crate::app) struct Editor<'a> {
    work: &'a mut UnitOfWork,
    caller: &'a Caller,
    access: ProjectAccess,
    key: Arc<DataKey>,
    now: Timestamp,
    commit: Commit,
    places: HashMap<(String, SecretPath), Arc<Place>>,
    /// The folders with changes, and how many secrets more or fewer each has.
    touched: BTreeMap<FolderId, i64>,
    /// Why, in the words of the caller.
    message: Option<String>,
}

/// A secret that is there.
pub(super) struct Found {
    pub(super) row: SecretRow,
    pub(super) state: SecretState,
    /// What of it does not decrypt; in `state` that is empty then.
    pub(super) damage: Option<Damaged>,
}

impl Found {
    /// The same if nothing of it is damaged.
    fn whole(self) -> Result<Self> {
        match self.damage {
            None => Ok(self),
            Some(damage) => Err(damage.into()),
        }
    }
}

impl<'a> Editor<'a> {
    /// Locks the project. Ask for permission as far as the request tells before.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the project does not let the API have values, and as [`Commit::open`].
    pub(in crate::app) async fn open(
        work: &'a mut UnitOfWork,
        caller: &'a Caller,
        access: ProjectAccess,
    ) -> Result<Self> {
        access.data_key(&work.app)?;
        Self::open_sealed(work, caller, access).await
    }

    /// As [`Self::open`], for changes whose answer holds no value.
    pub(in crate::app) async fn open_sealed(
        work: &'a mut UnitOfWork,
        caller: &'a Caller,
        access: ProjectAccess,
    ) -> Result<Self> {
        let commit = Commit::open(work, caller, &access).await?;
        let key = access.sealed_key(&work.app)?;
        let now = work.app.now();
        let (places, touched) = (HashMap::new(), BTreeMap::new());
        Ok(Self { work, caller, access, key, now, commit, places, touched, message: None })
    }

    /// The folder at `path`.
    pub(super) async fn place(&mut self, environment: &str, path: &SecretPath) -> Result<Arc<Place>> {
        let known = (environment.to_owned(), path.clone());
        if let Some(place) = self.places.get(&known) {
            return Ok(Arc::clone(place));
        }
        let folder = find_folder(&mut self.work.db, &self.access, environment, path).await?;
        let place = Arc::new(Place::new(folder, environment));
        self.places.insert(known, Arc::clone(&place));
        Ok(place)
    }

    /// The secret called `name` in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it does not decrypt.
    pub(super) async fn find(&mut self, place: &Place, name: &str) -> Result<Option<Found>> {
        self.find_any(place, name).await?.map(Found::whole).transpose()
    }

    /// The secret called `name` in a folder, also if it is damaged: to be deleted or written anew.
    pub(super) async fn find_any(&mut self, place: &Place, name: &str) -> Result<Option<Found>> {
        match secrets::find(&mut self.work.db, &place.folder_id, name).await? {
            Some(row) => self.opened(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The secret with this id in a folder.
    pub(super) async fn find_by_id(&mut self, place: &Place, id: &SecretId) -> Result<Option<Found>> {
        match secrets::find_by_id(&mut self.work.db, id).await? {
            Some(row) if row.folder_id == place.folder_id => {
                self.opened(row).await.and_then(Found::whole).map(Some)
            }
            _ => Ok(None),
        }
    }

    async fn opened(&mut self, row: SecretRow) -> Result<Found> {
        let tags = sorted(secret_tags::of_secret(&mut self.work.db, &row.id).await?);
        let (content, damage) = match Content::decrypt(&self.key, &row) {
            Ok(content) => (content, None),
            Err(damage) => (Content::salvage(&self.key, &row), Some(damage)),
        };
        let state = SecretState::new(&row, content, tags);
        Ok(Found { row, state, damage })
    }

    /// Whether a folder has a secret called `name`.
    pub(super) async fn is_taken(&mut self, place: &Place, name: &str) -> Result<bool> {
        Ok(secrets::find(&mut self.work.db, &place.folder_id, name).await?.is_some())
    }

    /// The project's tags with these ids, each once.
    pub(super) async fn tags(&mut self, ids: &[TagId]) -> Result<Vec<Tag>> {
        let ids: BTreeSet<&TagId> = ids.iter().collect();
        check_count(ids.len())?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let tag = tags::find(&mut self.work.db, &self.access.project.id, id).await?;
            found.push(
                tag.ok_or_else(|| Error::NotFound(format!("Tag with ID '{id}' was not found")))?.into(),
            );
        }
        found.sort();
        Ok(found)
    }

    /// The project's tags with these slugs, each once.
    pub(super) async fn tags_by_slug(&mut self, slugs: &[String]) -> Result<Vec<Tag>> {
        let slugs: BTreeSet<&String> = slugs.iter().collect();
        check_count(slugs.len())?;
        let mut found = Vec::with_capacity(slugs.len());
        for slug in slugs {
            let tag = tags::find_by_slug(&mut self.work.db, &self.access.project.id, slug).await?;
            found.push(tag.ok_or_else(|| Error::not_found("Tag", slug))?.into());
        }
        found.sort();
        Ok(found)
    }

    /// Refuses a value that refers to what the caller may not read.
    pub(super) async fn require_references(&mut self, place: &Place, value: &Plaintext) -> Result<()> {
        if !may_have_references(value.as_str()) {
            return Ok(());
        }
        require_readable(&mut self.source(), place, value).await
    }

    /// The project as the caller sees it, in this transaction.
    pub(super) fn source(&mut self) -> Source<'_> {
        Source::new(&mut self.work.db, &self.access, &self.key, None)
    }

    /// Asks for a right on a secret as it is or would be.
    pub(super) fn require(&self, action: Action, place: &Place, state: &SecretState) -> Result<()> {
        Judged::new(&self.access, place, &state.name, &state.tags).require(action)
    }

    /// Whether the caller has a right on a secret as it is or would be.
    pub(super) fn allows(&self, action: Action, place: &Place, state: &SecretState) -> bool {
        Judged::new(&self.access, place, &state.name, &state.tags).allows(action)
    }

    /// Asks for the right to turn a secret into another state, and says whether its value was readable.
    pub(super) fn require_change(
        &self,
        place: &Place,
        before: &SecretState,
        after: &SecretState,
    ) -> Result<bool> {
        let before = Judged::new(&self.access, place, &before.name, &before.tags);
        let after = Judged::new(&self.access, place, &after.name, &after.tags);
        require_change(&before, &after)
    }

    /// Makes a secret.
    pub(super) async fn insert(&mut self, place: &Arc<Place>, state: SecretState) -> Result<PlainSecret> {
        let id: SecretId = self.work.app.new_id();
        let row = self.row(id, place, &state, 1, self.now)?;
        secrets::insert(&mut self.work.db, &row).await?;
        self.put_tags(&row.id, &state.tags).await?;
        reference_index::put(&mut self.work.db, &self.key, &row, &state.content.value).await?;
        self.keep(&row, &state, None).await?;
        *self.touched.entry(place.folder_id.clone()).or_default() += 1;
        Ok(PlainSecret::written(place, row, state, true))
    }

    /// Makes the next version of a secret.
    pub(super) async fn replace(
        &mut self,
        place: &Arc<Place>,
        found: Found,
        state: SecretState,
    ) -> Result<PlainSecret> {
        let before = found.row.version;
        let row = self.row(found.row.id, place, &state, before + 1, found.row.created_at)?;
        secrets::update(&mut self.work.db, &row).await?;
        if state.name != found.row.name {
            self.carry_overrides((place, &found.row.name), (place, &state.name)).await?;
        }
        if state.tags != found.state.tags {
            secret_tags::delete_all(&mut self.work.db, &row.id).await?;
            self.put_tags(&row.id, &state.tags).await?;
        }
        if state.content.value != found.state.content.value || found.damage.is_some() {
            let old = if found.damage.is_some() { None } else { Some(&found.state.content.value) };
            reference_index::replace(&mut self.work.db, &self.key, &row, old, &state.content.value).await?;
        }
        self.keep(&row, &state, Some(before)).await?;
        self.touched.entry(place.folder_id.clone()).or_default();
        Ok(self.shown(place, row, state))
    }

    /// Deletes a secret and everybody's overrides of it.
    pub(super) async fn remove(&mut self, place: &Arc<Place>, found: Found) -> Result<PlainSecret> {
        let Found { row, state, damage } = found;
        secrets::delete(&mut self.work.db, &row.id).await?;
        let revision = self.commit.revision();
        secret_versions::end(&mut self.work.db, &row.id, revision).await?;
        secret_overrides::delete_all(&mut self.work.db, &row.folder_id, &row.name, revision).await?;
        self.commit.add(change(&row, Some(row.version), None));
        *self.touched.entry(place.folder_id.clone()).or_default() -= 1;
        let is_readable = damage.is_none() && self.allows(Action::ReadValue, place, &state);
        Ok(PlainSecret::written(place, row, state, is_readable))
    }

    /// A secret for the answer; who may not read the value does not get it by writing either.
    pub(super) fn shown(&self, place: &Arc<Place>, row: SecretRow, state: SecretState) -> PlainSecret {
        let is_readable = self.allows(Action::ReadValue, place, &state);
        PlainSecret::written(place, row, state, is_readable)
    }

    /// The project's revision once this is committed.
    pub(super) const fn revision(&self) -> i64 {
        self.commit.revision()
    }

    /// Ends the request: limits, commit, audit.
    pub(in crate::app) async fn finish(self, event: Event) -> Result<Option<CommitId>> {
        self.finish_with(vec![event]).await
    }

    /// As [`Self::finish`], with several events.
    pub(super) async fn finish_with(self, events: Vec<Event>) -> Result<Option<CommitId>> {
        for (folder, difference) in &self.touched {
            let count = folders::note_secrets(&mut self.work.db, folder, *difference, self.now).await?;
            if *difference > 0 && count > SECRETS_PER_FOLDER_MAX {
                return Err(Error::Invalid(format!(
                    "A folder cannot have more than {SECRETS_PER_FOLDER_MAX} secrets"
                )));
            }
        }
        let mut commit = self.commit;
        for place in self.places.values() {
            commit.know_place(place);
        }
        let commit = commit.write(self.work, self.caller, self.message.as_deref()).await?;
        for event in events {
            self.work.record(event);
        }
        Ok(commit)
    }

    /// An event of this project.
    pub(in crate::app) fn event(&self, kind: &str) -> Event {
        Event::new(&self.work.app, self.caller, kind).project(&self.access.project.id)
    }

    fn row(
        &self,
        id: SecretId,
        place: &Place,
        state: &SecretState,
        version: i64,
        created_at: Timestamp,
    ) -> Result<SecretRow> {
        let encrypted = state
            .content
            .encrypt(&self.key, id.as_str(), version, &self.work.app.random)
            .map_err(|error| Error::Internal(format!("metadata of a secret: {error}")))?;
        Ok(SecretRow {
            id,
            folder_id: place.folder_id.clone(),
            name: state.name.clone(),
            owner_user_id: String::new(),
            version,
            value_ciphertext: encrypted.value,
            value_hash: Some(self.key.hash_value(state.content.value.as_str()).as_bytes().to_vec()),
            comment_ciphertext: encrypted.comment,
            metadata_ciphertext: encrypted.metadata,
            skip_multiline_encoding: state.skip_multiline_encoding,
            reminder_note: state.reminder_note.clone(),
            reminder_repeat_days: state.reminder_repeat_days,
            actor_type: self.caller.actor.kind().to_owned(),
            actor_id: self.caller.actor.id().to_owned(),
            actor_name: self.caller.actor.name().to_owned(),
            created_at,
            updated_at: self.now,
        })
    }

    async fn put_tags(&mut self, secret: &SecretId, tags: &[Tag]) -> Result<()> {
        for tag in tags {
            secret_tags::insert(&mut self.work.db, secret, &tag.id).await?;
        }
        Ok(())
    }

    /// Keeps the version, forgets those too old, and says from where on states are still complete.
    async fn keep_version(&mut self, row: &SecretRow, state: &SecretState) -> Result<Option<i64>> {
        let (project, revision) = (&self.access.project, self.commit.revision());
        let db = &mut self.work.db;
        if row.version == 1 {
            secret_versions::keep_first(db, &project.id, &row.id, revision, &state.tag_ids()).await?;
            return Ok(None);
        }
        secret_versions::keep(db, &project.id, &row.id, revision, &state.tag_ids()).await?;
        Ok(secret_versions::prune(db, &row.id, row.version - project.pit_version_limit).await?)
    }

    /// Keeps the version and adds the change to the commit.
    async fn keep(&mut self, row: &SecretRow, state: &SecretState, before: Option<i64>) -> Result<()> {
        if let Some(horizon) = self.keep_version(row, state).await? {
            let (db, project) = (&mut self.work.db, &self.access.project.id);
            history_horizons::raise(db, project, &row.folder_id, horizon).await?;
        }
        self.commit.add(change(row, before, Some(row.version)));
        Ok(())
    }
}

/// Before anything is looked up: a request may name one tag very often.
fn check_count(tags: usize) -> Result<()> {
    if tags > TAGS_MAX {
        return Err(Error::Invalid(format!("A secret cannot have more than {TAGS_MAX} tags")));
    }
    Ok(())
}

fn change(row: &SecretRow, before: Option<i64>, after: Option<i64>) -> Change {
    Change {
        resource: Resource::Secret,
        resource_id: row.id.as_str().to_owned(),
        folder_id: Some(row.folder_id.clone()),
        name: row.name.clone(),
        version_before: before,
        version_after: after,
        owner_user_id: row.owner_user_id.clone(),
    }
}
