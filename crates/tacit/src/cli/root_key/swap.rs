//! Two key files while the root key is replaced: `root.key`, and `root.key.new` beside it.
//!
//! The new file is written before the database changes over to its key, and takes the place of the old one after
//! that. So at every moment one of the two is the key of the database, and the next start finds out which.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::cli::files;

/// Where the key is that may come.
pub(in crate::cli) fn pending(path: &Path) -> PathBuf {
    with_ending(path, "new")
}

/// Where the key before is kept: backups that are older than the rotation need it.
pub(in crate::cli) fn archived(path: &Path, id: &str) -> PathBuf {
    with_ending(path, id)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Puts the pending key in the place of the present one, whose fingerprint is `id`, and keeps that. It may be cut
/// off anywhere: repeated, it does what is left.
///
/// # Errors
///
/// If the folder cannot be written to.
pub(in crate::cli) fn take(path: &Path, id: &str) -> io::Result<PathBuf> {
    let archive = archived(path, id);
    if !archive.exists() {
        // The present file has its name until the rename below: there always is one.
        fs::hard_link(path, &archive).or_else(|_| copy(path, &archive))?;
    }
    replace(path)?;
    Ok(archive)
}

/// Puts the pending key in the place of the present one, which is not kept.
///
/// # Errors
///
/// If the folder cannot be written to.
pub(in crate::cli) fn replace(path: &Path) -> io::Result<()> {
    fs::rename(pending(path), path)?;
    sync_folder(path)
}

/// Removes a key that never came to be used.
///
/// # Errors
///
/// If the folder cannot be written to.
pub(in crate::cli) fn discard(path: &Path) -> io::Result<()> {
    fs::remove_file(pending(path))?;
    sync_folder(path)
}

/// For file systems without hard links.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    files::create_private(to, &zeroize::Zeroizing::new(fs::read(from)?))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_take_is_completed_by_the_next_and_no_key_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        fs::write(&path, "old").unwrap();
        fs::write(pending(&path), "new").unwrap();
        // Cut off between its two steps.
        fs::hard_link(&path, archived(&path, "1234")).unwrap();

        let archive = take(&path, "1234").unwrap();

        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_to_string(archive).unwrap(), "old");
        assert!(!pending(&path).exists());
    }
}
