//! What goes into the value of a secret, and into that in turn.

use tacit_core::{permission::Action, reference::Node};

use super::{
    decide::possible,
    expand::Expander,
    location::{Location, find_place},
    not_found,
    plain::PlainSecret,
    read::record,
    source::{Hidden, Source},
};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    error::{Error, Result},
};

/// The references of a secret, of what it refers to, and so on: a tree with expanded values.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read the secret or one in the tree, [`Error::NotFound`] if
/// the folder has no secret of that name, nor imports one.
pub async fn reference_tree(app: &App, caller: &Caller, at: &Location, name: &str) -> Result<Node> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    for action in [Action::DescribeSecret, Action::ReadValue] {
        possible(&access, action, &at.object().secret_name(name))?;
    }
    let key = access.data_key(app)?;
    let place = find_place(&mut db, &access, at).await?;
    let mut source = Source::new(&mut db, &access, &key, None);
    let found = match source.secret(&place, name).await? {
        Some(own) => own,
        None => source
            .find_imported(&place.folder_id, name, Hidden::PassedOver)
            .await?
            .ok_or_else(|| not_found(&[name]))?,
    };
    for action in [Action::DescribeSecret, Action::ReadValue] {
        found.require(&access, action)?;
    }
    let secret = PlainSecret::decrypt(&key, &found.place, found.stored.clone(), true)?;
    let value = secret.value.as_ref().ok_or_else(|| Error::Internal("a value was read".to_owned()))?;
    let mut expander = Expander::default();
    let tree = expander.tree(&mut source, &secret.place, name, value).await?;
    record(app, caller, &secret, &expander)?;
    Ok(tree)
}
