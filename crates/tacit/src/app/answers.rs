//! Answers that were given: the tag and the bytes of each, found by what decided them. So an unchanged
//! answer is given again without being made again, and its tag is computed once per revision of the
//! project (architecture 5).
//!
//! What decides an answer is the project's revision, the caller, the rules that count for it now, and
//! what it asked. Permission is a function of these as well: who is told that nothing changed may see
//! what did not change. An answer about the past is not remembered: the past is forgotten by the
//! history's limit without a new revision.
//!
//! The bytes hold values. They are wiped when they are let go: at the latest when nobody asked for them
//! during [`IDLE_ROUNDS_MAX`] rounds of [`Answers::sweep`].

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use quick_cache::{Equivalent, Weighter, sync::Cache};
use serde_json::{Map, Value};
use tacit_core::{id::ProjectId, permission::Fingerprint};
use tacit_store::{
    Connection,
    projects::{self, RevisionsRow},
};
use zeroize::zeroize_bytes;

use super::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    error::Result,
    secrets::{GetSecret, ListSecrets},
};

/// Memory for remembered answers at most, in bytes, unless the operator chose another number.
pub const BYTES_MAX_DEFAULT: u64 = 64 << 20;
/// Answers of more than this part of the memory are not kept, or a few would push out all others.
const LARGEST_PART: u64 = 8;
/// Answers there is room for from the start.
const EXPECTED: usize = 16_384;
/// Rounds of [`Answers::sweep`] after which an answer that nobody asked for is let go.
const IDLE_ROUNDS_MAX: u32 = 6;
/// What one takes besides texts, about.
const BYTES_EACH: usize = 512;

/// A hash of an answer's bytes, as its `ETag` shows it.
pub type AnswerTag = [u8; 16];

/// What an audit event says of an answer.
pub type Facts = Map<String, Value>;

/// Everything that decides the bytes of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    project: ProjectId,
    revision: i64,
    actor_kind: &'static str,
    actor: String,
    rights: Fingerprint,
    question: Question,
}

/// [`AnswerKey`] without owning its parts; both have the same hash.
#[derive(Hash)]
struct AnswerQuery<'a> {
    project: &'a ProjectId,
    revision: i64,
    actor_kind: &'static str,
    actor: &'a str,
    rights: Fingerprint,
    question: Asking<'a>,
}

impl Equivalent<AnswerKey> for AnswerQuery<'_> {
    fn equivalent(&self, key: &AnswerKey) -> bool {
        let is_question = match (self.question, &key.question) {
            (Asking::Get(one), Question::Get(other)) => one == other,
            (Asking::List(one), Question::List(other)) => one == other,
            (Asking::Get(_), Question::List(_)) | (Asking::List(_), Question::Get(_)) => false,
        };
        *self.project == key.project
            && self.revision == key.revision
            && self.actor_kind == key.actor_kind
            && self.actor == key.actor
            && self.rights == key.rights
            && is_question
    }
}

/// A [`Question`] that is only looked at.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Asking<'a> {
    /// For one secret.
    Get(&'a GetSecret),
    /// For the secrets of a folder.
    List(&'a ListSecrets),
}

impl Asking<'_> {
    const fn project(&self) -> &ProjectName {
        match self {
            Self::Get(get) => &get.at.project,
            Self::List(list) => &list.at.project,
        }
    }

    const fn shows_values(&self) -> bool {
        match self {
            Self::Get(get) => get.shows_value,
            Self::List(list) => list.shows_values,
        }
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// One secret.
    Get(GetSecret),
    /// The secrets of a folder.
    List(ListSecrets),
}

/// What is remembered of an answer.
#[derive(Debug)]
pub struct KnownAnswer {
    /// Its tag.
    pub tag: AnswerTag,
    /// What the audit event of it says.
    pub facts: Arc<Facts>,
    /// What was answered, unless it was too much to keep.
    body: Option<Bytes>,
    /// Rounds of the sweep since somebody asked for it.
    idle_rounds: AtomicU32,
}

/// Bytes that are overwritten when dropped, all at once: `Zeroizing` goes from byte to byte, which for a
/// list takes longer than decrypting it.
struct Wiped(Box<[u8]>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        zeroize_bytes(&mut self.0);
    }
}

/// An answer that is still the same as when it was given.
pub(super) struct Remembered {
    /// The project it is about.
    pub(super) project: ProjectId,
    answer: Arc<KnownAnswer>,
}

impl Remembered {
    /// What the audit event of it says.
    pub(super) fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.answer.facts)
    }

    /// The answer to somebody who holds some already. None if its bytes are not kept.
    pub(super) fn answer<T>(&self, held: &[AnswerTag]) -> Option<Answer<T>> {
        let tag = self.answer.tag;
        if held.contains(&tag) {
            return Some(Answer::Unchanged(tag));
        }
        self.answer.body.clone().map(|body| Answer::Known(tag, body))
    }
}

/// An answer to somebody who may have it already.
#[derive(Debug)]
pub enum Answer<T> {
    /// They have it.
    Unchanged(AnswerTag),
    /// These were its bytes, and still are.
    Known(AnswerTag, Bytes),
    /// This is it, and how its tag comes about.
    Made(T, TagSource),
}

impl<T> Answer<T> {
    /// The content, if it was made now.
    pub fn content(self) -> Option<T> {
        match self {
            Self::Unchanged(_) | Self::Known(..) => None,
            Self::Made(content, _) => Some(content),
        }
    }
}

/// Where the tag of an answer comes from.
#[derive(Clone, Debug)]
pub enum TagSource {
    /// The answer was given before, with this tag.
    Known(AnswerTag),
    /// It is a hash of the bytes, to be [kept](Answers::keep) for the next time.
    New(Arc<NewAnswer>),
    /// It is a hash of the bytes.
    Bytes,
}

/// An answer that can be remembered once its tag is known.
#[derive(Debug)]
pub struct NewAnswer {
    key: AnswerKey,
    facts: Arc<Facts>,
}

/// The answers that are remembered by this process.
pub struct Answers {
    known: Cache<AnswerKey, Arc<KnownAnswer>, Weight>,
    body_bytes_max: u64,
}

impl Answers {
    /// Room for answers of `bytes_max` bytes; with 0, none is remembered.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        Self {
            known: Cache::with_weighter(EXPECTED, bytes_max, Weight),
            body_bytes_max: bytes_max / LARGEST_PART,
        }
    }

    /// Remembers an answer, its tag and its bytes.
    pub fn keep(&self, answer: &NewAnswer, tag: AnswerTag, body: &[u8]) {
        let is_small = u64::try_from(body.len()).is_ok_and(|bytes| bytes <= self.body_bytes_max);
        let body = is_small.then(|| Bytes::from_owner(Wiped(body.into())));
        let known =
            KnownAnswer { tag, facts: Arc::clone(&answer.facts), body, idle_rounds: AtomicU32::new(0) };
        self.known.insert(answer.key.clone(), Arc::new(known));
    }

    /// Lets go of answers that nobody has asked for during the last rounds. Those of a project that has
    /// changed since are among them: nobody can ask for them any more.
    pub fn sweep(&self) {
        self.known.retain(|_, answer| answer.idle_rounds.fetch_add(1, Ordering::Relaxed) < IDLE_ROUNDS_MAX);
    }

    fn get(&self, query: &AnswerQuery<'_>) -> Option<Arc<KnownAnswer>> {
        let known = self.known.get(query)?;
        known.idle_rounds.store(0, Ordering::Relaxed);
        Some(known)
    }
}

/// Looks for an answer that was given before and is still the same, because nobody's rights and nothing
/// in the project have changed since. Reads no database. None also where the API may not have values
/// any more: that is for the database to refuse.
pub(super) fn remembered(app: &App, caller: &Caller, asking: Asking<'_>) -> Option<Remembered> {
    let place = app.recall.place(app, caller, asking.project())?;
    if asking.shows_values() && !place.project.plaintext_reads {
        return None;
    }
    let query = AnswerQuery {
        project: &place.project.id,
        revision: app.database.revisions().project(&place.project.id, app.uptime())?,
        actor_kind: caller.actor.kind(),
        actor: caller.actor.id(),
        rights: place.fingerprint,
        question: asking,
    };
    let answer = app.answers.get(&query)?;
    caller.enters(&place.project.id);
    Some(Remembered { project: place.project.id.clone(), answer })
}

/// One question on its way to an answer.
pub(super) struct Asked {
    key: Option<AnswerKey>,
    known: Option<Arc<KnownAnswer>>,
}

impl Asked {
    /// Looks for the answer to a question of a caller whose access is known.
    pub(super) fn new(app: &App, caller: &Caller, access: &ProjectAccess, question: Question) -> Self {
        if question.is_about_the_past() {
            return Self { key: None, known: None };
        }
        let key = AnswerKey {
            project: access.project.id.clone(),
            revision: access.project.revision,
            actor_kind: caller.actor.kind(),
            actor: caller.actor.id().to_owned(),
            rights: access.fingerprint,
            question,
        };
        let known = app.answers.known.get(&key);
        Self { key: Some(key), known }
    }

    /// The answer, if it is one of those the asker holds.
    pub(super) fn held(&self, held: &[AnswerTag]) -> Option<&KnownAnswer> {
        self.known.as_deref().filter(|known| held.contains(&known.tag))
    }

    /// Whether nothing newer than the revision went into what was read for the answer. SQLite reads all
    /// of it at one moment; on PostgreSQL the revision must not have moved meanwhile. What was read of
    /// the past is of no revision that memory keeps.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub(super) async fn is_of_revision(&self, db: &mut Connection) -> Result<bool> {
        let Some(key) = &self.key else { return Ok(false) };
        let is_now = |now: RevisionsRow| now.revision == key.revision;
        Ok(db.sees_one_moment() || projects::revisions(db, &key.project).await?.is_some_and(is_now))
    }

    /// Where the tag of the answer comes from that was now made, and whether it is of the revision.
    pub(super) fn tag_source(self, is_of_revision: bool, facts: Arc<Facts>) -> TagSource {
        match (self.key, self.known) {
            (Some(_), Some(known)) if is_of_revision => TagSource::Known(known.tag),
            (Some(key), None) if is_of_revision => TagSource::New(Arc::new(NewAnswer { key, facts })),
            _ => TagSource::Bytes,
        }
    }
}

impl Question {
    const fn is_about_the_past(&self) -> bool {
        match self {
            Self::Get(get) => get.moment.is_some() || get.version.is_some(),
            Self::List(list) => list.moment.is_some(),
        }
    }

    fn text_bytes(&self) -> usize {
        match self {
            Self::Get(get) => get.at.environment.len() + get.at.path.as_str().len() + get.name.len(),
            Self::List(list) => list.at.environment.len() + list.at.path.as_str().len() + list.filter_bytes(),
        }
    }
}

/// Weighs answers by the memory they take.
#[derive(Clone)]
struct Weight;

impl Weighter<AnswerKey, Arc<KnownAnswer>> for Weight {
    fn weight(&self, key: &AnswerKey, answer: &Arc<KnownAnswer>) -> u64 {
        let facts: usize = answer.facts.values().map(bytes_of).sum();
        let body = answer.body.as_ref().map_or(0, Bytes::len);
        u64::try_from(BYTES_EACH + key.question.text_bytes() + facts + body).unwrap_or(u64::MAX)
    }
}

/// About what a fact takes. Only those about references are more than a short text.
fn bytes_of(fact: &Value) -> usize {
    match fact {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(fields) => fields.iter().map(|(name, fact)| 64 + name.len() + bytes_of(fact)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
