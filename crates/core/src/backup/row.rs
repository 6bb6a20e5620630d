//! Rows as they are copied: typed cells, the same from either engine.

use super::BackupError;

/// What a column holds: there is no other kind in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// TEXT.
    Text,
    /// BIGINT.
    Integer,
    /// BOOLEAN.
    Boolean,
    /// BYTEA.
    Bytes,
}

impl ColumnKind {
    /// Each kind, at the place of its number in a file.
    const ALL: [Self; 4] = [Self::Text, Self::Integer, Self::Boolean, Self::Bytes];

    pub(super) fn number(self) -> u8 {
        let number = Self::ALL.iter().position(|kind| *kind == self);
        number.and_then(|number| u8::try_from(number).ok()).unwrap_or_default()
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds, beside NULL.
    pub kind: ColumnKind,
}

/// What one column of one row holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// NULL, in a column of any kind.
    Null,
    /// Text.
    Text(String),
    /// A number.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// Whether a column of this kind may hold it.
    #[must_use]
    pub const fn fits(&self, kind: ColumnKind) -> bool {
        matches!(
            (self, kind),
            (Self::Null, _)
                | (Self::Text(_), ColumnKind::Text)
                | (Self::Integer(_), ColumnKind::Integer)
                | (Self::Boolean(_), ColumnKind::Boolean)
                | (Self::Bytes(_), ColumnKind::Bytes)
        )
    }

    /// How much it takes in memory beside its fixed size, in bytes.
    #[must_use]
    pub const fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Null | Self::Integer(_) | Self::Boolean(_) => 0,
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(0),
            Self::Text(text) => write_long(out, 1, text.as_bytes()),
            Self::Integer(number) => {
                out.push(2);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Boolean(false) => out.push(3),
            Self::Boolean(true) => out.push(4),
            Self::Bytes(bytes) => write_long(out, 5, bytes),
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, BackupError> {
        Ok(match reader.byte()? {
            0 => Self::Null,
            1 => Self::Text(reader.text()?),
            2 => Self::Integer(i64::from_be_bytes(reader.array()?)),
            3 => Self::Boolean(false),
            4 => Self::Boolean(true),
            5 => Self::Bytes(reader.long()?.to_vec()),
            _ => return Err(malformed("a cell of an unknown kind")),
        })
    }
}

/// The bytes of a row: its cells one after the other, so that no two rows share theirs.
pub(super) fn encode_row(row: &[Cell], out: &mut Vec<u8>) {
    for cell in row {
        cell.encode(out);
    }
}

/// Reads a row of a table with these columns.
pub(super) fn decode_row(bytes: &[u8], columns: &[Column]) -> Result<Vec<Cell>, BackupError> {
    let mut reader = Reader(bytes);
    let mut row = Vec::with_capacity(columns.len());
    for column in columns {
        let cell = Cell::decode(&mut reader)?;
        if !cell.fits(column.kind) {
            return Err(malformed("a cell is not of its column's kind"));
        }
        row.push(cell);
    }
    reader.end().map(|()| row)
}

fn write_long(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

pub(super) fn malformed(what: &str) -> BackupError {
    BackupError::Content(what.to_owned())
}

/// Reads pieces from the beginning of bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], BackupError> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| malformed("a record is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BackupError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(|| malformed("a record is too short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, BackupError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, BackupError> {
        self.array().map(u64::from_be_bytes)
    }

    /// Bytes with their length before them.
    pub(super) fn long(&mut self) -> Result<&'a [u8], BackupError> {
        let length = usize::try_from(self.number()?).map_err(|_| malformed("a length is too large"))?;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<String, BackupError> {
        let text = str::from_utf8(self.long()?).map_err(|_| malformed("a text is not UTF-8"))?;
        Ok(text.to_owned())
    }

    pub(super) fn end(&self) -> Result<(), BackupError> {
        if self.0.is_empty() { Ok(()) } else { Err(malformed("a record is too long")) }
    }
}
