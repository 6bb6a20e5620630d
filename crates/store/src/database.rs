//! The two engines behind one connection type. No other file knows which one runs.
//!
//! SQL is written once, with `$1`-style parameters; SQLite gets `?1`. Reads on SQLite run inline on
//! a pool of connections. Writes go through one connection with group commit (`sqlite.rs`); on
//! PostgreSQL a write is an ordinary transaction.

mod changes;
mod columns;
mod migrate;
mod postgres;
mod postgres_tls;
mod row;
mod settings;
mod sqlite;
mod tables;
mod whole;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tacit_core::id::ProjectId;
use tokio::task::JoinHandle;

pub(crate) use changes::Changes;
pub use changes::{HARMLESS, RIGHTS};
use columns::Columns;
pub(crate) use migrate::{prepare_migrations, refuse_newer, up_to as migrate_to};
pub(crate) use row::Cells;
pub use row::{FromRow, Row};
pub use settings::Settings;
pub(crate) use tables::Position;
pub use tables::Table;

use crate::{
    error::{Result, StoreError},
    revisions::Revisions,
    value::Value,
};

/// A database on either engine. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    revisions: Arc<Revisions>,
    statements: Arc<AtomicU64>,
    moments: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Database {
    /// Opens the database and brings its schema up to date, under a lock, so that several nodes may
    /// start together.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if another server holds the SQLite file, [`StoreError::Newer`] if the
    /// schema is newer than this release, [`StoreError::Unavailable`] if it cannot be reached.
    pub async fn open(settings: &Settings) -> Result<Self> {
        let database = Self::open_as_it_is(settings)?;
        migrate::run(&database).await?;
        Ok(database)
    }

    /// Opens the database and leaves its schema as it is, for filling it by [`Loader`](crate::copy::Loader).
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_as_it_is(settings: &Settings) -> Result<Self> {
        let is_alone = matches!(settings, Settings::Sqlite(_));
        let revisions = Arc::new(Revisions::new(is_alone));
        let engine = match settings {
            Settings::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(path, Arc::clone(&revisions))?),
            Settings::Postgres(url) => Engine::Postgres(postgres::Postgres::open(url)?),
        };
        Ok(Self { engine, revisions, statements: Arc::default(), moments: Arc::default() })
    }

    /// Opens a database to look at it, also while a server runs: nothing is migrated, and on SQLite nothing can
    /// be written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if it cannot be reached, is not there or is of an older release,
    /// [`StoreError::Newer`] if it is of a newer one.
    pub async fn open_to_read(settings: &Settings) -> Result<Self> {
        let revisions = Arc::new(Revisions::new(false));
        let engine = match settings {
            Settings::Sqlite(path) => {
                Engine::Sqlite(sqlite::Sqlite::open_to_read(path, Arc::clone(&revisions))?)
            }
            Settings::Postgres(url) => Engine::Postgres(postgres::Postgres::open(url)?),
        };
        let database = Self { engine, revisions, statements: Arc::default(), moments: Arc::default() };
        migrate::require_newest(&database).await?;
        Ok(database)
    }

    /// The version of the schema: that of this release, since opening brings it there.
    #[must_use]
    pub fn schema_version(&self) -> i64 {
        migrate::newest_version()
    }

    /// The name of the engine, for people.
    #[must_use]
    pub const fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Whether no other process writes to it, as nobody else may to an open SQLite file.
    #[must_use]
    pub const fn is_of_one_process(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// How far rights and projects have come.
    #[must_use]
    pub fn revisions(&self) -> &Revisions {
        &self.revisions
    }

    /// How many statements ran since the database was opened.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// A connection for reading. On SQLite all its statements see one moment; on PostgreSQL each
    /// sees what was committed before it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if there is none to be had.
    pub async fn read(&self) -> Result<Connection> {
        Ok(self.counted(match &self.engine {
            Engine::Sqlite(sqlite) => Inner::SqliteRead(sqlite.reader()?),
            Engine::Postgres(postgres) => Inner::Postgres(postgres.connection().await?),
        }))
    }

    /// Starts a transaction. Its statements are kept only by [`Transaction::commit`].
    ///
    /// On SQLite nothing else may be awaited between here and the end: everybody who writes waits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction> {
        let connection = self.counted(match &self.engine {
            Engine::Sqlite(sqlite) => Inner::SqliteWrite(sqlite.begin().await?),
            Engine::Postgres(postgres) => Inner::Postgres(postgres.begin().await?),
        });
        Ok(Transaction { connection, revisions: Arc::clone(&self.revisions) })
    }

    /// Runs a task that writes, to its end even if nobody waits for it any more. On SQLite it runs on the
    /// thread of the writer, where those who write at once share a COMMIT.
    pub fn spawn_write<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.spawn(task),
            Engine::Postgres(_) => tokio::spawn(task),
        }
    }

    fn counted(&self, inner: Inner) -> Connection {
        Connection {
            inner,
            changes: Changes::default(),
            statements: Arc::clone(&self.statements),
            number: self.moments.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// The moment that a connection or a transaction sees, for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(u64);

/// A connection or the inside of a transaction, on either engine.
pub struct Connection {
    inner: Inner,
    changes: Changes,
    statements: Arc<AtomicU64>,
    /// No other connection or transaction of the database has it.
    number: u64,
}

enum Inner {
    SqliteRead(sqlite::Reader),
    SqliteWrite(sqlite::Write),
    Postgres(postgres::Session),
}

impl Connection {
    /// Notes the revision that a project has after this transaction.
    pub(crate) fn note_revision(&mut self, project: &ProjectId, revision: i64) {
        self.forget_revision(project);
        self.changes.projects.push((project.clone(), revision));
    }

    /// Whether all statements see one moment, as opposed to each what was committed before it.
    #[must_use]
    pub const fn sees_one_moment(&self) -> bool {
        match self.inner {
            Inner::SqliteRead(_) | Inner::SqliteWrite(_) => true,
            Inner::Postgres(_) => false,
        }
    }

    /// What stands for the one moment that all statements see: while it stays the same, nobody's rights
    /// have changed for who looks here. None where each statement sees what was committed before it, and
    /// once this transaction changes rights itself.
    #[must_use]
    pub const fn moment(&self) -> Option<Moment> {
        if self.sees_one_moment() && !self.changes.rights { Some(Moment(self.number)) } else { None }
    }

    /// Forgets a revision that was noted.
    pub(crate) fn forget_revision(&mut self, project: &ProjectId) {
        self.changes.projects.retain(|(id, _)| id != project);
    }

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`] for a duplicate key; otherwise only if the database fails.
    pub async fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.changes.note(sql);
        match &mut self.inner {
            Inner::SqliteRead(reader) => sqlite::execute(reader, sql, parameters),
            Inner::SqliteWrite(write) => sqlite::execute(write, sql, parameters),
            Inner::Postgres(session) => session.execute(sql, parameters).await,
        }
    }

    /// Runs a statement and reads all its rows.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`].
    pub async fn fetch_all<T: FromRow>(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<T>> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.note_write(sql);
        match &mut self.inner {
            Inner::SqliteRead(reader) => sqlite::fetch(reader, sql, parameters),
            Inner::SqliteWrite(write) => sqlite::fetch(write, sql, parameters),
            Inner::Postgres(session) => session.fetch(sql, parameters).await,
        }
    }

    /// Runs a statement and shows each of its rows to `visit`, which need not copy what it looks at.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`], and what `visit` returns.
    pub async fn for_each(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        visit: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.note_write(sql);
        match &mut self.inner {
            Inner::SqliteRead(reader) => sqlite::for_each(reader, sql, parameters, visit),
            Inner::SqliteWrite(write) => sqlite::for_each(write, sql, parameters, visit),
            Inner::Postgres(session) => session.for_each(sql, parameters, visit).await,
        }
    }

    /// Runs a statement and reads its first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`].
    pub async fn fetch_optional<T: FromRow>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
    ) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, parameters).await?.into_iter().next())
    }

    /// Runs a statement that always has a row, such as a count or an insert with `RETURNING`.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`], and [`StoreError::Failure`] if there is no row.
    pub async fn fetch_one<T: FromRow>(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<T> {
        self.fetch_optional(sql, parameters)
            .await?
            .ok_or_else(|| StoreError::Failure("a statement that always has a row had none".to_owned()))
    }

    /// Notes what a statement that has rows changes, if this is no mere reader.
    fn note_write(&mut self, sql: &str) {
        if matches!(self.inner, Inner::SqliteWrite(_) | Inner::Postgres(_)) {
            self.changes.note(sql);
        }
    }

    /// Runs several statements without parameters: a migration.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.inner {
            Inner::SqliteRead(reader) => Ok(reader.execute_batch(sql)?),
            Inner::SqliteWrite(write) => Ok(write.execute_batch(sql)?),
            Inner::Postgres(session) => session.batch(sql).await,
        }
    }
}

/// A transaction in progress. Dropping it keeps nothing.
pub struct Transaction {
    connection: Connection,
    revisions: Arc<Revisions>,
}

impl Transaction {
    /// Makes the changes durable; returns when they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database did not confirm: then nothing was kept.
    pub async fn commit(self) -> Result<()> {
        let Connection { inner, changes, .. } = self.connection;
        match inner {
            Inner::SqliteWrite(write) => write.finish(Some(changes)).await,
            Inner::Postgres(session) => postgres::commit(session, &changes, &self.revisions).await,
            Inner::SqliteRead(_) => Ok(()),
        }
    }

    /// Forgets the changes. On SQLite it waits for the group it ran in, because what it read may
    /// have been written by a neighbour that is not durable yet (`decisions.md` 35).
    ///
    /// # Errors
    ///
    /// As [`Self::commit`].
    pub async fn rollback(self) -> Result<()> {
        match self.connection.inner {
            Inner::SqliteWrite(write) => write.finish(None).await,
            Inner::Postgres(session) => session.finish("ROLLBACK").await,
            Inner::SqliteRead(_) => Ok(()),
        }
    }
}

impl std::ops::Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl std::ops::DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
