//! Copying a whole store: every row of every table at one moment, and putting them into another store.
//!
//! Used by backups and by moving from one engine to the other. Which tables and columns there are is asked of
//! the schema (`database/tables.rs`), so that a new one is copied without being listed anywhere.

mod loader;

use tacit_core::backup::{Cell, Digest};

pub use loader::Loader;

pub use crate::database::Table;
use crate::{
    Connection, Database, Settings,
    database::Position,
    error::{Result, StoreError},
    instance::{self, InstanceRow},
};

/// A store at one moment, however much is written meanwhile.
pub struct Snapshot {
    db: Connection,
    tables: Vec<Table>,
    schema_version: i64,
}

/// A table that is being read.
pub struct Rows<'a> {
    db: &'a mut Connection,
    table: Table,
    position: Position,
}

impl Snapshot {
    /// Takes one of an open store.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn of(database: &Database) -> Result<Self> {
        Self::new(database.snapshot().await?).await
    }

    /// Takes one of a store that a server may have open, or none. Nothing is written, and no lock is taken.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if there is none there, [`StoreError::Newer`] if a newer release wrote it.
    pub async fn beside(settings: &Settings) -> Result<Self> {
        Self::new(Database::snapshot_beside(settings).await?).await
    }

    async fn new(mut db: Connection) -> Result<Self> {
        if !db.table_names().await?.iter().any(|name| name == "instance") {
            return Err(StoreError::Unavailable("there is no store of Tacit in it".to_owned()));
        }
        let sql = "SELECT MAX(version) AS number FROM schema_migrations";
        let schema_version = db.fetch_one(sql, &[]).await?;
        crate::database::refuse_newer(schema_version)?;
        Ok(Self { tables: db.tables().await?, schema_version, db })
    }

    /// The version of its schema.
    #[must_use]
    pub const fn schema_version(&self) -> i64 {
        self.schema_version
    }

    /// Its tables, each after those that its rows refer to.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The instance it is of; none if no server has used the database yet.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn instance(&mut self) -> Result<Option<InstanceRow>> {
        instance::find(&mut self.db).await
    }

    /// How many other processes have the database open, as far as it tells: servers, on PostgreSQL.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn other_connections(&mut self) -> Result<i64> {
        self.db.other_connections().await
    }

    /// Begins to read a table.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn rows(&mut self, table: &Table) -> Result<Rows<'_>> {
        Rows::open(&mut self.db, table).await
    }

    /// What the rows of a table are compared by.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn digest(&mut self, table: &Table) -> Result<Digest> {
        digest(&mut self.db, table).await
    }
}

impl<'a> Rows<'a> {
    async fn open(db: &'a mut Connection, table: &Table) -> Result<Self> {
        let position = db.open_rows(table).await?;
        Ok(Self { db, table: table.clone(), position })
    }

    /// The next rows, whose cells are in the order of the table's columns; none at the end.
    ///
    /// # Errors
    ///
    /// Fails only if the database does, or holds what no column may.
    pub async fn next(&mut self) -> Result<Vec<Vec<Cell>>> {
        self.db.next_rows(&self.table, &mut self.position).await
    }
}

/// Whether a database is that of an instance, whatever the version of its schema.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn has_instance(database: &Database) -> Result<bool> {
    holds_instance(&mut database.snapshot().await?).await
}

/// How many other processes have a database open, as far as it tells: servers, on PostgreSQL.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn other_connections(database: &Database) -> Result<i64> {
    database.snapshot().await?.other_connections().await
}

async fn holds_instance(db: &mut Connection) -> Result<bool> {
    if !db.table_names().await?.iter().any(|name| name == "instance") {
        return Ok(false);
    }
    Ok(db.fetch_one::<i64>("SELECT COUNT(*) AS number FROM instance", &[]).await? > 0)
}

async fn digest(db: &mut Connection, table: &Table) -> Result<Digest> {
    let mut rows = Rows::open(db, table).await?;
    let (mut digest, mut buffer) = (Digest::default(), Vec::new());
    loop {
        let page = rows.next().await?;
        if page.is_empty() {
            return Ok(digest);
        }
        for row in &page {
            digest.add(row, &mut buffer);
        }
    }
}
