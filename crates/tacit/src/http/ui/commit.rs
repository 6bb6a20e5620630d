//! `/api/ui/v1/projects/{project}/commit`: many changes as one commit.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{CommitId, SecretId},
    name::{SecretName, SecretPath},
};

use crate::{
    app::{
        App, Caller, Error, Patch,
        access::ProjectName,
        secrets::{self, ChangeItem, Changes, Committed, Edit, PlainSecret, SecretChange},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            place::secret_path,
            secret_request::{
                MetadataFields, NewSecretFields, SecretChangeFields, SecretComment, SecretType, SecretValue,
            },
            text::{Required, Trimmed},
        },
    },
};

/// Changes to be made together, all or none.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CommitRequest {
    /// Why, up to 255 characters.
    message: Option<Trimmed>,
    /// 1 to 1,000 changes, each of another secret.
    changes: Vec<ChangeRequest>,
}

/// A change of one secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
enum ChangeRequest {
    /// Make a secret.
    Create(Box<CreateFields>),
    /// Change a secret.
    Update(Box<UpdateFields>),
    /// Give a secret another name.
    Rename(RenameFields),
    /// Delete a secret.
    Delete(DeleteFields),
}

/// Which secret.
#[derive(Debug, Deserialize, JsonSchema)]
struct Target {
    /// The slug of its environment.
    environment: Required,
    /// The path of its folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// Its name.
    key: Required,
}

/// A secret to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CreateFields {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    target: Target,
    /// Its value, empty if it is left out.
    value: Option<SecretValue>,
    /// Its comment.
    comment: Option<SecretComment>,
    /// Its metadata.
    metadata: Option<Vec<MetadataFields>>,
    /// The ids of its tags.
    tag_ids: Option<Vec<Trimmed>>,
    /// A hint for clients about line feeds in the value.
    skip_multiline_encoding: Option<bool>,
    /// What a reminder says, up to 1,024 characters.
    reminder_note: Option<Trimmed>,
    /// Days between reminders.
    reminder_repeat_days: Option<i64>,
}

/// Changes to a secret. What is left out stays; null clears.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UpdateFields {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    target: Target,
    /// The version the change was made for.
    expected_version: i64,
    /// A new name.
    new_key: Option<Trimmed>,
    /// Whether the references to the secret, in other secrets too, get its new name. False if left out.
    #[serde(default)]
    rewrite_references: bool,
    /// A new value.
    value: Option<SecretValue>,
    /// A new comment.
    #[serde(default)]
    comment: Patch<SecretComment>,
    /// Metadata in place of all there is.
    #[serde(default)]
    metadata: Patch<Vec<MetadataFields>>,
    /// The ids of tags in place of all there are.
    #[serde(default)]
    tag_ids: Patch<Vec<Trimmed>>,
    /// A hint for clients about line feeds in the value.
    #[serde(default)]
    skip_multiline_encoding: Patch<bool>,
    /// What a reminder says, up to 1,024 characters.
    #[serde(default)]
    reminder_note: Patch<Trimmed>,
    /// Days between reminders.
    #[serde(default)]
    reminder_repeat_days: Patch<i64>,
}

/// A new name for a secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RenameFields {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    target: Target,
    /// The version the change was made for.
    expected_version: i64,
    /// The new name.
    new_key: Required,
    /// Whether the references to the secret, in other secrets too, get its new name. False if left out.
    #[serde(default)]
    rewrite_references: bool,
}

/// A secret to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DeleteFields {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    target: Target,
    /// The version that is meant.
    expected_version: i64,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitResponse<'a> {
    /// The commit; null if nothing changed.
    commit_id: Option<&'a CommitId>,
    /// The project's revision afterwards.
    revision: i64,
    /// In the order of the changes.
    secrets: Vec<CommittedSecret<'a>>,
}

/// A secret that a change was about.
#[derive(Serialize, JsonSchema)]
struct CommittedSecret<'a> {
    environment: &'a str,
    path: &'a str,
    /// Its name afterwards.
    key: &'a str,
    id: &'a SecretId,
    /// Its version afterwards; null if it was deleted.
    version: Option<i64>,
}

/// `POST /api/ui/v1/projects/{project}/commit` makes changes together.
pub(crate) async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<CommitRequest>,
) -> Result<Response, Problem> {
    let items = request.changes.into_iter().map(ChangeRequest::item).collect::<Result<Vec<_>, Error>>()?;
    let changes = Changes {
        project: ProjectName::IdOrSlug(project),
        message: request.message.and_then(Trimmed::filled),
        items,
    };
    let committed = secrets::commit_changes(&app, &caller, changes).await?;
    Ok(Json(CommitResponse::from(&committed)).into_response())
}

impl ChangeRequest {
    fn item(self) -> Result<ChangeItem, Error> {
        match self {
            Self::Create(fields) => fields.item(),
            Self::Update(fields) => fields.item(),
            Self::Rename(fields) => {
                let new_name = SecretName::parse(&fields.new_key.0).map_err(Error::name("newKey"))?;
                let name = fields.target.key.0.clone();
                let rewrites_references = fields.rewrite_references;
                let new_name = Some(new_name);
                let change = SecretChange { name, new_name, rewrites_references, ..SecretChange::default() };
                fields.target.item(Edit::Update(change, fields.expected_version))
            }
            Self::Delete(fields) => {
                let name = fields.target.key.0.clone();
                fields.target.item(Edit::Delete(name, fields.expected_version))
            }
        }
    }
}

impl Target {
    fn item(self, edit: Edit) -> Result<ChangeItem, Error> {
        let path: SecretPath = secret_path(&self.path)?;
        Ok(ChangeItem { environment: self.environment.0, path, edit })
    }
}

impl CreateFields {
    fn item(self) -> Result<ChangeItem, Error> {
        let fields = NewSecretFields {
            secret_comment: self.comment,
            secret_metadata: self.metadata,
            metadata: None,
            tag_ids: self.tag_ids,
            skip_multiline_encoding: self.skip_multiline_encoding,
            secret_reminder_note: self.reminder_note,
            secret_reminder_repeat_days: self.reminder_repeat_days,
        };
        let value = self.value.map(|value| value.0).unwrap_or_default();
        let secret = fields.secret("key", &self.target.key.0, value, SecretType::Shared)?;
        self.target.item(Edit::Create(secret))
    }
}

impl UpdateFields {
    fn item(self) -> Result<ChangeItem, Error> {
        let fields = SecretChangeFields {
            secret_value: self.value,
            new_secret_name: self.new_key,
            secret_comment: self.comment,
            secret_metadata: self.metadata,
            metadata: None,
            tag_ids: self.tag_ids,
            skip_multiline_encoding: self.skip_multiline_encoding,
            secret_reminder_note: self.reminder_note,
            secret_reminder_repeat_days: self.reminder_repeat_days,
        };
        let mut change = fields.change(self.target.key.0.clone(), None, SecretType::Shared)?;
        change.rewrites_references = self.rewrite_references;
        self.target.item(Edit::Update(change, self.expected_version))
    }
}

impl<'a> From<&'a Committed> for CommitResponse<'a> {
    fn from(committed: &'a Committed) -> Self {
        let secret = |(secret, is_deleted): &'a (PlainSecret, bool)| CommittedSecret {
            environment: &secret.place.environment,
            path: &secret.place.path,
            key: &secret.row.name,
            id: &secret.row.id,
            version: (!is_deleted).then_some(secret.row.version),
        };
        Self {
            commit_id: committed.commit.as_ref(),
            revision: committed.revision,
            secrets: committed.secrets.iter().map(secret).collect(),
        }
    }
}
