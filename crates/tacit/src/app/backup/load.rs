//! Putting a backup into a store.

use std::io::Read;

use tacit_core::{
    backup::{BackupError, Decoder, Header, Record},
    keyring::RootKey,
};
use tacit_store::{
    Database,
    copy::{Loader, Table},
};

use super::{BackupFailure, Result};

/// Bytes of the file that are read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// A backup that was put into a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What the file says about itself.
    pub header: Header,
    /// How many tables were in it.
    pub tables: u64,
    /// How many rows were in all of them.
    pub rows: u64,
}

/// Gives the records of a file one after the other.
struct Records<'a, R> {
    input: &'a mut R,
    decoder: Decoder<'a>,
    piece: Vec<u8>,
}

impl<'a, R: Read> Records<'a, R> {
    fn new(input: &'a mut R, root: &'a RootKey) -> Self {
        Self { input, decoder: Decoder::new(root), piece: vec![0; PIECE_BYTES] }
    }

    /// The header.
    fn header(&mut self) -> Result<Header> {
        loop {
            if let Some(header) = self.decoder.header() {
                return Ok(header.clone());
            }
            if !self.read()? {
                self.decoder.finish()?;
            }
        }
    }

    /// The next record; `None` at the end of a file that is whole.
    fn next(&mut self) -> Result<Option<Record>> {
        loop {
            if let Some(record) = self.decoder.next_record()? {
                return Ok(Some(record));
            }
            if !self.read()? {
                self.decoder.finish()?;
                return Ok(None);
            }
        }
    }

    /// Reads on; says whether there was anything.
    fn read(&mut self) -> Result<bool> {
        let length = loop {
            match self.input.read(&mut self.piece) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.decoder.push(&self.piece[..length])?;
        Ok(length > 0)
    }
}

/// Puts a backup into a database, of this version of the schema or an older one, and brings the schema up to date:
/// all in one transaction, which is kept if every row arrived and the file was whole. What is in the database goes
/// if the backup `replaces` it.
///
/// # Errors
///
/// What is wrong with the file; or as [`Loader::begin`].
pub async fn load(
    input: &mut (impl Read + Send),
    root: &RootKey,
    database: &Database,
    replaces: bool,
) -> Result<Loaded> {
    let mut records = Records::new(input, root);
    let header = records.header()?;
    let mut target = Loader::begin(database, header.schema_version, replaces).await?;
    let mut loaded = Loaded { header, tables: 0, rows: 0 };
    let mut current: Option<Table> = None;
    while let Some(record) = records.next()? {
        match (record, &current) {
            (Record::Table { name, columns }, _) => current = Some(target.table(&name, &columns)?),
            (Record::Row(row), Some(table)) => target.insert(table, row).await?,
            (Record::TableEnd(written), Some(table)) => {
                if target.end_table(table).await? != written {
                    let name = &table.name;
                    return Err(BackupFailure::Damaged(format!(
                        "table '{name}' did not arrive as it was written"
                    )));
                }
                loaded.tables += 1;
                loaded.rows += written.rows;
                tokio::task::yield_now().await;
            }
            (Record::End { .. }, _) => {}
            // The decoder lets no record come out of place.
            (_, None) => return Err(BackupError::Content("a row without a table".to_owned()).into()),
        }
    }
    if loaded.tables != target.tables().len() as u64 {
        return Err(BackupFailure::Damaged("the backup does not hold every table".to_owned()));
    }
    target.finish().await?;
    Ok(loaded)
}
