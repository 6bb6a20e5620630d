//! Events in files of a folder that the operator has named. Nothing that comes by the API has a say in where that is: a
//! file is called after the id of its stream.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use tacit_core::id::AuditStreamId;

/// A file that has so many bytes is put aside and another one begun.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Files that are put aside; the oldest makes room.
const FILES_MAX: u32 = 10;

/// Adds lines to the file of a stream, durably: all of them, or none.
///
/// # Errors
///
/// If the folder is not there or cannot be written to.
pub(super) fn append(folder: &Path, id: &AuditStreamId, lines: &[u8]) -> io::Result<()> {
    append_up_to(FILE_BYTES_MAX, folder, id, lines)
}

fn append_up_to(bytes_max: u64, folder: &Path, id: &AuditStreamId, lines: &[u8]) -> io::Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if id.as_str().is_empty() || !id.as_str().bytes().all(is_plain) {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let path = folder.join(format!("{id}.ndjson"));
    let mut file = open(&path)?;
    let length = file.metadata()?.len();
    if length > 0 && length.saturating_add(lines.len() as u64) > bytes_max {
        put_aside(&path)?;
        file = open(&path)?;
    }
    write(&mut file, lines)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// A line that was cut short when the machine lost power is ended, so that the next one is whole.
fn write(file: &mut File, lines: &[u8]) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let begun = if last == [b'\n'] { Ok(()) } else { file.write_all(b"\n") };
    let written = begun.and_then(|()| file.write_all(lines)).and_then(|()| file.sync_data());
    if written.is_err() {
        // What is there of it would come twice. If this fails too, it does.
        let _ = file.set_len(length);
    }
    written
}

fn put_aside(path: &Path) -> io::Result<()> {
    for number in (1..FILES_MAX).rev() {
        match fs::rename(numbered(path, number), numbered(path, number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, numbered(path, 1))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn lines_are_added_and_full_files_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let id = AuditStreamId::new("0193-a");
        let path = folder.path().join("0193-a.ndjson");
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        let add = |lines: &[u8]| append_up_to(10, folder.path(), &id, lines).unwrap();

        add(b"1\n");
        fs::write(&path, "1\n{\"cut").unwrap();
        add(b"2\n");
        assert_eq!(text(&path), "1\n{\"cut\n2\n");
        for number in 3..20 {
            add(format!("{number} and more\n").as_bytes());
        }
        assert_eq!(text(&path), "19 and more\n");
        assert_eq!(text(&numbered(&path, 1)), "18 and more\n");
        assert_eq!(text(&numbered(&path, FILES_MAX)), "9 and more\n");
        assert!(!numbered(&path, FILES_MAX + 1).exists());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn no_id_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for id in ["", "../x", "/etc/x", "a/b", "a.b"] {
            assert!(append(folder.path(), &AuditStreamId::new(id), b"x\n").is_err(), "{id}");
        }
        assert!(append(&folder.path().join("gone"), &AuditStreamId::new("a"), b"x\n").is_err());
    }
}
