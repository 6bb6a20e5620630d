//! Searching the secrets of a project, in all its environments and folders.
//!
//! A value is searched by its keyed hash alone, and counts only where the caller may read it: else a
//! search would tell somebody who may not read a value whether a guess is right.

use std::sync::Arc;

use tacit_core::{
    cipher::{DataKey, DecryptError, ValueHash},
    id::{FolderId, SecretId},
    name::SecretPath,
    permission::{Action, Object},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    secret_search::{self, SearchedFolderRow, SearchedSecretRow},
    secret_tags, secrets,
};

use super::{
    content::{Plaintext, decrypt_comment, decrypt_metadata, decrypt_value},
    decide::{Judged, could, possible},
    list::MetadataPair,
    location::Place,
    state::{Tag, by_secret},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
};

/// Matches in one answer at most.
pub const SEARCH_LENGTH_MAX: usize = 100;
/// How far into the matches an answer may reach: offset and limit together.
pub const SEARCH_END_MAX: usize = 10_000;

/// Rows read from the database at once.
const PAGE_LENGTH: i64 = 1_000;

/// What to search for. All that is given has to hold.
#[derive(Clone, Debug)]
pub struct SearchSecrets {
    /// The project.
    pub project: ProjectName,
    /// Slugs of environments; empty for all.
    pub environments: Vec<String>,
    /// The folder to search, with all folders below.
    pub path: SecretPath,
    /// A part of the name, in any case.
    pub name: Option<String>,
    /// A part of the comment, in any case.
    pub comment: Option<String>,
    /// Only secrets that have one of these tags; empty for all.
    pub tag_slugs: Vec<String>,
    /// Only secrets that have all of these in their metadata. Encrypted entries count where the caller
    /// may read the value.
    pub metadata: Vec<MetadataPair>,
    /// The whole value, byte for byte, where the caller may read it.
    pub value: Option<Plaintext>,
    /// Matches to leave out at the beginning.
    pub offset: usize,
    /// Matches in the answer at most, 1 to [`SEARCH_LENGTH_MAX`].
    pub limit: usize,
}

/// A secret that was found. Never its value.
#[derive(Clone, Debug)]
pub struct SecretMatch {
    /// Where it is.
    pub place: Arc<Place>,
    /// Its id.
    pub id: SecretId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i64,
    /// Its tags, in the order of their slugs.
    pub tags: Vec<Tag>,
    /// When this version was made.
    pub updated_at: Timestamp,
}

/// A part of the secrets that were found.
#[derive(Clone, Debug, Default)]
pub struct SecretMatches {
    /// By environment, path and name.
    pub page: Vec<SecretMatch>,
    /// How many there are altogether.
    pub total: usize,
}

/// Searches the shared secrets of a project.
///
/// # Errors
///
/// [`Error::Form`] without anything to search for or beyond the bounds, [`Error::Forbidden`] if the
/// caller could see no secret of the project, or could read none and searches for a value.
pub async fn search(app: &App, caller: &Caller, request: &SearchSecrets) -> Result<SecretMatches> {
    check(request)?;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &request.project, app.now()).await?;
    possible(&access, Action::DescribeSecret, &Object::default())?;
    if request.value.is_some() {
        possible(&access, Action::ReadValue, &Object::default())?;
    }
    let key = access.key_for(app, request.value.is_some())?;
    let wanted_hash = request.value.as_ref().map(|value| key.hash_value(value.as_str()));
    let mut search =
        Search { access: &access, key: &key, request, wanted_hash, found: SecretMatches::default() };
    for place in places(&mut db, &access, request).await? {
        search.folder(&mut db, &place).await?;
    }
    let found = search.found;
    record(app, caller, &access, request, &found)?;
    Ok(found)
}

fn check(request: &SearchSecrets) -> Result<()> {
    let asks = !request.path.is_root()
        || request.name.is_some()
        || request.comment.is_some()
        || request.value.is_some()
        || !request.tag_slugs.is_empty()
        || !request.metadata.is_empty();
    if !asks {
        return Err(Error::form(
            "name",
            "Give a name, comment, tag, metadata, value or folder to search for",
        ));
    }
    if request.limit == 0 || request.limit > SEARCH_LENGTH_MAX {
        return Err(Error::form("limit", format!("must be 1 to {SEARCH_LENGTH_MAX}")));
    }
    if request.offset.saturating_add(request.limit) > SEARCH_END_MAX {
        return Err(Error::form(
            "offset",
            format!("offset and limit together must not exceed {SEARCH_END_MAX}"),
        ));
    }
    Ok(())
}

/// The folders to search, in the order of the answer: those where the caller could see something.
async fn places(
    db: &mut Connection,
    access: &ProjectAccess,
    request: &SearchSecrets,
) -> Result<Vec<Arc<Place>>> {
    let mut rows = secret_search::folders(db, &access.project.id).await?;
    rows.retain(|row| is_wanted(row, request) && is_visible(row, access));
    rows.sort_by(|one, other| {
        (one.environment_position, &one.environment_slug, &one.path).cmp(&(
            other.environment_position,
            &other.environment_slug,
            &other.path,
        ))
    });
    let place = |row: SearchedFolderRow| {
        Arc::new(Place {
            project_id: access.project.id.clone(),
            environment_id: row.environment_id,
            environment: row.environment_slug,
            folder_id: row.id,
            path: row.path,
        })
    };
    Ok(rows.into_iter().map(place).collect())
}

fn is_wanted(row: &SearchedFolderRow, request: &SearchSecrets) -> bool {
    let environments = &request.environments;
    let path = request.path.as_str();
    let is_inside = request.path.is_root()
        || row.path == path
        || row.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    is_inside && (environments.is_empty() || environments.contains(&row.environment_slug))
}

fn is_visible(row: &SearchedFolderRow, access: &ProjectAccess) -> bool {
    let object = Object::new().environment(&row.environment_slug).secret_path(&row.path);
    could(access, Action::DescribeSecret, &object)
}

struct Search<'a> {
    access: &'a ProjectAccess,
    key: &'a DataKey,
    request: &'a SearchSecrets,
    wanted_hash: Option<ValueHash>,
    found: SecretMatches,
}

impl Search<'_> {
    async fn folder(&mut self, db: &mut Connection, place: &Arc<Place>) -> Result<()> {
        let candidates = self.candidates(db, &place.folder_id).await?;
        if candidates.is_empty() {
            return Ok(());
        }
        let mut tags = by_secret(secret_tags::of_folder(db, &place.folder_id).await?);
        let mut matches = Vec::new();
        for row in candidates {
            let own = tags.remove(&row.id).unwrap_or_default();
            if self.fits(db, place, &row, &own).await? {
                matches.push(found(place, row, own));
            }
        }
        matches.sort_by(|one, other| one.name.cmp(&other.name));
        self.take(matches);
        Ok(())
    }

    /// The secrets of a folder whose name and hash do not speak against them.
    async fn candidates(&self, db: &mut Connection, folder: &FolderId) -> Result<Vec<SearchedSecretRow>> {
        let mut candidates = Vec::new();
        let mut after = String::new();
        loop {
            let rows = secret_search::secrets(db, folder, &after, PAGE_LENGTH).await?;
            let Some(last) = rows.last() else { return Ok(candidates) };
            after.clone_from(&last.name);
            candidates.extend(rows.into_iter().filter(|row| self.may_fit(row)));
        }
    }

    fn may_fit(&self, row: &SearchedSecretRow) -> bool {
        let has_name = self.request.name.as_ref().is_none_or(|part| contains(&row.name, part));
        let may_have_value = match (&self.wanted_hash, self.hash_of(row)) {
            (Some(wanted), Some(hash)) => wanted.matches(hash),
            (None, _) | (Some(_), None) => true,
        };
        has_name && may_have_value
    }

    /// The hash of the row's value, if it was made under the key that encrypts now.
    fn hash_of<'r>(&self, row: &'r SearchedSecretRow) -> Option<&'r [u8]> {
        let is_present = row.comment_ciphertext.key_number() == Some(self.key.number());
        row.value_hash.as_deref().filter(|_| is_present)
    }

    /// Decides on permission first, so that nothing the caller may not see has a say.
    async fn fits(
        &self,
        db: &mut Connection,
        place: &Place,
        row: &SearchedSecretRow,
        tags: &[Tag],
    ) -> Result<bool> {
        let judged = Judged::new(self.access, place, &row.name, tags);
        let is_readable = judged.allows(Action::ReadValue);
        Ok(judged.allows(Action::DescribeSecret)
            && self.has_wanted_tag(tags)
            && self.has_wanted_comment(row)?
            && self.has_wanted_metadata(row, is_readable)?
            && self.has_wanted_value(db, row, is_readable).await?)
    }

    fn has_wanted_tag(&self, tags: &[Tag]) -> bool {
        let wanted = &self.request.tag_slugs;
        wanted.is_empty() || tags.iter().any(|tag| wanted.contains(&tag.slug))
    }

    fn has_wanted_comment(&self, row: &SearchedSecretRow) -> Result<bool, DecryptError> {
        let Some(part) = &self.request.comment else { return Ok(true) };
        let comment = decrypt_comment(self.key, row.id.as_str(), row.version, &row.comment_ciphertext)?;
        Ok(contains(comment.as_str(), part))
    }

    fn has_wanted_metadata(&self, row: &SearchedSecretRow, is_readable: bool) -> Result<bool, DecryptError> {
        let wanted = &self.request.metadata;
        if wanted.is_empty() {
            return Ok(true);
        }
        let entries = decrypt_metadata(self.key, row.id.as_str(), row.version, &row.metadata_ciphertext)?;
        Ok(wanted
            .iter()
            .all(|pair| entries.iter().any(|entry| (is_readable || !entry.is_encrypted) && pair.fits(entry))))
    }

    /// A row without a hash is older than hashes or than the key: its value is compared itself.
    async fn has_wanted_value(
        &self,
        db: &mut Connection,
        row: &SearchedSecretRow,
        is_readable: bool,
    ) -> Result<bool> {
        let Some(wanted) = &self.wanted_hash else { return Ok(true) };
        if !is_readable || self.hash_of(row).is_some() {
            return Ok(is_readable);
        }
        let Some(secret) = secrets::find_by_id(db, &row.id).await? else { return Ok(false) };
        let hash = self.key.hash_value(decrypt_value(self.key, &secret)?.as_str());
        Ok(wanted.matches(hash.as_bytes()))
    }

    /// Keeps the matches that belong to the page.
    fn take(&mut self, matches: Vec<SecretMatch>) {
        let SecretMatches { page, total } = &mut self.found;
        let skipped = self.request.offset.saturating_sub(*total);
        let room = self.request.limit - page.len();
        *total += matches.len();
        page.extend(matches.into_iter().skip(skipped).take(room));
    }
}

fn found(place: &Arc<Place>, row: SearchedSecretRow, tags: Vec<Tag>) -> SecretMatch {
    SecretMatch {
        place: Arc::clone(place),
        id: row.id,
        name: row.name,
        version: row.version,
        tags,
        updated_at: row.updated_at,
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Says what kind of search it was, never the texts: somebody may type a value into the wrong field.
/// That a value was found is told to the caller, so the log says of which secrets.
fn record(
    app: &App,
    caller: &Caller,
    access: &ProjectAccess,
    request: &SearchSecrets,
    found: &SecretMatches,
) -> Result<()> {
    let by_value = request.value.is_some();
    let mut event = Event::new(app, caller, "search-secrets")
        .project(&access.project.id)
        .with("secretPath", request.path.as_str())
        .with("byValue", by_value)
        .with("numberOfSecrets", found.total);
    if by_value {
        event = event.with("secretIds", found.page.iter().map(|one| one.id.as_str()).collect::<Vec<_>>());
    }
    app.audit.record(event)
}

#[cfg(test)]
mod tests;
