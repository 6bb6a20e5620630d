//! What is asked, and the thing it is about.

use tacit_core::{
    name::SecretPath,
    permission::{Action, Explanation, Object, PermissionSet, Scope, Subject},
};
use tacit_store::{Connection, folders, secret_tags, secrets};

use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
};

/// May somebody do this there?
#[derive(Clone, Debug)]
pub struct Question {
    /// What is to be done.
    pub action: Action,
    /// To what kind of thing.
    pub subject: Subject,
    /// The slug of the environment.
    pub environment: Option<String>,
    /// The path of the folder.
    pub path: Option<SecretPath>,
    /// The name of the secret. Without one, the question is about all secrets there, whatever they are.
    pub secret_name: Option<String>,
}

/// The thing a question is about, as rules see it.
pub(super) struct Thing<'a> {
    question: &'a Question,
    tags: Option<Vec<String>>,
}

impl Question {
    /// Refuses an action that the subject does not have.
    pub(super) fn require_known(&self) -> Result<()> {
        if Scope::Project.actions(self.subject).contains(&self.action) {
            return Ok(());
        }
        let message = format!("'{}' is no action on '{}' in a project", self.action, self.subject);
        Err(Error::form("action", message))
    }
}

impl<'a> Thing<'a> {
    /// Looks up the tags of the secret. Those of a secret that the caller may not see stay unknown,
    /// but for questions about the caller: it would find out by doing what it asks.
    pub(super) async fn find(
        db: &mut Connection,
        access: &ProjectAccess,
        question: &'a Question,
        is_own: bool,
    ) -> Result<Self> {
        let tags = tags(db, access, question).await?;
        let found = Self { question, tags };
        let is_visible =
            || access.permissions.allows(Action::DescribeSecret, Subject::Secrets, &found.object());
        if is_own || is_visible() {
            return Ok(found);
        }
        Ok(Self { question, tags: None })
    }

    pub(super) fn takes_tags(&self) -> bool {
        self.tags.is_some()
    }

    pub(super) fn subject(&self) -> Subject {
        self.question.subject
    }

    pub(super) fn object(&self) -> Object<'_> {
        let question = self.question;
        let mut object = Object::new();
        if let Some(environment) = &question.environment {
            object = object.environment(environment);
        }
        if let Some(path) = &question.path {
            object = object.secret_path(path.as_str());
        }
        if let Some(name) = &question.secret_name {
            object = object.secret_name(name);
        }
        match &self.tags {
            Some(tags) => object.secret_tags(tags),
            None => object,
        }
    }

    pub(super) fn explain(&self, permissions: &PermissionSet) -> Explanation {
        permissions.explain(self.question.action, self.question.subject, &self.object())
    }
}

/// The tags of a secret that is fully named; a secret that is not there yet has none.
async fn tags(
    db: &mut Connection,
    access: &ProjectAccess,
    question: &Question,
) -> Result<Option<Vec<String>>> {
    let (Some(environment), Some(path), Some(name)) =
        (&question.environment, &question.path, &question.secret_name)
    else {
        return Ok(None);
    };
    let Some(folder) = folders::find(db, &access.project.id, environment, path).await? else {
        return Ok(Some(Vec::new()));
    };
    let Some(secret) = secrets::find(db, &folder.id, name).await? else { return Ok(Some(Vec::new())) };
    let rows = secret_tags::of_secret(db, &secret.id).await?;
    Ok(Some(rows.into_iter().map(|row| row.slug).collect()))
}
