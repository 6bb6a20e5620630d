//! One file of the journal.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{super::Event, frame};

const PREFIX: &str = "journal-";

/// A journal file of this process.
pub(super) struct Segment {
    path: PathBuf,
    file: File,
    length: u64,
    /// Events in it that are not in the database yet.
    waiting: usize,
    /// It ends in half a line that could not be cut off.
    is_broken: bool,
}

impl Segment {
    /// Makes the file. It must not exist.
    pub(super) fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let path = folder.join(format!("{PREFIX}{number}"));
        let file = private(OpenOptions::new().create_new(true).append(true)).open(&path)?;
        Ok(Self { path, file, length: 0, waiting: 0, is_broken: false })
    }

    /// Makes the file of one that takes up room already, whose bytes count for nothing and are written over.
    pub(super) fn over(room: &Path, folder: &Path, number: u64) -> io::Result<Self> {
        let path = folder.join(format!("{PREFIX}{number}"));
        fs::rename(room, &path)?;
        let file = OpenOptions::new().write(true).open(&path)?;
        Ok(Self { path, file, length: 0, waiting: 0, is_broken: false })
    }

    /// Hands a line to the kernel: it survives the end of this process, though not a power failure.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(line) {
            self.is_broken = self.cut(self.length).is_err();
            return Err(error);
        }
        self.length += line.len() as u64;
        self.waiting += 1;
        Ok(())
    }

    /// Whether a line of `bytes` may be added.
    pub(super) fn has_room(&self, bytes: usize, bytes_max: u64) -> bool {
        !self.is_broken && (self.length == 0 || self.length + bytes as u64 <= bytes_max)
    }

    /// Counts up to `count` events of this file as moved and says how many it had.
    pub(super) fn settle(&mut self, count: usize) -> usize {
        let moved = count.min(self.waiting);
        self.waiting -= moved;
        moved
    }

    /// Whether all its events are in the database.
    pub(super) const fn is_settled(&self) -> bool {
        self.waiting == 0
    }

    /// Empties the file if it is settled and longer than `bytes`.
    pub(super) fn trim(&mut self, bytes: u64) -> io::Result<()> {
        if self.is_settled() && self.length > bytes {
            self.cut(0)?;
            self.length = 0;
        }
        Ok(())
    }

    /// Cuts off what is behind `length`, which is where the next line goes.
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(drop)
    }

    /// Deletes the file.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The journal files an earlier process left, oldest first.
pub(super) fn found(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(number) = number_of(&path) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The events of a file an earlier process left.
pub(super) fn read(path: &Path) -> io::Result<Vec<Event>> {
    let bytes = fs::read(path)?;
    // One that took up room before may end in zeros.
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let (events, damaged) = frame::decode_all(&bytes[..end]);
    if damaged > 0 {
        tracing::warn!(path = %path.display(), lines = damaged, "skipped unfinished lines of the audit journal");
    }
    Ok(events)
}

fn number_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.parse().ok()
}

/// Readable and writable for the owner only.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn segment_on(path: &Path) -> Segment {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        Segment { path: path.to_owned(), file, length: 0, waiting: 0, is_broken: false }
    }

    #[test]
    fn a_full_disk_refuses_the_line() {
        let mut segment = segment_on(Path::new("/dev/full"));

        assert_eq!(segment.append(b"line\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(segment.is_settled());
        assert!(!segment.has_room(5, 100), "half a line may be there, so nothing may follow it");
    }

    #[test]
    fn a_file_that_took_up_room_is_written_over_and_read_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let room = folder.path().join("room");
        fs::write(&room, [0; 100]).unwrap();

        let mut segment = Segment::over(&room, folder.path(), 7).unwrap();
        segment.append(b"first\n").unwrap();
        let whole = fs::read(&segment.path).unwrap();
        segment.settle(1);
        segment.trim(0).unwrap();
        segment.append(b"second\n").unwrap();

        assert_eq!((whole.len(), &whole[..6]), (100, b"first\n".as_slice()));
        assert_eq!(fs::read(&segment.path).unwrap(), b"second\n");
        fs::write(&segment.path, [0; 100]).unwrap();
        assert!(read(&segment.path).unwrap().is_empty());
    }

    #[test]
    fn a_new_file_is_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let segment = Segment::create(folder.path(), 1).unwrap();

        assert_eq!(fs::metadata(&segment.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn files_are_found_by_number_not_by_letters() {
        let folder = tempfile::tempdir().unwrap();
        for number in [10, 9, 1] {
            Segment::create(folder.path(), number).unwrap();
        }
        fs::write(folder.path().join("tacit.db"), "").unwrap();

        let names: Vec<_> = found(folder.path()).unwrap();

        assert_eq!(names, [1, 9, 10].map(|number| folder.path().join(format!("journal-{number}"))));
    }
}
