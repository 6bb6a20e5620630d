//! The root key from its file or variable. A new key is made only for a database that has none.

pub(super) mod aws_kms;
pub(super) mod pkcs11;
pub(super) mod stored;
pub(super) mod swap;
pub(super) mod transit;
pub(super) mod unlock;
pub(super) mod watch;
mod wrapper_http;

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use tacit_core::{keyring::RootKey, random::Random};
use tacit_store::{Database, StoreError, instance};
use zeroize::Zeroizing;

use stored::{Stored, Wrapper};
use unlock::Unlock;

use super::{
    config::{self, RootKeySource},
    failure::{Failure, Kind},
    files, places,
};

/// Longest key file that is read, in bytes: a wrapped key with the way to unwrap it.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// A root key and where it came from.
pub(super) struct LoadedKey {
    /// The key.
    pub(super) key: RootKey,
    /// For people: `~/.config/tacit/root.key`.
    pub(super) origin: String,
    /// Whether it was made just now.
    pub(super) is_new: bool,
    /// How it is kept: `file`, `variable`, `passphrase`, `aws-kms`, `transit` or `pkcs11`.
    pub(super) mode: &'static str,
    /// Its file, and what wraps it there; none from a variable.
    pub(super) place: Option<KeyPlace>,
}

/// Where a root key is kept.
pub(super) struct KeyPlace {
    /// The file.
    pub(super) path: PathBuf,
    /// What wraps it.
    pub(super) wrapper: Wrapper,
    /// The key in the file beside it, if a rotation was cut off.
    pub(super) pending: Option<RootKey>,
}

/// Reads the key; makes one if there is none and `may_create` says that nothing is encrypted yet.
///
/// # Errors
///
/// If the key is missing for a database that has one, others may read its file, it is no key or cannot be
/// unwrapped.
pub(super) fn load(
    source: &RootKeySource,
    may_create: bool,
    unlock: &mut Unlock,
    random: &Random,
) -> Result<LoadedKey, Failure> {
    match source {
        RootKeySource::Variable(text) => {
            let key = RootKey::parse(text).map_err(|error| malformed("TACIT_ROOT_KEY", &error))?;
            let origin = "TACIT_ROOT_KEY".to_owned();
            Ok(LoadedKey { key, origin, is_new: false, mode: "variable", place: None })
        }
        RootKeySource::File(path) => match read(path)? {
            Some(stored) => open(path, stored, unlock),
            None if may_create => {
                let key = create(path, random)?;
                let place = KeyPlace { path: path.clone(), wrapper: Wrapper::Plain, pending: None };
                let origin = places::shown(path);
                Ok(LoadedKey { key, origin, is_new: true, mode: "file", place: Some(place) })
            }
            None => Err(missing(path)),
        },
    }
}

fn open(path: &Path, stored: Stored, unlock: &mut Unlock) -> Result<LoadedKey, Failure> {
    let mode = stored.mode();
    let (key, wrapper) = stored.open(unlock)?;
    let pending = match read(&swap::pending(path))? {
        Some(stored) => Some(stored.open(unlock)?.0),
        None => None,
    };
    let place = KeyPlace { path: path.to_owned(), wrapper, pending };
    Ok(LoadedKey { key, origin: places::shown(path), is_new: false, mode, place: Some(place) })
}

/// What somebody has to give before the key can be read, if so: `the passphrase of the root key`, or the PIN of its
/// token.
///
/// # Errors
///
/// If the file cannot be read, or the token that would take a PIN that is configured is away.
pub(super) fn awaited(source: &RootKeySource) -> Result<Option<String>, Failure> {
    let RootKeySource::File(path) = source else { return Ok(None) };
    match read(path)? {
        Some(Stored::Passphrase(_)) => Ok(Some("the passphrase of the root key".to_owned())),
        Some(Stored::Pkcs11(key, wrapped)) if key.needs_pin(&wrapped)? => {
            Ok(Some(format!("the PIN of the token {}", key.token)))
        }
        _ => Ok(None),
    }
}

/// Ends a rotation that was cut off: of the two key files the one of the database is `root.key` afterwards.
///
/// # Errors
///
/// If the database fails or the folder of the key cannot be written to.
pub(super) async fn settle(database: &Database, loaded: LoadedKey) -> Result<LoadedKey, Settling> {
    let LoadedKey { key, origin, is_new, mode, place } = loaded;
    let Some(KeyPlace { path, wrapper, pending: Some(pending) }) = place else {
        return Ok(LoadedKey { key, origin, is_new, mode, place });
    };
    // While this runs nobody replaces the root key, so no file is touched that somebody else has just written.
    let mut db = database.begin().await?;
    let check = instance::lock_root_key(&mut db).await?.unwrap_or_default();
    let key = if key.matches(&check) {
        swap::discard(&path)?;
        tracing::warn!("a rotation of the root key was cut off before it counted; its new key is removed");
        key
    } else if pending.matches(&check) {
        let archive = swap::take(&path, &key.id())?;
        tracing::warn!(old_key = %archive.display(), "a rotation of the root key was cut off; it is complete now");
        pending
    } else {
        key
    };
    db.rollback().await?;
    Ok(LoadedKey { key, origin, is_new, mode, place: Some(KeyPlace { path, wrapper, pending: None }) })
}

/// Why a rotation that was cut off cannot be ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Settling {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of the key cannot be written to.
    #[error("the key file that a rotation left cannot be moved: {0}")]
    File(#[from] io::Error),
}

impl From<Settling> for Failure {
    fn from(error: Settling) -> Self {
        Self::new(
            Kind::RootKey,
            error.to_string(),
            "make the folder of the root key writable for this start, and start again",
        )
    }
}

fn read(path: &Path) -> Result<Option<Stored>, Failure> {
    let Some(text) = read_private(path, "the root key")? else { return Ok(None) };
    let name = path.display().to_string();
    Stored::parse(&text).map(Some).map_err(|error| malformed(&name, &error))
}

/// The text of a file that nobody else may read; none if there is no file. `what` is what it holds.
fn read_private(path: &Path, what: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, what, &error)),
    };
    let mode = files::mode(&file).map_err(|error| unreadable(path, what, &error))?;
    if mode & 0o077 != 0 && !is_credential(path, mode) {
        return Err(unsafe_mode(path, what, mode));
    }
    let mut text = Zeroizing::new(String::new());
    Read::by_ref(&mut file)
        .take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(path, what, &error))?;
    Ok(Some(text))
}

/// Whether systemd has put the file there for this service alone (systemd.exec(5), `LoadCredential`).
/// It lets the service's user in by an access control list, which shows as the group's right to read.
fn is_credential(path: &Path, mode: u32) -> bool {
    let folder = config::variable("CREDENTIALS_DIRECTORY");
    mode & !0o740 == 0 && folder.is_some_and(|folder| path.starts_with(folder))
}

fn create(path: &Path, random: &Random) -> Result<RootKey, Failure> {
    let key = RootKey::generate(random);
    let mut text = key.to_text();
    text.push('\n');
    let folder = path.parent().unwrap_or(Path::new("."));
    files::make_private_folder(folder)
        .and_then(|()| files::create_private(path, text.as_bytes()))
        .map_err(|error| unwritable(path, &error))?;
    // The folder's own entry, should it be new too.
    if let Some(above) = folder.parent().filter(|above| !above.as_os_str().is_empty()) {
        let _ = fs::File::open(above).and_then(|above| above.sync_all());
    }
    Ok(key)
}

fn missing(path: &Path) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("the database is encrypted, but its root key {} is missing", path.display()),
        "put the key file back, or name it with --root-key-file; without it the data cannot be read",
    )
}

fn unsafe_mode(path: &Path, what: &str, mode: u32) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("others on this machine may read {what} {} (mode {mode:04o})", path.display()),
        format!("run: chmod 600 {}", path.display()),
    )
}

fn malformed(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("{name} holds no root key: {error}"),
        "restore the key this database was made with",
    )
}

fn unreadable(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("cannot read {what} {}: {error}", path.display()),
        "start the server as the user that owns the file",
    )
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("cannot make the root key {}: {error}", path.display()),
        "make its folder writable, or name another file with --root-key-file",
    )
}

/// The key is whole, but it is not the one of this database.
pub(super) fn wrong(origin: &str) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("the root key from {origin} is not the one this database was encrypted with"),
        "start with the key it was made with; nothing was changed",
    )
}

/// The key is the one of this database, and what is stored under it is not what was stored.
pub(super) fn damaged() -> Failure {
    Failure::new(
        Kind::RootKey,
        "the keys of the instance in the database do not open with the root key",
        "restore the database from a backup; tacit key verify says which keys are damaged",
    )
}
