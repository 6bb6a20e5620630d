//! The root key from its file or variable. A new key is made only for a database that has none.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use tacit_core::{keyring::RootKey, random::Random};
use zeroize::Zeroizing;

use super::{
    config::{self, RootKeySource},
    failure::{Failure, Kind},
    files, places,
};

/// Longest key file that is read, in bytes: a key in hexadecimal and white space.
const FILE_BYTES_MAX: u64 = 1024;

/// A root key and where it came from.
pub(super) struct LoadedKey {
    /// The key.
    pub(super) key: RootKey,
    /// For people: `~/.config/tacit/root.key`.
    pub(super) origin: String,
    /// Whether it was made just now.
    pub(super) is_new: bool,
}

/// Reads the key; makes one if there is none and `may_create` says that nothing is encrypted yet.
///
/// # Errors
///
/// If the key is missing for a database that has one, others may read its file, or it is no key.
pub(super) fn load(source: &RootKeySource, may_create: bool, random: &Random) -> Result<LoadedKey, Failure> {
    match source {
        RootKeySource::Variable(text) => {
            let key = RootKey::parse(text).map_err(|error| malformed("TACIT_ROOT_KEY", &error))?;
            Ok(LoadedKey { key, origin: "TACIT_ROOT_KEY".to_owned(), is_new: false })
        }
        RootKeySource::File(path) => {
            let (key, is_new) = match read(path)? {
                Some(key) => (key, false),
                None if may_create => (create(path, random)?, true),
                None => return Err(missing(path)),
            };
            Ok(LoadedKey { key, origin: places::shown(path), is_new })
        }
    }
}

fn read(path: &Path) -> Result<Option<RootKey>, Failure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let mode = files::mode(&file).map_err(|error| unreadable(path, &error))?;
    if mode & 0o077 != 0 && !is_credential(path, mode) {
        return Err(unsafe_mode(path, mode));
    }
    let mut text = Zeroizing::new(String::new());
    Read::by_ref(&mut file)
        .take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(path, &error))?;
    let name = path.display().to_string();
    RootKey::parse(&text).map(Some).map_err(|error| malformed(&name, &error))
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

fn unsafe_mode(path: &Path, mode: u32) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("others on this machine may read the root key {} (mode {mode:04o})", path.display()),
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

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("cannot read the root key {}: {error}", path.display()),
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
