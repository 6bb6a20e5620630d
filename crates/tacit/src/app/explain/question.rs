//! What is asked, and the thing it is about.

use tacit_core::{
    id::ProjectId,
    name::SecretPath,
    permission::{Action, Attributes, Explanation, Field, Object, PermissionSet, Scope, Subject},
};
use tacit_store::{Connection, folders, secret_tags, secrets};

use crate::app::error::{Error, Result};

/// May somebody do this there?
#[derive(Clone, Debug)]
pub struct Question {
    /// What is to be done.
    pub action: Action,
    /// To what kind of thing.
    pub subject: Subject,
    /// What is known of the thing: its place, its name. Without the name of a secret, the question is
    /// about all secrets there, whatever they are.
    pub attributes: Attributes,
    /// Whether it is enough if some such thing would be allowed, as for a list.
    pub is_about_any: bool,
}

/// The thing a question is about, as rules see it.
pub(super) struct Thing<'a> {
    question: &'a Question,
    tags: Option<Vec<String>>,
}

impl Question {
    /// The slug of the environment.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.attributes.get(Field::Environment)
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.attributes.get(Field::SecretPath)
    }

    /// The name of the secret.
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.attributes.get(Field::SecretName)
    }

    /// Refuses an action that the subject does not have.
    pub(super) fn require_known(&self, scope: Scope) -> Result<()> {
        if scope.actions(self.subject).contains(&self.action) {
            return Ok(());
        }
        let place = match scope {
            Scope::Organization => "an organization",
            Scope::Project => "a project",
        };
        let message = format!("'{}' is no action on '{}' in {place}", self.action, self.subject);
        Err(Error::form("action", message))
    }
}

impl<'a> Thing<'a> {
    /// A thing of which no more is known than the question says.
    pub(super) const fn unseen(question: &'a Question) -> Self {
        Self { question, tags: None }
    }

    /// Looks up the tags of the secret. Those of a secret that `viewer` may not see stay unknown;
    /// without a viewer they do not: people would find out about themselves by doing what they ask.
    pub(super) async fn find(
        db: &mut Connection,
        project: &ProjectId,
        question: &'a Question,
        viewer: Option<&PermissionSet>,
    ) -> Result<Self> {
        let found = Self { question, tags: tags(db, project, question).await? };
        let is_visible = viewer
            .is_none_or(|viewer| viewer.allows(Action::DescribeSecret, Subject::Secrets, &found.object()));
        Ok(if is_visible { found } else { Self::unseen(question) })
    }

    pub(super) fn takes_tags(&self) -> bool {
        self.tags.is_some()
    }

    pub(super) fn object(&self) -> Object<'_> {
        let object = self.question.attributes.object();
        match &self.tags {
            Some(tags) => object.secret_tags(tags),
            None => object,
        }
    }

    pub(super) fn explain(&self, permissions: &PermissionSet) -> Explanation {
        let (action, subject) = (self.question.action, self.question.subject);
        if self.question.is_about_any {
            permissions.explain_possible(action, subject, &self.object())
        } else {
            permissions.explain(action, subject, &self.object())
        }
    }
}

/// The tags of a secret that is fully named; a secret that is not there yet has none.
async fn tags(db: &mut Connection, project: &ProjectId, question: &Question) -> Result<Option<Vec<String>>> {
    let (Some(environment), Some(path), Some(name)) =
        (question.environment(), question.path(), question.secret_name())
    else {
        return Ok(None);
    };
    let Ok(path) = SecretPath::parse(path) else { return Ok(None) };
    let Some(folder) = folders::find(db, project, environment, &path).await? else {
        return Ok(Some(Vec::new()));
    };
    let Some(secret) = secrets::find(db, &folder.id, name).await? else { return Ok(Some(Vec::new())) };
    let rows = secret_tags::of_secret(db, &secret.id).await?;
    Ok(Some(rows.into_iter().map(|row| row.slug).collect()))
}
