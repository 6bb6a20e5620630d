//! From records to the bytes of a file.

use super::{CHUNK_BYTES_MAX, Digest, Header, Record, place, row::Column};
use crate::{
    backup::row::{Cell, encode_row},
    cipher::DataKey,
    keyring::RootKey,
    random::Random,
};

/// Writes a backup. The bytes gather in it until they are [taken](Self::take).
pub struct Encoder<'a> {
    random: &'a Random,
    key: DataKey,
    preamble_hash: String,
    /// What is not encrypted yet.
    stream: Vec<u8>,
    next_frame: u64,
    out: Vec<u8>,
    digest: Digest,
    row: Vec<u8>,
    tables: u64,
    rows: u64,
}

impl<'a> Encoder<'a> {
    /// Begins a file about what `header` says, under a new key that `root` wraps.
    #[must_use]
    pub fn new(header: Header, root: &RootKey, random: &'a Random) -> Self {
        let (header, key) = Header::generate(header, root, random);
        let (out, preamble_hash) = header.encode();
        Self {
            random,
            key,
            preamble_hash,
            stream: Vec::new(),
            next_frame: 0,
            out,
            digest: Digest::default(),
            row: Vec::new(),
            tables: 0,
            rows: 0,
        }
    }

    /// Begins a table.
    pub fn table(&mut self, name: &str, columns: &[Column]) {
        self.digest = Digest::default();
        self.tables += 1;
        self.record(&Record::Table { name: name.to_owned(), columns: columns.to_vec() });
    }

    /// Adds a row of the table that was begun last.
    pub fn row(&mut self, row: Vec<Cell>) {
        self.row.clear();
        encode_row(&row, &mut self.row);
        self.digest.add_encoded(&self.row);
        self.rows += 1;
        self.record(&Record::Row(row));
    }

    /// Ends the table, and says what it holds.
    pub fn end_table(&mut self) -> Digest {
        self.record(&Record::TableEnd(self.digest));
        self.digest
    }

    /// The bytes that are ready.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Ends the file: its last bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.record(&Record::End { tables: self.tables, rows: self.rows });
        let stream = std::mem::take(&mut self.stream);
        self.frame(&stream, true);
        self.out
    }

    fn record(&mut self, record: &Record) {
        record.encode(&mut self.stream);
        // The last frame must not be empty-handed, so one that is just full waits.
        if self.stream.len() > CHUNK_BYTES_MAX {
            let stream = std::mem::take(&mut self.stream);
            let mut chunks = stream.chunks(CHUNK_BYTES_MAX).peekable();
            while let Some(chunk) = chunks.next() {
                if chunks.peek().is_some() {
                    self.frame(chunk, false);
                } else {
                    self.stream.extend_from_slice(chunk);
                }
            }
        }
    }

    fn frame(&mut self, chunk: &[u8], is_last: bool) {
        let place = place(&self.preamble_hash, self.next_frame, is_last);
        let ciphertext = self.key.encrypt(&place, chunk, self.random).0;
        self.next_frame += 1;
        self.out.push(u8::from(is_last));
        self.out.extend_from_slice(&u32::try_from(ciphertext.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.out.extend_from_slice(&ciphertext);
    }
}
