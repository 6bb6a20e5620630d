//! Putting the rows of one store into another, in one transaction: all of them or none.

use tacit_core::backup::{Cell, Column, Digest};

use super::{Table, digest, holds_instance};
use crate::{
    Database, StoreError, Transaction,
    database::{migrate_to, prepare_migrations},
    error::Result,
};

/// Rows that are put in at once, at most.
const BATCH_ROWS_MAX: usize = 1024;
/// How long they may be together before they are put in, in bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Fills a store. Dropping it leaves the store as it was.
///
/// The schema is first brought to the version of the rows, and to that of this release once they are in.
pub struct Loader {
    tx: Transaction,
    tables: Vec<Table>,
    batch: Vec<Vec<Cell>>,
    batch_bytes: usize,
}

impl Loader {
    /// Begins to fill a database that no server has used, with rows of this version of the schema. If it
    /// `replaces` what is there, an instance may be: it goes, all or nothing, when this is finished.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`] if there is an instance that is not to be replaced, [`StoreError::Newer`] if
    /// this release does not know the version.
    pub async fn begin(database: &Database, schema_version: i64, replaces: bool) -> Result<Self> {
        crate::database::refuse_newer(schema_version)?;
        let mut tx = database.begin().await?;
        if !replaces && holds_instance(&mut tx).await? {
            return Err(StoreError::AlreadyExists);
        }
        // What is there has another version of the schema, or rows that the migrations made.
        for table in tx.tables().await?.iter().rev() {
            tx.drop_table(&table.name).await?;
        }
        for name in tx.table_names().await? {
            tx.drop_table(&name).await?;
        }
        prepare_migrations(&mut tx).await?;
        migrate_to(&mut tx, schema_version).await?;
        let tables = tx.tables().await?;
        for table in tables.iter().rev() {
            tx.empty_table(table).await?;
        }
        tx.defer_references(&tables).await?;
        Ok(Self { tx, tables, batch: Vec::new(), batch_bytes: 0 })
    }

    /// The table of this name, if it has these columns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failure`] if there is none: the rows are not of the version that was said.
    pub fn table(&self, name: &str, columns: &[Column]) -> Result<Table> {
        let found = self.tables.iter().find(|table| table.name == name && table.columns == columns);
        found.cloned().ok_or_else(|| {
            StoreError::Failure(format!("table '{name}' is not one of this version of the schema"))
        })
    }

    /// The tables there are at the version of the rows.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Puts a row into a table. The tables must come in the order of [`Self::tables`].
    ///
    /// # Errors
    ///
    /// Fails if the database does, or does not take the row.
    pub async fn insert(&mut self, table: &Table, row: Vec<Cell>) -> Result<()> {
        self.batch_bytes += row.iter().map(Cell::length).sum::<usize>();
        self.batch.push(row);
        if self.batch.len() >= BATCH_ROWS_MAX || self.batch_bytes >= BATCH_BYTES {
            self.flush(table).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, table: &Table) -> Result<()> {
        self.batch_bytes = 0;
        let rows = std::mem::take(&mut self.batch);
        if rows.is_empty() { Ok(()) } else { self.tx.insert_rows(table, &rows).await }
    }

    /// Ends a table, and reads it again.
    ///
    /// # Errors
    ///
    /// As [`Self::insert`].
    pub async fn end_table(&mut self, table: &Table) -> Result<Digest> {
        self.flush(table).await?;
        digest(&mut self.tx, table).await
    }

    /// Brings the schema to that of this release, and keeps everything.
    ///
    /// # Errors
    ///
    /// [`StoreError::Related`] if a row refers to one that is not there; otherwise only if the database fails.
    pub async fn finish(mut self) -> Result<()> {
        self.tx.settle_references(&self.tables).await?;
        migrate_to(&mut self.tx, i64::MAX).await?;
        self.tx.commit().await
    }
}
