//! Listing secrets as they were at a point in the past.

use std::{collections::HashMap, sync::Arc};

use tacit_core::{
    cipher::DataKey,
    id::{FolderId, SecretId},
    name::SecretPath,
    permission::{Action, Subject},
};
use tacit_store::{Connection, folders, history, history_horizons, secrets::SecretHeadRow};

use super::{
    decide::could,
    list::{ListSecrets, OwnSecrets},
    location::{Place, find_place_at},
    past::{PastSecret, Present, TagBook, path_of},
    state::by_secret,
};
use crate::app::{
    App,
    access::ProjectAccess,
    error::{Error, Result},
    history::{Point, refuse_before, require_read},
};

/// As [`list`](super::list()), of the secrets as they were. Each is judged as it was and as it is.
///
/// # Errors
///
/// As there, and [`Error::Invalid`] if the state is not complete any more.
pub(super) async fn list(
    db: &mut Connection,
    access: &ProjectAccess,
    key: &DataKey,
    request: &ListSecrets,
    revision: i64,
) -> Result<OwnSecrets> {
    let is_visible = could(access, Action::DescribeSecret, &request.at.object());
    let forbidden = || access.impossible(Action::DescribeSecret, Subject::Secrets, &request.at.object());
    if !is_visible && !request.is_recursive {
        return Err(forbidden());
    }
    let base = match find_place_at(db, access, &request.at, revision).await {
        Err(_) if !is_visible => return Err(forbidden()),
        place => place?,
    };
    let past = state(db, access, &base, revision, request.is_recursive).await?;
    if past.is_empty() && !is_visible {
        return Err(forbidden());
    }
    let mut found = Vec::new();
    for secret in past {
        if !request.wants_tags(&secret.tags) || !secret.allows(access, Action::DescribeSecret) {
            continue;
        }
        let is_readable = secret.allows(access, Action::ReadValue);
        if request.shows_values && !is_readable && secret.place.folder_id != base.folder_id {
            continue;
        }
        let plain = secret.decrypt(key, request.shows_values && is_readable)?;
        if request.wants_metadata(&plain.metadata) {
            found.push(plain);
        }
    }
    found.sort_unstable_by(|a, b| a.row.name.cmp(&b.row.name).then_with(|| a.place.path.cmp(&b.place.path)));
    let mut places: Vec<_> = places(db, &base, revision, request.is_recursive).await?.into_values().collect();
    places.retain(|place| could(access, Action::DescribeSecret, &place.folder()));
    Ok(OwnSecrets { secrets: found, places, folder: None })
}

/// The revision at which a caller who may read the history lists.
///
/// # Errors
///
/// [`Error::Forbidden`] without that right, [`Error::Invalid`] for a point that is still to come.
pub(super) async fn revision(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    point: Point,
) -> Result<i64> {
    require_read(access)?;
    point.revision(db, access, app.now()).await
}

/// Reads the secrets of a folder, and of all below if `is_deep`, as they were at a revision.
///
/// # Errors
///
/// [`Error::Invalid`] if the state of one of the folders is not complete any more.
pub(in crate::app) async fn state(
    db: &mut Connection,
    access: &ProjectAccess,
    base: &Arc<Place>,
    revision: i64,
    is_deep: bool,
) -> Result<Vec<PastSecret>> {
    let places = places(db, base, revision, is_deep).await?;
    for horizon in history_horizons::list(db, &access.project.id).await? {
        let place = FolderId::new(horizon.place_id.as_str());
        if places.contains_key(&place) || horizon.place_id == access.project.id.as_str() {
            refuse_before(horizon.revision, revision)?;
        }
    }
    let rows = if is_deep {
        history::secrets_below(db, &base.folder_id, revision).await?
    } else {
        history::secrets(db, &base.folder_id, revision).await?
    };
    let tags = TagBook::read(db, access).await?;
    let mut present = present(db, base, revision, is_deep).await?;
    let mut secrets = Vec::with_capacity(rows.len());
    for version in rows {
        let Some(place) = places.get(&version.secret.folder_id).map(Arc::clone) else { continue };
        let (tags, present) = (tags.of(&version)?, present.remove(&version.secret.id));
        secrets.push(PastSecret { place, version, tags, present });
    }
    Ok(secrets)
}

async fn places(
    db: &mut Connection,
    base: &Arc<Place>,
    revision: i64,
    is_deep: bool,
) -> Result<HashMap<FolderId, Arc<Place>>> {
    let mut places = HashMap::from([(base.folder_id.clone(), Arc::clone(base))]);
    if !is_deep {
        return Ok(places);
    }
    // The path of the base is known; those below continue it.
    let mut rows = history::folders_below(db, &base.folder_id, revision).await?;
    for row in rows.iter_mut().filter(|row| row.folder_id == base.folder_id) {
        row.parent_id = None;
    }
    let at = if base.path == "/" { "" } else { base.path.as_str() };
    for row in rows.iter().filter(|row| row.folder_id != base.folder_id) {
        let below = path_of(&row.folder_id, &rows)
            .ok_or_else(|| Error::Internal("a folder without the one above".to_owned()))?;
        let place =
            Place { folder_id: row.folder_id.clone(), path: format!("{at}{below}"), ..(**base).clone() };
        places.insert(row.folder_id.clone(), Arc::new(place));
    }
    Ok(places)
}

/// What the secrets that were there are now, those that still exist.
async fn present(
    db: &mut Connection,
    base: &Arc<Place>,
    revision: i64,
    is_deep: bool,
) -> Result<HashMap<SecretId, Present>> {
    let heads = history::present_secrets(db, &base.folder_id, revision, is_deep).await?;
    let mut tags = by_secret(history::present_tags(db, &base.folder_id, revision, is_deep).await?);
    let mut places: HashMap<FolderId, Arc<Place>> = HashMap::new();
    for row in folders::below(db, &base.environment_id, &SecretPath::root()).await? {
        places.insert(row.id.clone(), Arc::new(Place::new(row, &base.environment)));
    }
    let root = folders::find(db, &base.project_id, &base.environment, &SecretPath::root()).await?;
    places.extend(root.map(|row| (row.id.clone(), Arc::new(Place::new(row, &base.environment)))));
    let now = |head: SecretHeadRow| {
        let place = Arc::clone(places.get(&head.folder_id)?);
        let tags = tags.remove(&head.id).unwrap_or_default();
        Some((head.id, Present { place, name: head.name, tags }))
    };
    Ok(heads.into_iter().filter_map(now).collect())
}
