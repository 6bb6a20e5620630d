//! Listing secrets.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use tacit_core::{
    cipher::DataKey,
    id::{FolderId, ProjectId},
    permission::{Action, Object, Subject},
};
use tacit_store::{Connection, folders, folders::FolderRow, secret_tags, secrets, secrets::SecretRow};

use super::{
    content::MetadataEntry,
    decide::could,
    expand::Expander,
    imports::{self, ImportGroup},
    list_past,
    listing::Listing,
    location::{Location, Place, find_folder},
    overrides::{self, Overrides},
    plain::PlainSecret,
    resident,
    source::Source,
    state::Tag,
    stored::{StoredFolder, StoredSecret, with_tags},
};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    answers::{self, Answer, AnswerTag, Asked, Asking, Facts, Question},
    audit::Event,
    error::Result,
    history::Point,
};

/// Which secrets to list, and how much of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListSecrets {
    /// The folder.
    pub at: Location,
    /// Whether values are wanted.
    pub shows_values: bool,
    /// Whether the folders below belong to it.
    pub is_recursive: bool,
    /// Only secrets that have one of these tags; empty for all.
    pub tag_slugs: Vec<String>,
    /// Only secrets that have all of these in their metadata.
    pub metadata: Vec<MetadataPair>,
    /// A point in the past at which to list them; `None` is now.
    pub moment: Option<Point>,
    /// What becomes of the caller's personal overrides. There are none in the past.
    pub overrides: Overrides,
    /// Whether references in values are replaced by what they refer to.
    pub expands: bool,
    /// Whether what the folders import is wanted.
    pub includes_imports: bool,
}

/// The secrets of a list.
#[derive(Clone, Debug, Default)]
pub struct SecretList {
    /// Those of the folder itself and, in a recursive list, of those below.
    pub secrets: Vec<PlainSecret>,
    /// What the folders import, by their paths, in the order of the imports.
    pub imports: Vec<ImportGroup>,
}

/// What a secret's metadata must have. Entries marked as encrypted are not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataPair {
    /// A key; `None` for any.
    pub key: Option<String>,
    /// Its value; `None` for any.
    pub value: Option<String>,
}

/// Lists secrets by the bytes of their names. Secrets the caller may not see are left out; those
/// it may see but not read come with a hidden value, or not at all if they are below the folder
/// and values are wanted (wire-contract 7.4). Who holds the answer is told so, and no secret is read.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) if the caller could see no secret there, or if a
/// value to be expanded refers to one it may not read,
/// [`Error::NotFound`](crate::app::Error::NotFound) if there is no such environment or folder.
pub async fn list(
    app: &App,
    caller: &Caller,
    request: &ListSecrets,
    held: &[AnswerTag],
) -> Result<Answer<SecretList>> {
    if let Some(known) = answers::remembered(app, caller, Asking::List(request))
        && let Some(answer) = known.answer(held)
    {
        record(app, caller, &known.project, known.facts())?;
        return Ok(answer);
    }
    if let Some(answer) = resident::answer_list(app, caller, request, held)? {
        return Ok(answer);
    }
    let (mut db, access) = ProjectAccess::enter_remembered(app, caller, &request.at.project).await?;
    let key = access.key_for(app, request.shows_values)?;
    let asked = Asked::new(app, caller, &access, Question::List(request.clone()));
    if let Some(answer) = asked.held(held) {
        record(app, caller, &access.project.id, Arc::clone(&answer.facts))?;
        return Ok(Answer::Unchanged(answer.tag));
    }
    let revision = match request.moment {
        Some(point) => Some(list_past::revision(app, &mut db, &access, point).await?),
        None => None,
    };
    let own = match revision {
        Some(revision) => list_past::list(&mut db, &access, &key, request, revision).await?,
        None => present(&mut db, &access, &key, caller, request).await?,
    };
    let folder = own.folder.clone();
    let mut source = Source::new(&mut db, &access, &key, revision);
    let (list, expander) = complete(&mut source, request, own).await?;
    let facts = Arc::new(facts(request, &list, &expander));
    record(app, caller, &access.project.id, Arc::clone(&facts))?;
    let is_of_revision = asked.is_of_revision(&mut db).await?;
    if let Some(folder) = folder.filter(|_| is_of_revision) {
        app.residents.keep(&access.project, folder);
    }
    Ok(Answer::Made(list, asked.tag_source(is_of_revision, facts)))
}

/// The secrets of the listed folders, without what they import.
pub(super) struct OwnSecrets {
    pub(super) secrets: Vec<PlainSecret>,
    /// The folders where the caller could see something.
    pub(super) places: Vec<Arc<Place>>,
    /// All of the folder, if it was read alone and as it is now.
    pub(super) folder: Option<Arc<StoredFolder>>,
}

/// The secrets as they are now.
async fn present(
    db: &mut Connection,
    access: &ProjectAccess,
    key: &DataKey,
    caller: &Caller,
    request: &ListSecrets,
) -> Result<OwnSecrets> {
    let places = places(db, access, request).await?;
    let listing = Listing { access, key, request, base: &places.base };
    let (secrets, folder) = if request.is_recursive {
        (listing.secrets_below(below(db, request, &places).await?, &places.all)?, None)
    } else {
        let folder = StoredFolder::read(db, &places.base).await?;
        (listing.secrets_of(&folder)?, Some(Arc::new(folder)))
    };
    let overrides = overrides::rows(db, caller, request, &places.base).await?;
    let secrets = overrides::merge(key, request, secrets, overrides)?;
    Ok(OwnSecrets { secrets, places: places.all.into_values().collect(), folder })
}

/// Adds imports and replaces references, as far as they are wanted.
async fn complete(
    source: &mut Source<'_>,
    request: &ListSecrets,
    own: OwnSecrets,
) -> Result<(SecretList, Expander)> {
    let OwnSecrets { secrets, mut places, .. } = own;
    let mut list = SecretList { secrets, imports: Vec::new() };
    if request.includes_imports {
        places.sort_by(|one, other| one.path.cmp(&other.path));
        for place in places {
            list.imports.extend(imports::groups(source, &place.folder_id, request.shows_values).await?);
        }
        for group in &mut list.imports {
            group.secrets.retain(|secret| request.wants(secret));
        }
    }
    let mut expander = Expander::default();
    if request.expands {
        let imported = list.imports.iter_mut().flat_map(|group| &mut group.secrets);
        for secret in list.secrets.iter_mut().chain(imported) {
            expander.expand(source, secret).await?;
        }
    }
    Ok((list, expander))
}

/// The folders a list is made of.
struct Places {
    base: Arc<Place>,
    all: HashMap<FolderId, Arc<Place>>,
}

/// Finds the folder and, if they are wanted, those below where the caller could see something.
async fn places(db: &mut Connection, access: &ProjectAccess, request: &ListSecrets) -> Result<Places> {
    let at = &request.at;
    let is_base_visible = could(access, Action::DescribeSecret, &at.object());
    let forbidden = || access.impossible(Action::DescribeSecret, Subject::Secrets, &at.object());
    if !is_base_visible && !request.is_recursive {
        return Err(forbidden());
    }
    let folder = match find_folder(db, access, &at.environment, &at.path).await {
        Err(_) if !is_base_visible => return Err(forbidden()),
        folder => folder?,
    };
    let base = Arc::new(Place::new(folder, &at.environment));
    let mut all = HashMap::new();
    if request.is_recursive {
        let below = folders::below(db, &base.environment_id, &at.path).await?;
        all.extend(visible(access, &base, below));
    }
    if is_base_visible {
        all.insert(base.folder_id.clone(), Arc::clone(&base));
    }
    if all.is_empty() { Err(forbidden()) } else { Ok(Places { base, all }) }
}

fn visible<'a>(
    access: &'a ProjectAccess,
    base: &'a Place,
    below: Vec<FolderRow>,
) -> impl Iterator<Item = (FolderId, Arc<Place>)> + 'a {
    let is_visible = |folder: &FolderRow| {
        let object = Object::new().environment(&base.environment).secret_path(&folder.path);
        could(access, Action::DescribeSecret, &object)
    };
    below
        .into_iter()
        .filter(is_visible)
        .map(|folder| (folder.id.clone(), Arc::new(Place::new(folder, &base.environment))))
}

/// The secrets of a folder and of those below, by the bytes of the name, then of the path: the same on
/// both engines.
async fn below(db: &mut Connection, request: &ListSecrets, places: &Places) -> Result<Vec<StoredSecret>> {
    let (environment, path) = (&places.base.environment_id, &request.at.path);
    let rows = secrets::list_below(db, environment, path).await?;
    let mut secrets = with_tags(rows, secret_tags::below(db, environment, path).await?);
    let path = |row: &SecretRow| places.all.get(&row.folder_id).map(|place| place.path.as_str());
    secrets.sort_unstable_by(|StoredSecret { row: a, .. }, StoredSecret { row: b, .. }| {
        a.name.cmp(&b.name).then_with(|| path(a).cmp(&path(b)))
    });
    Ok(secrets)
}

impl ListSecrets {
    fn wants(&self, secret: &PlainSecret) -> bool {
        self.wants_tags(&secret.tags) && self.wants_metadata(&secret.metadata)
    }

    /// Bytes of the texts it filters by.
    pub(in crate::app) fn filter_bytes(&self) -> usize {
        let texts = self.metadata.iter().flat_map(|pair| [&pair.key, &pair.value]).flatten();
        self.tag_slugs.iter().chain(texts).map(String::len).sum()
    }

    pub(super) fn wants_tags(&self, tags: &[Tag]) -> bool {
        let wanted = &self.tag_slugs;
        wanted.is_empty() || tags.iter().any(|tag| wanted.contains(&tag.slug))
    }

    pub(super) fn wants_metadata(&self, metadata: &[MetadataEntry]) -> bool {
        let fits = |entry: &MetadataEntry, pair: &MetadataPair| !entry.is_encrypted && pair.fits(entry);
        self.metadata.iter().all(|pair| metadata.iter().any(|entry| fits(entry, pair)))
    }
}

impl MetadataPair {
    /// Whether an entry that may be looked at is what is wanted.
    pub(super) fn fits(&self, entry: &MetadataEntry) -> bool {
        self.key.as_ref().is_none_or(|key| *key == entry.key)
            && self.value.as_ref().is_none_or(|value| *value == entry.value)
    }
}

/// What the audit log says of the list.
pub(super) fn facts(request: &ListSecrets, list: &SecretList, expander: &Expander) -> Facts {
    let mut facts = Facts::new();
    let mut add = |name: &str, fact: Value| facts.insert(name.to_owned(), fact);
    add("environment", request.at.environment.as_str().into());
    add("secretPath", request.at.path.as_str().into());
    add("numberOfSecrets", list.secrets.len().into());
    if request.includes_imports {
        let imported: usize = list.imports.iter().map(|group| group.secrets.len()).sum();
        add("numberOfImportedSecrets", imported.into());
    }
    if let Some(references) = expander.facts() {
        add("references", references);
    }
    facts
}

pub(super) fn record(app: &App, caller: &Caller, project: &ProjectId, facts: Arc<Facts>) -> Result<()> {
    app.audit.record(Event::new(app, caller, "get-secrets").project(project).with_facts(facts))
}
