//! The files of backups: whole or not there, for their owner only, never overwritten.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use tacit_core::time::Timestamp;

/// How names begin that [`file_name`] makes.
const NAME_START: &str = "tacit-";
/// How they end.
const NAME_END: &str = ".backup";
/// How the names of folders for trials begin.
const TRIAL_START: &str = ".trial-";
/// What a file is called beside that while it is being written.
const PARTIAL: &str = ".partial";

/// A file that is being written. Unless it is [kept](Self::keep) it goes.
pub struct NewFile {
    path: PathBuf,
    partial: PathBuf,
    out: BufWriter<File>,
    is_kept: bool,
}

impl NewFile {
    /// Begins a file at `path`, with mode 0600, under another name until it is whole.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] if there is one: it is never overwritten.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.try_exists()? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(PARTIAL);
        let partial = PathBuf::from(partial);
        // One that is there was left behind by a process that was killed.
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        let out = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { path: path.to_owned(), partial, out, is_kept: false })
    }

    /// Gives the file its name. When this returns, a power failure cannot lose it.
    ///
    /// # Errors
    ///
    /// If it cannot be written to its end; or as [`Self::create`].
    pub fn keep(mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        // A link, because a rename would overwrite what somebody put there meanwhile.
        fs::hard_link(&self.partial, &self.path).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Err(error),
            // Not every file system has links.
            _ => fs::rename(&self.partial, &self.path),
        })?;
        self.is_kept = true;
        let _ = fs::remove_file(&self.partial);
        sync_folder(&self.path)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.partial);
        }
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// The name of a backup of this time, such as `tacit-20260131T120000Z.backup`: they sort by time.
#[must_use]
pub fn file_name(now: Timestamp) -> String {
    let time: String = now.to_string().chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    format!("{NAME_START}{}Z{NAME_END}", time.split('.').next().unwrap_or_default())
}

/// Removes the oldest backups of a folder that [`file_name`] named, until at most `kept` are left. Says which.
///
/// # Errors
///
/// If the folder cannot be read or a file not be removed.
pub fn remove_old(folder: &Path, kept: usize) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        names.extend(name.to_str().filter(|name| is_ours(name)).map(str::to_owned));
    }
    names.sort_unstable();
    names.truncate(names.len().saturating_sub(kept));
    for name in &names {
        fs::remove_file(folder.join(name))?;
    }
    Ok(names)
}

/// What the folder of a trial is called.
pub(super) fn trial_name(id: &str) -> String {
    format!("{TRIAL_START}{id}")
}

/// Removes what servers that were killed have left in a folder. Nobody else may be working in it.
pub(super) fn remove_stale(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TRIAL_START) {
            let _ = fs::remove_dir_all(entry.path());
        } else if name.strip_suffix(PARTIAL).is_some_and(is_ours) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether [`file_name`] makes such names.
fn is_ours(name: &str) -> bool {
    let time = name.strip_prefix(NAME_START).and_then(|rest| rest.strip_suffix(NAME_END));
    time.is_some_and(|time| Timestamp::parse_basic(time).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time_and_are_known_again() {
        let name = file_name(Timestamp::from_millis(1_769_860_800_007));

        assert_eq!(name, "tacit-20260131T120000Z.backup");
        assert!(is_ours(&name));
        for other in
            ["tacit-20260131T120000Z.backup.partial", "tacit-mine.backup", "tacit.db", "tacit-.backup"]
        {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn the_oldest_go_and_what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let days = (0..5).map(|day| file_name(Timestamp::from_millis(1_769_860_800_000 + day * 86_400_000)));
        for name in days.chain(["tacit-mine.backup".to_owned(), "root.key".to_owned()]) {
            fs::write(folder.path().join(name), "").unwrap();
        }

        let removed = remove_old(folder.path(), 2).unwrap();

        assert_eq!(removed.len(), 3);
        assert!(
            removed
                .iter()
                .all(|name| name < &file_name(Timestamp::from_millis(1_769_860_800_000 + 3 * 86_400_000)))
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
        assert!(remove_old(folder.path(), 2).unwrap().is_empty());
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.backup");
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"one").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"two").unwrap();
        let mut late = folder.path().join("b.backup");
        let mut second = NewFile::create(&late).unwrap();
        second.write_all(b"three").unwrap();
        fs::write(&late, "theirs").unwrap();
        file.keep().unwrap();
        assert_eq!(second.keep().unwrap_err().kind(), io::ErrorKind::AlreadyExists);

        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(&late).unwrap(), b"theirs");
        assert_eq!(NewFile::create(&path).err().unwrap().kind(), io::ErrorKind::AlreadyExists);
        late.pop();
        assert_eq!(fs::read_dir(late).unwrap().count(), 2);
    }
}
