//! The secrets that a folder imports, as lists show them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tacit_core::{
    id::FolderId,
    permission::{Action, Object},
};
use tacit_store::{Connection, secret_imports::SecretImportRow};

use super::{
    decide::could,
    location::Place,
    plain::PlainSecret,
    source::{Source, SourceSecret},
};
use crate::app::{App, access::ProjectAccess, error::Result};

/// What one import of a folder brings.
#[derive(Clone, Debug)]
pub struct ImportGroup {
    /// The folder that is imported.
    pub place: Arc<Place>,
    /// The name of its environment.
    pub environment_name: String,
    /// Its secrets, and those it imports itself where it has none of that name, by name. Secrets the
    /// caller may not see are left out, those it may not read have a hidden value.
    pub secrets: Vec<PlainSecret>,
}

/// What the imports of a folder bring, without values.
///
/// # Errors
///
/// [`Error::Invalid`](crate::app::Error::Invalid) if that is too much.
pub(in crate::app) async fn brought(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    folder: &FolderId,
) -> Result<Vec<ImportGroup>> {
    let key = access.sealed_key(app)?;
    groups(&mut Source::new(db, access, &key, None), folder, false).await
}

/// What the imports of a folder bring, in the order of the imports. An import whose source is not there,
/// or of which the caller could see nothing, brings nothing.
pub(super) async fn groups(
    source: &mut Source<'_>,
    folder: &FolderId,
    shows_values: bool,
) -> Result<Vec<ImportGroup>> {
    let imports = source.imports(folder).await?;
    let mut groups = Vec::with_capacity(imports.len());
    for import in imports.iter() {
        groups.extend(group(source, folder, import, shows_values).await?);
    }
    Ok(groups)
}

async fn group(
    source: &mut Source<'_>,
    folder: &FolderId,
    import: &SecretImportRow,
    shows_values: bool,
) -> Result<Option<ImportGroup>> {
    let Some(place) = source.imported(import).await? else { return Ok(None) };
    let object = Object::new().environment(&place.environment).secret_path(&place.path);
    let is_visible = could(source.access(), Action::DescribeSecret, &object);
    let found = collect(source, folder, import).await?;
    if found.is_empty() && !is_visible {
        return Ok(None);
    }
    source.count_imported(found.len())?;
    let mut secrets = Vec::with_capacity(found.len());
    for secret in found {
        let is_readable = secret.allows(source.access(), Action::ReadValue);
        let stored = secret.stored.clone();
        let shown = PlainSecret::decrypt(source.key(), &secret.place, stored, shows_values && is_readable)?;
        secrets.push(shown);
    }
    let environment_name = import.source_environment_name.clone();
    Ok(Some(ImportGroup { place, environment_name, secrets }))
}

/// The visible secrets of an import and of what it imports in turn, each name once.
async fn collect(
    source: &mut Source<'_>,
    folder: &FolderId,
    import: &SecretImportRow,
) -> Result<Vec<Arc<SourceSecret>>> {
    let mut seen = HashSet::from([folder.clone()]);
    let mut found: HashMap<String, Arc<SourceSecret>> = HashMap::new();
    let mut next = vec![import.clone()];
    while let Some(import) = next.pop() {
        let Some(place) = source.imported(&import).await? else { continue };
        if !seen.insert(place.folder_id.clone()) {
            continue;
        }
        source.count_search()?;
        for secret in source.list(&place).await?.iter() {
            if secret.allows(source.access(), Action::DescribeSecret) {
                found.entry(secret.stored.row.name.clone()).or_insert_with(|| Arc::clone(secret));
            }
        }
        next.extend(source.imports(&place.folder_id).await?.iter().cloned());
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|one, other| one.stored.row.name.cmp(&other.stored.row.name));
    Ok(found)
}
