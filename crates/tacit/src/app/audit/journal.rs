//! The journal: files that hold the events which are not in the database yet.
//!
//! Events are appended to the newest file. A file goes when the database has all its events; the
//! newest is emptied instead. Whatever is found at the next start is replayed.

mod reserve;
mod segment;

pub(super) mod frame;

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use tacit_store::StoreError;

use self::{reserve::Reserve, segment::Segment};
use super::{
    super::error::{Error, Result},
    Event,
};

/// Size of a journal file, in bytes, after which the next one is begun.
const SEGMENT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Size of the newest file, in bytes, above which it is emptied once all its events are moved. Not
/// at once, because emptying a file costs more than a line.
const IDLE_BYTES_MAX: u64 = 1024 * 1024;
const LOCK: &str = "journal.lock";

/// What an earlier process left, under the lock of the folder.
pub(super) struct Leftovers {
    folder: PathBuf,
    files: Vec<PathBuf>,
    lock: File,
}

impl Leftovers {
    /// Locks the folder, made with mode 0700 if it is not there, and looks for journal files.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if another process has the journal open; or if the folder cannot be
    /// read and written.
    pub(super) fn find(folder: &Path) -> Result<Self> {
        let failed = |error| failure(folder, &error);
        create_private(folder).map_err(failed)?;
        let lock = lock(folder)?;
        let files = segment::found(folder).map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), files, lock })
    }

    /// The files, oldest first.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The events of one of the files, in order.
    ///
    /// # Errors
    ///
    /// If it cannot be read. Damaged lines are skipped.
    pub(super) fn events(path: &Path) -> Result<Vec<Event>> {
        segment::read(path).map_err(|error| failure(path, &error))
    }

    /// Deletes the files, whose events are in the database, and begins a new journal.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub(super) fn replace(self) -> Result<Journal> {
        for path in &self.files {
            fs::remove_file(path).map_err(|error| failure(path, &error))?;
        }
        let folder = self.folder;
        let reserve = Reserve::new(&folder);
        let mut journal =
            Journal { folder, segments: VecDeque::new(), last_number: 0, reserve, _lock: self.lock };
        journal.begin_segment().map_err(|error| failure(&journal.folder, &error))?;
        journal.reserve.take();
        Ok(journal)
    }
}

/// The journal of this process.
pub(super) struct Journal {
    folder: PathBuf,
    /// Oldest first; lines go into the last.
    segments: VecDeque<Segment>,
    last_number: u64,
    /// Room for reads to go on when the disk is full.
    reserve: Reserve,
    /// Held for as long as the journal is open: two processes would replay each other's events.
    _lock: File,
}

impl Journal {
    /// Hands a line to the kernel. On a full disk it uses the room that was kept for this.
    ///
    /// # Errors
    ///
    /// If it was not written. Then the journal holds nothing of it, or half of it at the end of a
    /// file, where replay skips it.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        match self.try_append(line) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                let Some(room) = self.reserve.give() else { return Err(error) };
                tracing::error!(
                    "the disk is full: reads go on in the room that was kept for the audit journal"
                );
                self.last_number += 1;
                self.segments.push_back(Segment::over(&room, &self.folder, self.last_number)?);
                self.try_append(line)
            }
            result => result,
        }
    }

    fn try_append(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.segments.back().is_some_and(|last| last.has_room(line.len(), SEGMENT_BYTES_MAX)) {
            self.begin_segment()?;
        }
        self.segments.back_mut().map_or_else(|| Err(io::ErrorKind::NotFound.into()), |last| last.append(line))
    }

    fn begin_segment(&mut self) -> io::Result<()> {
        self.last_number += 1;
        self.segments.push_back(Segment::create(&self.folder, self.last_number)?);
        Ok(())
    }

    /// Counts the oldest `count` events as moved. Returns the files that may go.
    pub(super) fn settle(&mut self, mut count: usize) -> Vec<Removable> {
        for segment in &mut self.segments {
            count -= segment.settle(count);
        }
        let mut removable = Vec::new();
        while self.segments.len() > 1 && self.segments.front().is_some_and(Segment::is_settled) {
            removable.extend(self.segments.pop_front().map(Removable));
        }
        self.trim(IDLE_BYTES_MAX);
        // Something was moved, so the disk takes writes again.
        self.reserve.take();
        removable
    }

    /// Empties the newest file if all its events are moved.
    pub(super) fn clear(&mut self) {
        self.trim(0);
    }

    fn trim(&mut self, bytes: u64) {
        if let Some(last) = self.segments.back_mut()
            && let Err(error) = last.trim(bytes)
        {
            tracing::warn!(%error, "the audit journal could not be emptied");
        }
    }
}

/// A file whose events are all in the database.
pub(super) struct Removable(Segment);

impl Removable {
    /// Deletes it. One that stays is replayed at the next start, which changes nothing.
    pub(super) fn remove(self) {
        if let Err(error) = self.0.remove() {
            tracing::warn!(%error, "a moved audit journal could not be deleted");
        }
    }
}

fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let file = segment::private(options.create(true).truncate(false).write(true))
        .open(&path)
        .map_err(|error| failure(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let journal = format!("the audit journal in {}", folder.display());
            Err(Error::Store(StoreError::InUse(journal)))
        }
        Err(TryLockError::Error(error)) => Err(failure(&path, &error)),
    }
}

fn failure(path: &Path, error: &io::Error) -> Error {
    Error::Internal(format!("audit journal {}: {error}", path.display()))
}
