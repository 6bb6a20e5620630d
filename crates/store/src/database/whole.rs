//! A database as one thing: at one moment, in one file.

use std::sync::Arc;

use super::{Changes, Connection, Database, Engine, Inner, Settings, postgres, sqlite};
use crate::error::Result;

impl Database {
    /// Puts all that is in a SQLite database into its one file, so that the file can be moved. Nobody else may be
    /// using it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable) if somebody is, or the disk is full.
    pub async fn settle(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.settle().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// A connection for reading whose statements all see one moment.
    pub(crate) async fn snapshot(&self) -> Result<Connection> {
        Ok(self.counted(match &self.engine {
            Engine::Sqlite(sqlite) => Inner::SqliteRead(sqlite.reader()?),
            Engine::Postgres(postgres) => Inner::Postgres(postgres.snapshot().await?),
        }))
    }

    /// The same of a database that a server may have open, without its lock.
    pub(crate) async fn snapshot_beside(settings: &Settings) -> Result<Connection> {
        let inner = match settings {
            Settings::Sqlite(path) => Inner::SqliteRead(sqlite::reader_beside(path)?),
            Settings::Postgres(url) => Inner::Postgres(postgres::Postgres::open(url)?.snapshot().await?),
        };
        Ok(Connection { inner, changes: Changes::default(), statements: Arc::default(), number: 0 })
    }
}
