//! What resolving references and imports reads. Each folder, secret and list of imports is read once
//! for one answer.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tacit_core::{cipher::DataKey, id::FolderId, name::SecretPath, permission::Action};
use tacit_store::{
    Connection, folders, history,
    secret_imports::{self, SecretImportRow},
    secret_tags, secrets,
};

use super::{
    content::{Plaintext, decrypt_value},
    decide::{Judged, could},
    list_past,
    location::{Place, walk},
    past::{PastSecret, Present, TagBook, present},
    state::sorted,
    stored::{StoredSecret, with_tags},
};
use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
    history::{require_kept, require_structure_kept},
};

/// Imported folders that are searched for one answer at most.
const SEARCHED_MAX: usize = 100_000;
/// Imported secrets in one answer at most.
const IMPORTED_SECRETS_MAX: usize = 100_000;

/// Which secrets of imported folders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hidden {
    /// Those the caller may see: others are passed over, as if they were not there.
    PassedOver,
    /// All: a reference means the first, whether the caller may see it or not.
    Found,
}

/// A secret as it is stored, where it is, and its tags.
#[derive(Clone, Debug)]
pub(super) struct SourceSecret {
    pub(super) place: Arc<Place>,
    pub(super) stored: StoredSecret,
    /// What it is now, if this is how it was.
    present: Option<Present>,
}

/// The folders, secrets and imports of a project as one caller's request sees them.
pub(super) struct Source<'a> {
    db: &'a mut Connection,
    access: &'a ProjectAccess,
    key: &'a DataKey,
    /// The revision to read at; `None` is now.
    revision: Option<i64>,
    places: HashMap<(String, SecretPath), Option<Arc<Place>>>,
    secrets: HashMap<(FolderId, String), Option<Arc<SourceSecret>>>,
    lists: HashMap<FolderId, Arc<Vec<Arc<SourceSecret>>>>,
    imports: HashMap<FolderId, Arc<Vec<SecretImportRow>>>,
    found: HashMap<(FolderId, String, Hidden), Option<Arc<SourceSecret>>>,
    searched: usize,
    imported: usize,
}

impl<'a> Source<'a> {
    /// What there is at a revision; `None` is now.
    pub(super) fn new(
        db: &'a mut Connection,
        access: &'a ProjectAccess,
        key: &'a DataKey,
        revision: Option<i64>,
    ) -> Self {
        Self {
            db,
            access,
            key,
            revision,
            places: HashMap::new(),
            secrets: HashMap::new(),
            lists: HashMap::new(),
            imports: HashMap::new(),
            found: HashMap::new(),
            searched: 0,
            imported: 0,
        }
    }

    pub(super) const fn access(&self) -> &'a ProjectAccess {
        self.access
    }

    pub(super) const fn key(&self) -> &'a DataKey {
        self.key
    }

    /// The connection that it reads on.
    pub(super) const fn db(&mut self) -> &mut Connection {
        self.db
    }

    /// The folder at `path`, if it is there.
    pub(super) async fn place(&mut self, environment: &str, path: &SecretPath) -> Result<Option<Arc<Place>>> {
        let asked = (environment.to_owned(), path.clone());
        if let Some(known) = self.places.get(&asked) {
            return Ok(known.clone());
        }
        let place = match self.revision {
            Some(revision) => self.place_at(environment, path, revision).await?,
            None => folders::find(self.db, &self.access.project.id, environment, path)
                .await?
                .map(|folder| Place::new(folder, environment)),
        };
        let place = place.map(Arc::new);
        self.places.insert(asked, place.clone());
        Ok(place)
    }

    async fn place_at(
        &mut self,
        environment: &str,
        path: &SecretPath,
        revision: i64,
    ) -> Result<Option<Place>> {
        let found = walk(self.db, self.access, environment, path, revision).await?;
        if found.is_none() {
            require_structure_kept(self.db, self.access, revision).await?;
        }
        Ok(found)
    }

    /// The secret called `name` in a folder, if it is there.
    pub(super) async fn secret(
        &mut self,
        place: &Arc<Place>,
        name: &str,
    ) -> Result<Option<Arc<SourceSecret>>> {
        let asked = (place.folder_id.clone(), name.to_owned());
        if let Some(known) = self.secrets.get(&asked) {
            return Ok(known.clone());
        }
        let secret = match self.revision {
            Some(revision) => self.secret_at(place, name, revision).await?,
            None => self.secret_now(place, name).await?,
        };
        let secret = secret.map(Arc::new);
        self.secrets.insert(asked, secret.clone());
        Ok(secret)
    }

    async fn secret_now(&mut self, place: &Arc<Place>, name: &str) -> Result<Option<SourceSecret>> {
        let Some(row) = secrets::find(self.db, &place.folder_id, name).await? else { return Ok(None) };
        let tags = sorted(secret_tags::of_secret(self.db, &row.id).await?);
        let stored = StoredSecret::new(row, tags);
        Ok(Some(SourceSecret { place: Arc::clone(place), stored, present: None }))
    }

    async fn secret_at(
        &mut self,
        place: &Arc<Place>,
        name: &str,
        revision: i64,
    ) -> Result<Option<SourceSecret>> {
        let Some(version) = history::secret(self.db, &place.folder_id, name, revision).await? else {
            // Without this, a forgotten version would pass for a secret that was not there.
            require_kept(self.db, self.access, &place.folder_id, revision).await?;
            return Ok(None);
        };
        let tags = TagBook::read(self.db, self.access).await?.of(&version)?;
        let present = present(self.db, &version.secret.id).await?;
        let stored = StoredSecret::new(version.secret, tags);
        Ok(Some(SourceSecret { place: Arc::clone(place), stored, present }))
    }

    /// The secrets of a folder by the bytes of their names.
    pub(super) async fn list(&mut self, place: &Arc<Place>) -> Result<Arc<Vec<Arc<SourceSecret>>>> {
        if let Some(known) = self.lists.get(&place.folder_id) {
            return Ok(Arc::clone(known));
        }
        let mut list = match self.revision {
            Some(revision) => {
                let past = list_past::state(self.db, self.access, place, revision, false).await?;
                past.into_iter().map(SourceSecret::from).map(Arc::new).collect()
            }
            None => self.list_now(place).await?,
        };
        list.sort_unstable_by(|one, other| one.stored.row.name.cmp(&other.stored.row.name));
        let list = Arc::new(list);
        self.lists.insert(place.folder_id.clone(), Arc::clone(&list));
        Ok(list)
    }

    async fn list_now(&mut self, place: &Arc<Place>) -> Result<Vec<Arc<SourceSecret>>> {
        let rows = secrets::list(self.db, &place.folder_id).await?;
        let secrets = with_tags(rows, secret_tags::of_folder(self.db, &place.folder_id).await?);
        let secret = |stored| Arc::new(SourceSecret { place: Arc::clone(place), stored, present: None });
        Ok(secrets.into_iter().map(secret).collect())
    }

    /// The imports of a folder, the first first.
    pub(super) async fn imports(&mut self, folder: &FolderId) -> Result<Arc<Vec<SecretImportRow>>> {
        if let Some(known) = self.imports.get(folder) {
            return Ok(Arc::clone(known));
        }
        let imports = Arc::new(match self.revision {
            Some(revision) => secret_imports::list_at(self.db, folder, revision).await?,
            None => secret_imports::list(self.db, folder).await?,
        });
        self.imports.insert(folder.clone(), Arc::clone(&imports));
        Ok(imports)
    }

    /// The folder that an import includes, if it is there.
    pub(super) async fn imported(&mut self, import: &SecretImportRow) -> Result<Option<Arc<Place>>> {
        self.place(&import.source_environment_slug, &source_path(import)?).await
    }

    /// Counts an imported folder that is searched.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if they are too many for one answer.
    pub(super) fn count_search(&mut self) -> Result<()> {
        self.searched += 1;
        bounded(self.searched, SEARCHED_MAX, "folders to search for one answer")
    }

    /// Counts imported secrets of an answer.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if they are too many for one answer.
    pub(super) fn count_imported(&mut self, secrets: usize) -> Result<()> {
        self.imported += secrets;
        bounded(self.imported, IMPORTED_SECRETS_MAX, "secrets to one answer")
    }

    /// The secret called `name` in what a folder imports: the last import comes first, and what an
    /// import has itself comes before what it imports.
    pub(super) async fn find_imported(
        &mut self,
        folder: &FolderId,
        name: &str,
        hidden: Hidden,
    ) -> Result<Option<Arc<SourceSecret>>> {
        let asked = (folder.clone(), name.to_owned(), hidden);
        if let Some(known) = self.found.get(&asked) {
            return Ok(known.clone());
        }
        let found = self.search_imports(folder, name, hidden).await?;
        self.found.insert(asked, found.clone());
        Ok(found)
    }

    async fn search_imports(
        &mut self,
        folder: &FolderId,
        name: &str,
        hidden: Hidden,
    ) -> Result<Option<Arc<SourceSecret>>> {
        let mut seen = HashSet::from([folder.clone()]);
        let mut next = self.imports(folder).await?.to_vec();
        while let Some(import) = next.pop() {
            let Some(place) = self.imported(&import).await? else { continue };
            if !seen.insert(place.folder_id.clone()) {
                continue;
            }
            self.count_search()?;
            let found = match hidden {
                Hidden::PassedOver => self.visible(&place, name).await?,
                Hidden::Found => self.secret(&place, name).await?,
            };
            if found.is_some() {
                return Ok(found);
            }
            next.extend(self.imports(&place.folder_id).await?.iter().cloned());
        }
        Ok(None)
    }

    async fn visible(&mut self, place: &Arc<Place>, name: &str) -> Result<Option<Arc<SourceSecret>>> {
        if !could(self.access, Action::DescribeSecret, &place.folder().secret_name(name)) {
            return Ok(None);
        }
        let found = self.secret(place, name).await?;
        Ok(found.filter(|secret| secret.allows(self.access, Action::DescribeSecret)))
    }
}

fn bounded(count: usize, max: usize, what: &str) -> Result<()> {
    if count > max {
        return Err(Error::Invalid(format!("Imports bring too many {what}: at most {max}")));
    }
    Ok(())
}

impl SourceSecret {
    /// Whether the caller has a right on the secret, and on what it is now if this is how it was.
    pub(super) fn allows(&self, access: &ProjectAccess, action: Action) -> bool {
        self.require(access, action).is_ok()
    }

    /// Asks for a right on the secret, and on what it is now if this is how it was.
    pub(super) fn require(&self, access: &ProjectAccess, action: Action) -> Result<()> {
        Judged::new(access, &self.place, &self.stored.row.name, &self.stored.tags).require(action)?;
        self.present.as_ref().map_or(Ok(()), |now| now.require(access, action))
    }

    /// Its value in the clear. Ask for permission before.
    pub(super) fn value(&self, key: &DataKey) -> Result<Plaintext> {
        Ok(decrypt_value(key, &self.stored.row)?)
    }
}

impl From<PastSecret> for SourceSecret {
    fn from(past: PastSecret) -> Self {
        let stored = StoredSecret::new(past.version.secret, past.tags);
        Self { place: past.place, stored, present: past.present }
    }
}

/// The path that an import includes.
pub(in crate::app) fn source_path(import: &SecretImportRow) -> Result<SecretPath> {
    SecretPath::parse(&import.source_path).map_err(|error| Error::Internal(format!("a stored path: {error}")))
}
