//! Showing the values of chosen secrets to a person, each recorded by itself.

use std::sync::Arc;

use tacit_core::{
    name::{SecretName, SecretPath},
    permission::Object,
};
use tacit_store::{Connection, folders, secrets};

use super::{
    Kind,
    decide::possible,
    expand::Expander,
    location::Place,
    overrides,
    plain::PlainSecret,
    read::{at_version, decide, needed, record},
    stored::StoredSecret,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Issue, Result},
};

/// Secrets in one request at most.
pub const REVEAL_LENGTH_MAX: usize = 500;

/// A secret whose value somebody wants to see.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: SecretPath,
    /// Its name.
    pub name: SecretName,
    /// Whose it is: everybody's, or the caller's own in place of it.
    pub kind: Kind,
    /// A version of it; the present one if absent.
    pub version: Option<i64>,
}

/// What somebody who wants to see a value gets.
#[derive(Debug)]
pub enum Revealed {
    /// The secret with its value.
    Shown(Box<PlainSecret>),
    /// There is no such secret or version.
    NotFound,
    /// The caller may not read it.
    Denied,
}

/// Shows the values of 1 to [`REVEAL_LENGTH_MAX`] secrets, in the order they were asked for. It also
/// does if the API hands out none, because a person looks at each.
///
/// # Errors
///
/// [`Error::Form`] for a list that is empty or too long, else as [`ProjectAccess::enter`].
pub async fn reveal(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    wanted: &[Wanted],
) -> Result<Vec<Revealed>> {
    if wanted.is_empty() || wanted.len() > REVEAL_LENGTH_MAX {
        return Err(Error::Form(vec![Issue::at(
            "secrets",
            format!("must have 1 to {REVEAL_LENGTH_MAX} items"),
        )]));
    }
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    let mut all = Vec::with_capacity(wanted.len());
    for one in wanted {
        let revealed = match find(app, &mut db, (caller, &access), one).await {
            Ok(Some(secret)) => Revealed::Shown(Box::new(secret)),
            Ok(None) | Err(Error::NotFound(_)) => Revealed::NotFound,
            Err(Error::Forbidden(_)) => Revealed::Denied,
            Err(error) => return Err(error),
        };
        all.push(revealed);
    }
    for (one, revealed) in wanted.iter().zip(&all) {
        match revealed {
            Revealed::Shown(secret) => record(app, caller, secret, &Expander::default())?,
            Revealed::Denied => refused(app, caller, &access, one)?,
            Revealed::NotFound => {}
        }
    }
    Ok(all)
}

async fn find(
    app: &App,
    db: &mut Connection,
    (caller, access): (&Caller, &ProjectAccess),
    wanted: &Wanted,
) -> Result<Option<PlainSecret>> {
    let (environment, path) = (&wanted.environment, &wanted.path);
    for action in needed(true) {
        let object = Object::new().environment(environment).secret_path(path.as_str());
        possible(access, *action, &object.secret_name(wanted.name.as_str()))?;
    }
    let Some(folder) = folders::find(db, &access.project.id, environment, path).await? else {
        return Ok(None);
    };
    let place = Arc::new(Place::new(folder, environment));
    let key = access.sealed_key(app)?;
    if wanted.kind == Kind::Personal {
        return overrides::own(db, (caller, access), &key, &place, wanted.name.as_str()).await;
    }
    let Some(row) = secrets::find(db, &place.folder_id, wanted.name.as_str()).await? else {
        return Ok(None);
    };
    let (mut row, mut tags) = decide(db, access, &place, row, true).await?;
    if let Some(version) = wanted.version {
        (row, tags) = at_version(db, access, &row, version, true).await?;
    }
    Ok(Some(PlainSecret::decrypt(&key, &place, StoredSecret::new(row, tags), true)?))
}

fn refused(app: &App, caller: &Caller, access: &ProjectAccess, wanted: &Wanted) -> Result<()> {
    let event = Event::new(app, caller, "get-secret").denied().project(&access.project.id);
    app.audit.record(event.with("secretPath", wanted.path.as_str()).with("secretKey", wanted.name.as_str()))
}
