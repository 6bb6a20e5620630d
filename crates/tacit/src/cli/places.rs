//! Where things live when no flag says so (docs/server.md, "Files").
//!
//! For a user the XDG base directories; as root the system's. The root key is apart from the data,
//! so that a copy of the data alone is useless (`decisions.md` 38).

use std::{
    env,
    path::{Path, PathBuf},
};

use super::failure::Failure;

/// The folder for data: `~/.local/share/tacit`, or `/var/lib/tacit` as root.
pub(super) fn data_folder() -> Result<PathBuf, Failure> {
    if is_root() { Ok(PathBuf::from("/var/lib/tacit")) } else { user_folder("XDG_DATA_HOME", ".local/share") }
}

/// The folder for settings and the root key: `~/.config/tacit`, or `/etc/tacit` as root.
pub(super) fn configuration_folder() -> Result<PathBuf, Failure> {
    if is_root() { Ok(PathBuf::from("/etc/tacit")) } else { user_folder("XDG_CONFIG_HOME", ".config") }
}

/// `path` with `~` for the home folder, for people.
pub(super) fn shown(path: &Path) -> String {
    let home = env::home_dir().filter(|home| !is_root() && home.is_absolute());
    match home.and_then(|home| path.strip_prefix(home).map(Path::to_owned).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A base directory counts only if it is absolute (XDG Base Directory Specification, section 2).
fn user_folder(variable: &str, below_home: &str) -> Result<PathBuf, Failure> {
    let named = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(below_home));
    named.or_else(home).map(|base| base.join("tacit")).ok_or_else(|| {
        Failure::settings(
            "there is no home folder to keep data in",
            "set HOME, or name a folder with --data-dir",
        )
    })
}
