//! Many changes in many folders and environments, as one commit, if nothing else changed meanwhile.
//!
//! Each change says which version it was made for. If one does not fit any more, nothing is written,
//! and the refusal names every one that does not.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use tacit_core::{
    id::CommitId,
    name::{SecretName, SecretPath},
    permission::{Action, Object},
    time::Timestamp,
};

use super::{
    SecretChange, already_exist, check_batch_length,
    create::{NewSecret, state},
    decide::possible,
    editor::{Editor, Found},
    location::{Location, Place},
    plain::PlainSecret,
    update::{change_one, event, refuse_duplicates},
};
use crate::app::{
    App, Caller, UnitOfWork,
    access::{ProjectAccess, ProjectName},
    bounds::Bounds,
    error::{Error, Result},
};

/// The longest message of a commit, in characters.
pub const COMMIT_MESSAGE_LENGTH_MAX: usize = 255;

/// The kind of event of deletions.
const DELETED: &str = "delete-secrets";

/// Changes to be made together.
#[derive(Debug)]
pub struct Changes {
    /// The project.
    pub project: ProjectName,
    /// Why, for people.
    pub message: Option<String>,
    /// 1 to [`BATCH_LENGTH_MAX`](super::BATCH_LENGTH_MAX) changes, each of another secret.
    pub items: Vec<ChangeItem>,
}

/// A change of one secret.
#[derive(Debug)]
pub struct ChangeItem {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: SecretPath,
    /// What to do.
    pub edit: Edit,
}

/// What to do to a secret.
#[derive(Debug)]
pub enum Edit {
    /// Make it.
    Create(NewSecret),
    /// Change it, if it still has that version.
    Update(SecretChange, i64),
    /// Delete it, if it still has that version.
    Delete(String, i64),
}

/// What was done.
#[derive(Debug)]
pub struct Committed {
    /// The commit; `None` if nothing changed.
    pub commit: Option<CommitId>,
    /// The project's revision afterwards.
    pub revision: i64,
    /// The secrets in the order of the changes, deleted ones as they were, and whether each was deleted.
    pub secrets: Vec<(PlainSecret, bool)>,
}

/// A change that does not fit what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The position of the change.
    pub index: usize,
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: String,
    /// The name of the secret that is in the way, or is not there.
    pub name: String,
    /// Why it does not fit.
    pub reason: ConflictReason,
    /// What is there, if something is and the caller may see it.
    pub present: Option<Present>,
}

/// Why a change does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictReason {
    /// It has another version.
    Changed,
    /// It is not there any more.
    Deleted,
    /// Something with that name is there.
    Exists,
}

/// What is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its version.
    pub version: i64,
    /// When that was made.
    pub updated_at: Timestamp,
    /// `user` or `identity`.
    pub actor_type: String,
    /// Who made it.
    pub actor_id: String,
    /// Their name then.
    pub actor_name: String,
}

/// Makes all changes, or none. Deletions come first, then changes in the order of the request, those
/// that rewrite references last, then new secrets, so that a name that becomes free can be taken.
///
/// # Errors
///
/// [`Error::Conflicts`] if changes do not fit what is there, [`Error::Forbidden`] without the right to
/// make one of them, [`Error::NotFound`] if an environment, folder or tag is not there,
/// [`Error::Invalid`] if a secret occurs twice.
pub async fn commit_changes(app: &App, caller: &Caller, changes: Changes) -> Result<Committed> {
    check_batch_length("changes", changes.items.len())?;
    let mut bounds = Bounds::default();
    bounds.text("message", changes.message.as_deref(), &(0..=COMMIT_MESSAGE_LENGTH_MAX));
    bounds.finish()?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { make(work, &caller, changes).await })).await
}

async fn make(work: &mut UnitOfWork, caller: &Caller, changes: Changes) -> Result<Committed> {
    let now = work.app.now();
    let access = ProjectAccess::enter(&mut work.db, caller, &changes.project, now).await?;
    for item in &changes.items {
        item.require_possible(&access)?;
    }
    refuse_twice(&changes.items)?;
    let mut editor = Editor::open_sealed(work, caller, access).await?;
    editor.say(changes.message);
    let mut making = Making { editor, conflicts: Vec::new(), done: BTreeMap::new(), rewritten: Vec::new() };
    making.all(changes.items).await?;
    making.finish(changes.project).await
}

/// Refuses changes of one secret in one request, because only one of them could count.
fn refuse_twice(items: &[ChangeItem]) -> Result<()> {
    let places: Vec<String> =
        items.iter().map(|item| format!("{}:{}", item.environment, item.path)).collect();
    refuse_duplicates(places.iter().zip(items).map(|(place, item)| (place.as_str(), item.name())))
}

impl ChangeItem {
    fn name(&self) -> &str {
        match &self.edit {
            Edit::Create(secret) => secret.name.as_str(),
            Edit::Update(change, _) => &change.name,
            Edit::Delete(name, _) => name,
        }
    }

    /// When it is made: deletions, changes, renames that rewrite references, new secrets. Such a rename
    /// raises the version of what it rewrites, which must not stand in the way of other changes.
    const fn turn(&self) -> u8 {
        match &self.edit {
            Edit::Delete(..) => 0,
            Edit::Update(change, _) if change.rewrites_references => 2,
            Edit::Update(..) => 1,
            Edit::Create(_) => 3,
        }
    }

    fn require_possible(&self, access: &ProjectAccess) -> Result<()> {
        let object = Object::new().environment(&self.environment).secret_path(self.path.as_str());
        let named = object.secret_name(self.name());
        match &self.edit {
            Edit::Create(_) => possible(access, Action::Create, &named),
            Edit::Delete(..) => possible(access, Action::Delete, &named),
            Edit::Update(change, _) => {
                possible(access, Action::Edit, &named)?;
                let new_name = change.new_name.as_ref().map_or(change.name.as_str(), SecretName::as_str);
                let object = Object::new().environment(&self.environment).secret_path(self.path.as_str());
                possible(access, Action::Edit, &object.secret_name(new_name))
            }
        }
    }
}

/// The kind of event, environment and path of secrets that were changed alike.
type Group = (&'static str, String, SecretPath);

struct Making<'a> {
    editor: Editor<'a>,
    conflicts: Vec<Conflict>,
    done: BTreeMap<usize, (Group, PlainSecret)>,
    /// The secrets whose references got a new name.
    rewritten: Vec<Value>,
}

impl Making<'_> {
    async fn all(&mut self, items: Vec<ChangeItem>) -> Result<()> {
        let mut ordered: Vec<(usize, ChangeItem)> = items.into_iter().enumerate().collect();
        ordered.sort_by_key(|(index, item)| (item.turn(), *index));
        for (index, item) in ordered {
            self.one(index, item).await?;
        }
        Ok(())
    }

    async fn one(&mut self, index: usize, item: ChangeItem) -> Result<()> {
        let place = self.editor.place(&item.environment, &item.path).await?;
        let (kind, made) = match item.edit {
            Edit::Create(secret) => ("create-secrets", self.create(index, &place, secret).await?),
            Edit::Update(change, version) => {
                ("update-secrets", self.update(index, &place, change, version).await?)
            }
            Edit::Delete(name, version) => (DELETED, self.delete(index, &place, &name, version).await?),
        };
        if let Some(secret) = made {
            self.done.insert(index, ((kind, item.environment, item.path), secret));
        }
        Ok(())
    }

    async fn create(
        &mut self,
        index: usize,
        place: &Arc<Place>,
        secret: NewSecret,
    ) -> Result<Option<PlainSecret>> {
        if self.is_in_the_way(index, place, secret.name.as_str()).await? {
            return Ok(None);
        }
        let state = state(&mut self.editor, secret).await?;
        self.editor.require(Action::Create, place, &state)?;
        if self.editor.is_taken(place, &state.name).await? {
            return Err(already_exist(&[&state.name]));
        }
        self.editor.insert(place, state).await.map(Some)
    }

    async fn update(
        &mut self,
        index: usize,
        place: &Arc<Place>,
        change: SecretChange,
        version: i64,
    ) -> Result<Option<PlainSecret>> {
        let Some(found) = self.expected(index, place, &change.name, version, Action::Edit).await? else {
            return Ok(None);
        };
        if let Some(new_name) = change.new_name.as_ref().filter(|name| name.as_str() != change.name)
            && self.is_in_the_way(index, place, new_name.as_str()).await?
        {
            return Ok(None);
        }
        change_one(&mut self.editor, place, found, change, &mut self.rewritten).await.map(Some)
    }

    async fn delete(
        &mut self,
        index: usize,
        place: &Arc<Place>,
        name: &str,
        version: i64,
    ) -> Result<Option<PlainSecret>> {
        let Some(found) = self.expected(index, place, name, version, Action::Delete).await? else {
            return Ok(None);
        };
        self.editor.remove(place, found).await.map(Some)
    }

    /// The secret, if the caller may do that to it and it has the version.
    async fn expected(
        &mut self,
        index: usize,
        place: &Place,
        name: &str,
        version: i64,
        action: Action,
    ) -> Result<Option<Found>> {
        let Some(found) = self.editor.find_any(place, name).await? else {
            self.conflict(index, place, name, ConflictReason::Deleted, None);
            return Ok(None);
        };
        self.editor.require(action, place, &found.state)?;
        if found.row.version == version {
            return Ok(Some(found));
        }
        self.conflict(index, place, name, ConflictReason::Changed, Some(&found));
        Ok(None)
    }

    /// Whether a name is taken by a secret that the caller may see. Of another one it hears as of
    /// anything that cannot be done.
    async fn is_in_the_way(&mut self, index: usize, place: &Place, name: &str) -> Result<bool> {
        let Some(found) = self.editor.find_any(place, name).await? else { return Ok(false) };
        if !self.editor.allows(Action::DescribeSecret, place, &found.state) {
            return Ok(false);
        }
        self.conflict(index, place, name, ConflictReason::Exists, Some(&found));
        Ok(true)
    }

    fn conflict(
        &mut self,
        index: usize,
        place: &Place,
        name: &str,
        reason: ConflictReason,
        found: Option<&Found>,
    ) {
        let is_visible = |found: &&Found| self.editor.allows(Action::DescribeSecret, place, &found.state);
        let present = found.filter(is_visible).map(Present::from);
        self.conflicts.push(Conflict {
            index,
            environment: place.environment.clone(),
            path: place.path.clone(),
            name: name.to_owned(),
            reason,
            present,
        });
    }

    async fn finish(self, project: ProjectName) -> Result<Committed> {
        let Self { editor, mut conflicts, done, rewritten } = self;
        if !conflicts.is_empty() {
            conflicts.sort_by_key(|conflict| conflict.index);
            return Err(Error::Conflicts(conflicts));
        }
        let mut groups: BTreeMap<Group, Vec<PlainSecret>> = BTreeMap::new();
        for (group, secret) in done.values() {
            groups.entry(group.clone()).or_default().push(secret.clone());
        }
        let mut events = Vec::with_capacity(groups.len());
        for ((kind, environment, path), secrets) in groups {
            let at = Location { project: project.clone(), environment, path };
            events.push(event(&editor, kind, &at, &secrets));
        }
        if let Some(event) = events.pop_if(|_| !rewritten.is_empty()) {
            events.push(event.with("rewrittenSecrets", rewritten));
        }
        let revision = editor.revision();
        let commit = editor.finish_with(events).await?;
        let secrets = done.into_values().map(|((kind, ..), secret)| (secret, kind == DELETED)).collect();
        Ok(Committed { revision: revision - i64::from(commit.is_none()), commit, secrets })
    }
}

impl From<&Found> for Present {
    fn from(found: &Found) -> Self {
        let row = &found.row;
        Self {
            version: row.version,
            updated_at: row.updated_at,
            actor_type: row.actor_type.clone(),
            actor_id: row.actor_id.clone(),
            actor_name: row.actor_name.clone(),
        }
    }
}
