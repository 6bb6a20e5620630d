//! What the stream of a backup is made of.
//!
//! ```text
//! kind (1) || length (8) || content (length)
//! 1  table begins   name (8 + n) || for each column: kind (1) || name (8 + n)
//! 2  row            for each cell: kind (1) || content, as the kind has it
//! 3  table ends     rows (8) || sum of the digest (32)
//! 4  end            tables (8) || rows (8)
//! ```

use super::{
    BackupError, Digest, RECORD_BYTES_MAX,
    row::{Cell, Column, ColumnKind, Reader, decode_row, encode_row, malformed},
};

/// Kind and length.
const HEAD_BYTES: usize = 1 + 8;

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A table begins.
    Table {
        /// Its name.
        name: String,
        /// Its columns, in the order of the cells of the rows that follow.
        columns: Vec<Column>,
    },
    /// A row of the table that began last.
    Row(Vec<Cell>),
    /// The table that began last is complete.
    TableEnd(Digest),
    /// Everything is complete.
    End {
        /// How many tables there were.
        tables: u64,
        /// How many rows there were in all of them.
        rows: u64,
    },
}

impl Record {
    /// Adds its bytes to `out`.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(match self {
            Self::Table { .. } => 1,
            Self::Row(_) => 2,
            Self::TableEnd(_) => 3,
            Self::End { .. } => 4,
        });
        out.extend_from_slice(&[0; 8]);
        self.encode_content(out);
        let length = (out.len() - start - HEAD_BYTES) as u64;
        out[start + 1..start + HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
    }

    fn encode_content(&self, out: &mut Vec<u8>) {
        match self {
            Self::Table { name, columns } => {
                write_text(out, name);
                for column in columns {
                    out.push(column.kind.number());
                    write_text(out, &column.name);
                }
            }
            Self::Row(row) => encode_row(row, out),
            Self::TableEnd(digest) => {
                out.extend_from_slice(&digest.rows.to_be_bytes());
                out.extend_from_slice(&digest.sum);
            }
            Self::End { tables, rows } => {
                out.extend_from_slice(&tables.to_be_bytes());
                out.extend_from_slice(&rows.to_be_bytes());
            }
        }
    }

    /// Where the record at the beginning of `bytes` ends. `None` if that is not known yet.
    pub(super) fn end(bytes: &[u8]) -> Result<Option<usize>, BackupError> {
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else { return Ok(None) };
        let mut reader = Reader(&head[1..]);
        let length = usize::try_from(reader.number()?).ok().filter(|length| *length <= RECORD_BYTES_MAX);
        let end = HEAD_BYTES + length.ok_or_else(|| malformed("a record is too large"))?;
        Ok((bytes.len() >= end).then_some(end))
    }

    /// Reads a whole record. A row is one of a table with these columns.
    pub(super) fn decode(bytes: &[u8], columns: &[Column]) -> Result<Self, BackupError> {
        let mut reader = Reader(bytes);
        let kind = reader.byte()?;
        reader.number()?;
        Ok(match kind {
            1 => decode_table(&mut reader)?,
            2 => Self::Row(decode_row(reader.0, columns)?),
            3 => {
                let digest = Digest { rows: reader.number()?, sum: reader.array()? };
                reader.end()?;
                Self::TableEnd(digest)
            }
            4 => {
                let (tables, rows) = (reader.number()?, reader.number()?);
                reader.end()?;
                Self::End { tables, rows }
            }
            _ => return Err(malformed("a record of an unknown kind")),
        })
    }
}

fn decode_table(reader: &mut Reader<'_>) -> Result<Record, BackupError> {
    let name = reader.text()?;
    let mut columns = Vec::new();
    while !reader.0.is_empty() {
        let kind = ColumnKind::from_number(reader.byte()?)
            .ok_or_else(|| malformed("a column of an unknown kind"))?;
        columns.push(Column { kind, name: reader.text()? });
    }
    Ok(Record::Table { name, columns })
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}
