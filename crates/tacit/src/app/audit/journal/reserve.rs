//! Room on the disk that is kept for the journal.
//!
//! A full disk refuses writes, but a read writes too: the line of its event. So that reads go on, files of zeros take up
//! room from the start. When the disk has no other room, one after the other becomes a file of the journal.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{SEGMENT_BYTES_MAX, segment};

/// Together they hold as many events of reads, about, as may wait for the database.
const FILES: usize = 4;
/// How many batches of events are moved before it is tried again to take room on a disk that had none.
const BATCHES_BETWEEN_TRIES: u32 = 1_000;
const PREFIX: &str = "reserve-";

/// The room, as far as it could be taken.
pub(super) struct Reserve {
    folder: PathBuf,
    taken: Vec<PathBuf>,
    /// Calls of [`Reserve::take`] that do nothing.
    skips: u32,
}

impl Reserve {
    /// None yet, in a journal's folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), taken: Vec::new(), skips: 0 }
    }

    /// Takes what is missing. Nothing depends on it until the disk is full.
    pub(super) fn take(&mut self) {
        if self.taken.len() == FILES {
            return;
        }
        self.skips = self.skips.saturating_sub(1);
        while self.skips == 0 && self.taken.len() < FILES {
            let path = self.folder.join(format!("{PREFIX}{}", self.taken.len() + 1));
            if occupy(&path).is_ok() {
                self.taken.push(path);
            } else {
                // Half of one is of no use.
                let _ = fs::remove_file(&path);
                self.skips = BATCHES_BETWEEN_TRIES;
            }
        }
    }

    /// A file of zeros, as long as a file of the journal may become; from now on the caller's.
    pub(super) fn give(&mut self) -> Option<PathBuf> {
        self.taken.pop()
    }
}

/// Makes the file, in place of what an earlier process left.
fn occupy(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = segment::private(options.create(true).truncate(true).write(true)).open(path)?;
    allocate(&file).or_else(|_| write_zeros(&mut file))
}

#[cfg(target_os = "linux")]
fn allocate(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, SEGMENT_BYTES_MAX)?)
}

#[cfg(not(target_os = "linux"))]
fn allocate(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Zeros, not a length alone: a file system keeps no room for that.
fn write_zeros(file: &mut File) -> io::Result<()> {
    let block = [0; 8 * 1024];
    let mut left = SEGMENT_BYTES_MAX;
    while left > 0 {
        file.write_all(&block)?;
        left = left.saturating_sub(block.len() as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_once_and_each_file_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::new(folder.path());
        assert!(reserve.give().is_none());

        reserve.take();
        reserve.take();

        for _ in 0..FILES {
            let path = reserve.give().unwrap();
            assert_eq!(fs::metadata(&path).unwrap().len(), SEGMENT_BYTES_MAX);
            fs::remove_file(path).unwrap();
        }
        assert!(reserve.give().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_without_room_is_not_asked_at_each_batch() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let mut reserve = Reserve::new(&missing);
        reserve.take();
        fs::create_dir(&missing).unwrap();

        for _ in 1..BATCHES_BETWEEN_TRIES {
            reserve.take();
            assert!(reserve.taken.is_empty());
        }
        reserve.take();

        assert_eq!(reserve.taken.len(), FILES);
    }
}
