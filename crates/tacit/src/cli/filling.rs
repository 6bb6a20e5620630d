//! A database that is being filled by a restore or by moving a store: whole afterwards, or as it was before.
//!
//! PostgreSQL is filled in one transaction. A SQLite file is made beside its place, as `….restoring`, and takes it
//! when it is whole. A server does not start while one is there: somebody killed a restore, and would otherwise
//! find an empty server without knowing why.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tacit_store::{Database, Settings, StoreError, copy};

use super::{
    failure::{Failure, Kind},
    start,
};

/// What a SQLite file is called while it is filled, behind its name.
const FILLING: &str = ".restoring";
/// What SQLite and the lock add to a name.
const COMPANIONS: [&str; 5] = ["", "-wal", "-shm", "-journal", ".lock"];

/// A database to fill.
pub(super) struct Filling {
    /// Where it will be.
    settings: Settings,
    /// What is there: open, so that no server starts on it.
    present: Database,
    /// What is filled, unless that is the same.
    beside: Option<(PathBuf, Database)>,
    /// Whether there was nothing at all before.
    is_new: bool,
    is_kept: bool,
}

impl Filling {
    /// Opens a database in which there is no instance, or one that may be `replaced`.
    pub(super) async fn open(settings: &Settings, is_replaced: bool) -> Result<Self, Failure> {
        let unusable = |error: StoreError| start::database_failure(&error, settings);
        let is_new = matches!(settings, Settings::Sqlite(path) if !path.exists());
        let present = Database::open_as_it_is(settings).map_err(unusable)?;
        if copy::other_connections(&present).await.map_err(unusable)? > 0 {
            return Err(in_use(settings));
        }
        if !is_replaced && copy::has_instance(&present).await.map_err(unusable)? {
            return Err(occupied(settings));
        }
        let beside = match settings {
            Settings::Postgres(_) => None,
            Settings::Sqlite(path) => {
                let path = path_of(path);
                remove(&path);
                let database = Database::open_as_it_is(&Settings::Sqlite(path.clone())).map_err(unusable)?;
                Some((path, database))
            }
        };
        Ok(Self { settings: settings.clone(), present, beside, is_new, is_kept: false })
    }

    /// What to fill.
    pub(super) fn database(&self) -> &Database {
        self.beside.as_ref().map_or(&self.present, |(_, database)| database)
    }

    /// Puts what was filled where it belongs.
    pub(super) async fn keep(mut self) -> Result<(), Failure> {
        let unusable = |error: StoreError| start::database_failure(&error, &self.settings);
        if let (Some((filled, database)), Settings::Sqlite(path)) = (&self.beside, &self.settings) {
            // Both files then hold all that is theirs, without a log beside them.
            database.settle().await.map_err(unusable)?;
            self.present.settle().await.map_err(unusable)?;
            put(filled, path).map_err(|error| unusable(StoreError::Unavailable(error.to_string())))?;
        }
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        if let Some((path, database)) = self.beside.take() {
            drop(database);
            // After keeping only its lock is left.
            remove(&path);
        }
        if let Settings::Sqlite(path) = &self.settings
            && self.is_new
            && !self.is_kept
        {
            remove(path);
        }
    }
}

/// Refuses a database of which somebody began to fill the place and was killed.
pub(super) fn refuse_unfinished(settings: &Settings) -> Result<(), Failure> {
    let Settings::Sqlite(path) = settings else { return Ok(()) };
    let filling = path_of(path);
    if !filling.exists() {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Database,
        format!("a restore into {} was not finished", start::describe(settings)),
        format!("run it again; or remove {}, to start with what was there before it", filling.display()),
    ))
}

/// Says that a server is running on a database that must not be in use.
pub(super) fn in_use(settings: &Settings) -> Failure {
    Failure::new(
        Kind::Database,
        format!("somebody is connected to {} by the name of tacit", start::describe(settings)),
        "stop all servers on it first",
    )
}

fn occupied(settings: &Settings) -> Failure {
    Failure::new(
        Kind::Database,
        format!("{} is in use by an instance already", start::describe(settings)),
        "choose an empty database; to let a backup take its place, restore with --replace",
    )
}

fn path_of(path: &Path) -> PathBuf {
    with(path, FILLING)
}

fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn put(filled: &Path, path: &Path) -> io::Result<()> {
    fs::File::open(filled)?.sync_all()?;
    fs::rename(filled, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Removes what there is of a file that was not finished.
fn remove(path: &Path) {
    for end in COMPANIONS {
        let _ = fs::remove_file(with(path, end));
    }
}
