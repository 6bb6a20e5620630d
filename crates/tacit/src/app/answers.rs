//! Answers that were given: the tag of each, found by what decided its bytes. So an unchanged answer is
//! known without being made again, and its tag is computed once per revision of the project
//! (architecture 5).
//!
//! What decides an answer is the project's revision, the caller, the rules that count for it now, and
//! what it asked. Permission is a function of these as well: who is told that nothing changed may see
//! what did not change. An answer about the past is not remembered: the past is forgotten by the
//! history's limit without a new revision.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use serde_json::{Map, Value};
use tacit_core::{id::ProjectId, permission::Fingerprint};
use tacit_store::{Connection, projects};

use super::{
    App, Caller,
    access::ProjectAccess,
    error::Result,
    secrets::{GetSecret, ListSecrets},
};

/// Memory for remembered answers at most, in bytes.
const BYTES_MAX: u64 = 8 << 20;
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
    pub facts: Facts,
}

/// An answer to somebody who may have it already.
#[derive(Debug)]
pub enum Answer<T> {
    /// They have it.
    Unchanged(AnswerTag),
    /// This is it, and how its tag comes about.
    Made(T, TagSource),
}

impl<T> Answer<T> {
    /// The content; none if the asker has it.
    pub fn content(self) -> Option<T> {
        match self {
            Self::Unchanged(_) => None,
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
    facts: Facts,
}

/// The answers that are remembered by this process.
pub struct Answers(Cache<AnswerKey, Arc<KnownAnswer>, Weight>);

impl Default for Answers {
    fn default() -> Self {
        let each = u64::try_from(BYTES_EACH).unwrap_or(u64::MAX);
        let expected = usize::try_from(BYTES_MAX / each).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(expected, BYTES_MAX, Weight))
    }
}

impl Answers {
    /// Remembers an answer by its tag.
    pub fn keep(&self, answer: &NewAnswer, tag: AnswerTag) {
        self.0.insert(answer.key.clone(), Arc::new(KnownAnswer { tag, facts: answer.facts.clone() }));
    }
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
        let known = app.answers.0.get(&key);
        Self { key: Some(key), known }
    }

    /// The answer, if it is one of those the asker holds.
    pub(super) fn held(&self, held: &[AnswerTag]) -> Option<&KnownAnswer> {
        self.known.as_deref().filter(|known| held.contains(&known.tag))
    }

    /// Where the tag of the answer comes from that was now made.
    ///
    /// It is the revision's only if no newer one went into it. SQLite reads all of it at one moment;
    /// on PostgreSQL the revision must not have moved meanwhile.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub(super) async fn tag_source(self, db: &mut Connection, facts: Facts) -> Result<TagSource> {
        let Some(key) = self.key else { return Ok(TagSource::Bytes) };
        let sees_one_moment = db.sees_one_moment();
        if let Some(known) = self.known {
            return Ok(if sees_one_moment { TagSource::Known(known.tag) } else { TagSource::Bytes });
        }
        let is_of_revision = sees_one_moment
            || projects::revisions(db, &key.project).await?.is_some_and(|now| now.revision == key.revision);
        let new = || TagSource::New(Arc::new(NewAnswer { key, facts }));
        Ok(if is_of_revision { new() } else { TagSource::Bytes })
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
        u64::try_from(BYTES_EACH + key.question.text_bytes() + facts).unwrap_or(u64::MAX)
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
