//! What a reader of the log hears of a change, by the rights it has when it hears it.

use tacit_core::permission::{Action, Object, Subject};
use tacit_store::commits::CommitChangeRow;

use super::cursor::Cursor;
use crate::app::{access::ProjectAccess, caller::Caller};

/// A change that somebody may hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    /// The project's revision after its commit.
    pub revision: i64,
    /// Its position in the commit; 0 is the first.
    pub position: i64,
    /// What kind of thing changed: `secret`, `folder`, `import`, `environment` or `tag`.
    pub resource: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The slug of its environment then; none for tags.
    pub environment: Option<String>,
    /// The path then of the folder it is in; none for environments and tags.
    pub path: Option<String>,
    /// Its name then; none if the reader may hear of the change but not see the name.
    pub name: Option<String>,
    /// Its version now; none once it is deleted.
    pub version: Option<i64>,
    /// Whether it is the reader's own override of a secret.
    pub is_personal: bool,
}

/// What happened to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was made.
    Create,
    /// It was changed.
    Update,
    /// It was deleted.
    Delete,
}

/// The events about secrets that one can subscribe to (wire-contract 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A secret was made.
    Create,
    /// A secret was changed.
    Update,
    /// A secret was deleted.
    Delete,
    /// Imports of a folder changed.
    ImportMutation,
}

impl ChangeKind {
    /// `create`, `update` or `delete`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    const fn of(row: &CommitChangeRow) -> Self {
        match (row.version_before, row.version_after) {
            (_, None) => Self::Delete,
            (None, Some(_)) => Self::Create,
            (Some(_), Some(_)) => Self::Update,
        }
    }
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::ImportMutation];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "secret:create",
            Self::Update => "secret:update",
            Self::Delete => "secret:delete",
            Self::ImportMutation => "secret:import-mutation",
        }
    }

    /// The event of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The right to hear of it.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Create => Action::SubscribeToCreationEvents,
            Self::Update => Action::SubscribeToUpdateEvents,
            Self::Delete => Action::SubscribeToDeletionEvents,
            Self::ImportMutation => Action::SubscribeToImportMutationEvents,
        }
    }

    fn of(resource: &str, kind: ChangeKind) -> Option<Self> {
        match (resource, kind) {
            ("secret", ChangeKind::Create) => Some(Self::Create),
            ("secret", ChangeKind::Update) => Some(Self::Update),
            ("secret", ChangeKind::Delete) => Some(Self::Delete),
            ("import", _) => Some(Self::ImportMutation),
            _ => None,
        }
    }
}

impl LoggedChange {
    /// The event it is, if it is about a secret or an import.
    #[must_use]
    pub fn event(&self) -> Option<EventKind> {
        EventKind::of(&self.resource, self.kind)
    }

    /// Where a reader goes on that heard of it last.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor::after(self.revision, self.position)
    }

    /// What a caller may hear of a change. Nothing, if it may not, or if it is not known any more
    /// where the change was.
    pub(super) fn seen_by(caller: &Caller, access: &ProjectAccess, row: CommitChangeRow) -> Option<Self> {
        let is_own = caller.user_id().is_some_and(|id| id.as_str() == row.owner_user_id);
        if !row.owner_user_id.is_empty() && !is_own {
            return None;
        }
        let kind = ChangeKind::of(&row);
        let shows_name = match EventKind::of(&row.resource_type, kind) {
            Some(event) => may_hear_of_secret(access, event, &row)?,
            None => may_hear_of(access, &row)?,
        };
        Some(Self {
            revision: row.revision,
            position: row.position,
            kind,
            resource: row.resource_type,
            environment: row.environment_slug,
            path: row.folder_path,
            name: shows_name.then_some(row.name),
            version: row.version_after,
            is_personal: is_own,
        })
    }
}

/// `None` if the caller may not hear of it, else whether it may see the name.
///
/// The tags a secret had are not in the log, so a right that asks for tags shows no name.
fn may_hear_of_secret(access: &ProjectAccess, event: EventKind, row: &CommitChangeRow) -> Option<bool> {
    let place = place(row)?;
    if !access.permissions.allows(event.action(), Subject::SecretEventSubscriptions, &place) {
        return None;
    }
    let permissions = &access.permissions;
    Some(if event == EventKind::ImportMutation {
        permissions.allows(Action::Read, Subject::SecretImports, &place)
    } else {
        permissions.allows(Action::DescribeSecret, Subject::Secrets, &place.secret_name(&row.name))
    })
}

fn may_hear_of(access: &ProjectAccess, row: &CommitChangeRow) -> Option<bool> {
    let whole = Object::default();
    let (subject, object) = match row.resource_type.as_str() {
        "folder" => (Subject::SecretFolders, place(row)?),
        "environment" => (Subject::Environments, whole),
        "tag" => (Subject::Tags, whole),
        _ => return None,
    };
    access.permissions.allows(Action::Read, subject, &object).then_some(true)
}

fn place(row: &CommitChangeRow) -> Option<Object<'_>> {
    Some(Object::new().environment(row.environment_slug.as_deref()?).secret_path(row.folder_path.as_deref()?))
}
