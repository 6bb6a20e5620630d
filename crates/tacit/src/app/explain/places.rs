//! The folders of a project and the secrets in them, as far as the caller may see them.

use std::collections::HashMap;

use tacit_core::{
    id::{FolderId, ProjectId},
    permission::{Action, Field, Object, PermissionSet, Rule, Subject},
};
use tacit_store::{
    Connection,
    secret_search::{self, SearchedFolderRow},
    secret_tags,
};

use super::extent::{Extent, Right};
use crate::app::{access::ProjectAccess, error::Result};

/// Folders that are looked at for one answer at most.
const FOLDERS_MAX: usize = 20_000;
/// Secrets whose names and tags are looked at for one answer at most.
const SECRETS_MAX: i64 = 20_000;
const DESCRIBE: Right = Right { subject: Subject::Secrets, action: Action::DescribeSecret };

/// The folders that the caller may see, in the order of environments and then of paths.
pub(super) struct Places {
    pub(super) folders: Vec<SearchedFolderRow>,
    /// Whether these are all: not if the project has more than [`FOLDERS_MAX`].
    pub(super) is_complete: bool,
}

impl Places {
    /// Reads the folders of a project, or of one of its environments. One query.
    pub(super) async fn load(
        db: &mut Connection,
        access: &ProjectAccess,
        environment: Option<&str>,
    ) -> Result<Self> {
        let mut folders = secret_search::folders(db, &access.project.id).await?;
        folders.retain(|folder| environment.is_none_or(|slug| folder.environment_slug == slug));
        folders.sort_unstable_by(|one, other| {
            (one.environment_position, &one.path).cmp(&(other.environment_position, &other.path))
        });
        let is_complete = folders.len() <= FOLDERS_MAX;
        folders.truncate(FOLDERS_MAX);
        folders.retain(|folder| is_visible(access, &object_of(folder)));
        Ok(Self { folders, is_complete })
    }
}

/// The place of a folder, as rules see it.
pub(super) fn object_of(folder: &SearchedFolderRow) -> Object<'_> {
    Object::new().environment(&folder.environment_slug).secret_path(&folder.path)
}

/// Whether the caller may see the folder or some secret in it.
pub(super) fn is_visible(access: &ProjectAccess, object: &Object<'_>) -> bool {
    access.permissions.allows(Action::Read, Subject::SecretFolders, object)
        || access.permissions.could_allow(Action::DescribeSecret, Subject::Secrets, object)
}

/// Counts secrets that the caller may see.
pub(super) struct Counter<'a> {
    viewer: &'a PermissionSet,
    /// Name and tags of the secrets by folder. `None` if there are too many, or nobody asks for them.
    secrets: Option<HashMap<FolderId, Vec<Named>>>,
}

struct Named {
    name: String,
    tags: Vec<String>,
}

impl<'a> Counter<'a> {
    /// Reads names and tags, if a rule of the caller or of those that are counted for asks about them.
    pub(super) async fn load(
        db: &mut Connection,
        project: &ProjectId,
        viewer: &'a PermissionSet,
        sets: &[&PermissionSet],
    ) -> Result<Self> {
        let rules = sets.iter().copied().chain([viewer]).flat_map(PermissionSet::sources).flatten();
        let asks = |rule: &Rule| rule.asks_about(Field::SecretName) || rule.asks_about(Field::SecretTags);
        let secrets = if rules.into_iter().any(asks) { named_secrets(db, project).await? } else { None };
        Ok(Self { viewer, secrets })
    }

    /// How many secrets of a folder the caller may see; `None` if it is not known.
    pub(super) fn visible(&self, folder: &SearchedFolderRow) -> Option<i64> {
        self.count(folder, |_| true, Some(true))
    }

    /// For how many of them a set allows an action; `None` if it is not known.
    pub(super) fn allowed(
        &self,
        folder: &SearchedFolderRow,
        set: &PermissionSet,
        right: Right,
        extent: Extent,
    ) -> Option<i64> {
        let whole = match extent {
            Extent::All => Some(true),
            Extent::Some => None,
            Extent::None | Extent::Denied | Extent::SomeDenied => Some(false),
        };
        self.count(folder, |object| set.allows(right.action, right.subject, object), whole)
    }

    /// For how many of them `fits`; `whole` is the answer for all, if it is known.
    pub(super) fn count(
        &self,
        folder: &SearchedFolderRow,
        fits: impl Fn(&Object<'_>) -> bool,
        whole: Option<bool>,
    ) -> Option<i64> {
        let place = object_of(folder);
        match (Extent::of(self.viewer, DESCRIBE, &place), whole) {
            (Extent::All, Some(true)) => return Some(folder.secret_count),
            (Extent::All | Extent::Some, Some(false)) => return Some(0),
            (Extent::All | Extent::Some, _) => {}
            _ => return None,
        }
        let Some(secrets) = self.secrets.as_ref()?.get(&folder.id) else { return Some(0) };
        let counts = |secret: &&Named| {
            let object = place.secret_name(&secret.name).secret_tags(&secret.tags);
            self.viewer.allows(Action::DescribeSecret, Subject::Secrets, &object)
                && (whole == Some(true) || fits(&object))
        };
        i64::try_from(secrets.iter().filter(counts).count()).ok()
    }
}

/// All names and tags in two queries; `None` above [`SECRETS_MAX`].
async fn named_secrets(
    db: &mut Connection,
    project: &ProjectId,
) -> Result<Option<HashMap<FolderId, Vec<Named>>>> {
    let rows = secret_search::names(db, project, SECRETS_MAX + 1).await?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > SECRETS_MAX {
        return Ok(None);
    }
    let mut tags: HashMap<_, Vec<String>> = HashMap::new();
    for row in secret_tags::of_project(db, project).await? {
        tags.entry(row.secret_id).or_default().push(row.slug);
    }
    let mut by_folder: HashMap<FolderId, Vec<Named>> = HashMap::new();
    for row in rows {
        let tags = tags.remove(&row.id).unwrap_or_default();
        by_folder.entry(row.folder_id).or_default().push(Named { name: row.name, tags });
    }
    Ok(Some(by_folder))
}
