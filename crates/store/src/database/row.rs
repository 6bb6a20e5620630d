//! Rows of either engine.

use super::Columns;
use crate::{
    error::{Result, StoreError},
    value::Column,
};

/// A row of either engine.
pub struct Row<'a> {
    pub(super) cells: Cells<'a>,
    pub(super) columns: &'a Columns,
}

/// What a row of either engine holds.
#[derive(Clone, Copy)]
pub enum Cells<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// Reads the column called `name`.
    ///
    /// # Errors
    ///
    /// As [`Column::read`], and [`StoreError::Failure`] if there is no such column.
    pub fn get<T: Column>(&self, name: &'static str) -> Result<T> {
        T::read(self.cells, self.columns.position(name, self.cells)?)
    }

    /// The text in the column called `name`, without a copy; `None` for NULL.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub fn text(&self, name: &'static str) -> Result<Option<&str>> {
        let position = self.columns.position(name, self.cells)?;
        match self.cells {
            Cells::Sqlite(row) => {
                Ok(row.get_ref(position)?.as_str_or_null().map_err(|error| unlike(&error))?)
            }
            Cells::Postgres(row) => Ok(row.try_get(position)?),
        }
    }

    /// The bytes in the column called `name`, without a copy.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub fn bytes(&self, name: &'static str) -> Result<&[u8]> {
        let position = self.columns.position(name, self.cells)?;
        match self.cells {
            Cells::Sqlite(row) => Ok(row.get_ref(position)?.as_blob().map_err(|error| unlike(&error))?),
            Cells::Postgres(row) => Ok(row.try_get(position)?),
        }
    }
}

fn unlike(error: &rusqlite::types::FromSqlError) -> StoreError {
    StoreError::Failure(error.to_string())
}

/// A type that a whole row can be read as.
pub trait FromRow: Sized {
    /// Reads `row`.
    ///
    /// # Errors
    ///
    /// Fails if a column is missing or of another type: a defect.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// A statement whose only column is a number called `number`.
impl FromRow for i64 {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get("number")
    }
}
