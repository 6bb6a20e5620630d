//! From the bytes of a file to records, believing nothing that is not authenticated.

use zeroize::Zeroizing;

use super::{
    BackupError, CHUNK_BYTES_MAX, CIPHER_BYTES, Digest, FRAME_HEAD_BYTES, Header, Record, place,
    row::{Column, malformed},
};
use crate::{
    cipher::{Ciphertext, DataKey},
    keyring::RootKey,
};

/// Reads a backup that is pushed into it piece by piece.
///
/// It holds no more than what was pushed, one frame and one record. Every record it gives was authenticated, and
/// stands where a writer puts it; whether the file was whole is known once [`finish`](Self::finish) says so.
pub struct Decoder<'a> {
    root: &'a RootKey,
    opened: Option<Opened>,
    /// Bytes of the file that are not decrypted yet.
    file: Vec<u8>,
    /// Decrypted and not given yet, from `position`.
    stream: Vec<u8>,
    position: usize,
    order: Order,
}

/// What the header gives.
struct Opened {
    header: Header,
    key: DataKey,
    hash: String,
    next_frame: u64,
    is_over: bool,
}

/// A frame that was decrypted.
struct Frame {
    chunk: Zeroizing<Vec<u8>>,
    /// How long it is in the file, in bytes.
    length: usize,
}

/// Which records may come next, and what was counted.
#[derive(Default)]
struct Order {
    columns: Option<Vec<Column>>,
    digest: Digest,
    buffer: Vec<u8>,
    tables: u64,
    rows: u64,
    has_ended: bool,
}

impl<'a> Decoder<'a> {
    /// Begins to read a file that belongs to `root`.
    #[must_use]
    pub fn new(root: &'a RootKey) -> Self {
        Self {
            root,
            opened: None,
            file: Vec::new(),
            stream: Vec::new(),
            position: 0,
            order: Order::default(),
        }
    }

    /// The header; `None` until enough was pushed.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.opened.as_ref().map(|opened| &opened.header)
    }

    /// Takes the next bytes of the file, of which 64 KiB at a time are best.
    ///
    /// # Errors
    ///
    /// What is wrong with the file. It is not to be read further then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.file.extend_from_slice(bytes);
        let mut start = 0;
        if self.opened.is_none() {
            let Some(preamble) = Header::read(&self.file)? else { return Ok(()) };
            let key = preamble.header.key(self.root)?;
            let (header, hash) = (preamble.header, preamble.hash);
            self.opened = Some(Opened { header, key, hash, next_frame: 0, is_over: false });
            start = preamble.length;
        }
        self.stream.drain(..self.position);
        self.position = 0;
        if let Some(opened) = &mut self.opened {
            while let Some(Frame { chunk, length }) = opened.frame(&self.file[start..])? {
                self.stream.extend_from_slice(&chunk);
                start += length;
            }
        }
        self.file.drain(..start);
        Ok(())
    }

    /// The next record; `None` if more bytes are needed for it.
    ///
    /// # Errors
    ///
    /// [`BackupError::Content`] if it is not what a writer makes.
    pub fn next_record(&mut self) -> Result<Option<Record>, BackupError> {
        let rest = &self.stream[self.position..];
        let Some(end) = Record::end(rest)? else { return Ok(None) };
        let columns = self.order.columns.as_deref().unwrap_or_default();
        let record = Record::decode(&rest[..end], columns)?;
        self.position += end;
        self.order.check(&record)?;
        Ok(Some(record))
    }

    /// Says whether that was all, after the last bytes were pushed and all records taken.
    ///
    /// # Errors
    ///
    /// [`BackupError::Truncated`] if it was not; [`BackupError::NotABackup`] if there was nothing.
    pub fn finish(&self) -> Result<(), BackupError> {
        match &self.opened {
            None if self.file.is_empty() => Err(BackupError::NotABackup),
            Some(opened) if opened.is_over && self.order.has_ended => Ok(()),
            _ => Err(BackupError::Truncated),
        }
    }
}

impl Opened {
    /// Decrypts the frame that `bytes` begin with, and says how long it is. `None` if it is not whole yet.
    fn frame(&mut self, bytes: &[u8]) -> Result<Option<Frame>, BackupError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        if self.is_over {
            return Err(BackupError::Trailing);
        }
        let damaged = BackupError::Frame(self.next_frame + 1);
        let Some(head) = bytes.first_chunk::<FRAME_HEAD_BYTES>() else { return Ok(None) };
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if head[0] > 1 || length > CHUNK_BYTES_MAX + CIPHER_BYTES {
            return Err(damaged);
        }
        let end = FRAME_HEAD_BYTES + length;
        let Some(ciphertext) = bytes.get(FRAME_HEAD_BYTES..end) else { return Ok(None) };
        let is_last = head[0] == 1;
        let place = place(&self.hash, self.next_frame, is_last);
        let chunk = self.key.decrypt(&place, &Ciphertext(ciphertext.to_vec())).map_err(|_| damaged)?;
        self.next_frame += 1;
        self.is_over = is_last;
        Ok(Some(Frame { chunk, length: end }))
    }
}

impl Order {
    fn check(&mut self, record: &Record) -> Result<(), BackupError> {
        if self.has_ended {
            return Err(malformed("a record follows the last one"));
        }
        match (record, self.columns.is_some()) {
            (Record::Table { columns, .. }, false) => {
                self.columns = Some(columns.clone());
                self.digest = Digest::default();
                self.tables += 1;
            }
            (Record::Row(row), true) => {
                self.digest.add(row, &mut self.buffer);
                self.rows += 1;
            }
            (Record::TableEnd(digest), true) if *digest == self.digest => self.columns = None,
            (Record::TableEnd(_), true) => return Err(malformed("a table has other rows than were written")),
            (Record::End { tables, rows }, false) if (*tables, *rows) == (self.tables, self.rows) => {
                self.has_ended = true;
            }
            _ => return Err(malformed("a record is out of place")),
        }
        Ok(())
    }
}
