//! SQLite: readers inline, one writer with group commit (`sqlite/writer.rs`, `decisions.md` 35).

mod writer;

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    ops::Deref,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::OpenFlags;
use tokio::task::JoinHandle;

pub(super) use self::writer::Write;
use self::writer::{Writer, WriterThread};
use super::{Cells, Columns, FromRow, Row};
use crate::{
    error::{Result, StoreError},
    revisions::Revisions,
    value::Value,
};

/// Reading connections kept open when idle.
const IDLE_READERS_MAX: usize = 8;
/// Pages of the database that the writing connection keeps in memory at most, in KiB. They must hold what
/// a group changes, or it is written early; SQLite's 2 MiB hold about forty writes of a large database.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// Pages of 4 KiB in the write-ahead log after which they are copied into the database file, which waits
/// for the disk twice. SQLite's 1,000 pages are a few groups of writes; these are 16 MiB.
const CHECKPOINT_PAGES: i64 = 4_000;
/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 256;

/// An open SQLite file.
#[derive(Clone)]
pub(super) struct Sqlite {
    path: PathBuf,
    readers: Arc<Mutex<Vec<rusqlite::Connection>>>,
    writer: Arc<tokio::sync::Mutex<Writer>>,
    thread: WriterThread,
    /// Held for as long as the database is open: one server per file (`decisions.md` 36).
    _lock: Option<Arc<File>>,
}

impl Sqlite {
    /// Opens the file, making it with mode 0600 in an existing folder.
    pub(super) fn open(path: &Path, revisions: Arc<Revisions>) -> Result<Self> {
        let lock = lock_beside(path)?;
        create_private(path)?;
        let connection = connect(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        let thread = WriterThread::start().map_err(|error| unavailable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::default(),
            writer: Arc::new(tokio::sync::Mutex::new(Writer::new(connection, revisions))),
            thread,
            _lock: Some(Arc::new(lock)),
        })
    }

    /// Opens the file, which must be there, without a way to change it.
    pub(super) fn open_to_read(path: &Path, revisions: Arc<Revisions>) -> Result<Self> {
        if !path.is_file() {
            return Err(unavailable(path, &std::io::Error::from(ErrorKind::NotFound)));
        }
        let thread = WriterThread::start().map_err(|error| unavailable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::default(),
            writer: Arc::new(tokio::sync::Mutex::new(Writer::new(connect_for_reading(path)?, revisions))),
            thread,
            _lock: None,
        })
    }

    /// A reading connection: an idle one, else a new one.
    pub(super) fn reader(&self) -> Result<Reader> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| connect_for_reading(&self.path), Ok)?;
        // One snapshot for all its statements, and one lock instead of one each.
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Reader { connection: Some(connection), home: Arc::clone(&self.readers) })
    }

    /// Ends the write-ahead log: everything is in the one file then.
    pub(super) async fn settle(&self) -> Result<()> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mode = self.writer.lock().await.set_journal_mode("DELETE")?;
        if mode == "delete" { Ok(()) } else { Err(StoreError::Unavailable("the file is in use".to_owned())) }
    }

    /// Runs a task that writes on the writer's thread.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.thread.spawn(task)
    }

    /// Waits for the writing connection and opens a savepoint on it.
    pub(super) async fn begin(&self) -> Result<Write> {
        Write::begin(&self.writer, &self.thread).await
    }
}

/// A reading connection on loan; it goes back when dropped.
pub(super) struct Reader {
    connection: Option<rusqlite::Connection>,
    home: Arc<Mutex<Vec<rusqlite::Connection>>>,
}

impl Deref for Reader {
    type Target = rusqlite::Connection;

    #[expect(clippy::expect_used, reason = "only drop takes the connection out")]
    fn deref(&self) -> &rusqlite::Connection {
        self.connection.as_ref().expect("a reader has its connection until it is dropped")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if end_snapshot(&connection).is_err() {
            return;
        }
        let mut idle = self.home.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS_MAX {
            idle.push(connection);
        }
    }
}

/// A reading connection to a file that another process may have open, without its lock.
pub(super) fn reader_beside(path: &Path) -> Result<Reader> {
    // Reading a file in WAL mode writes to the `-shm` beside it, so it is not opened for reading only.
    let connection = rusqlite::Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.prepare_cached("BEGIN")?.execute([])?;
    Ok(Reader { connection: Some(connection), home: Arc::default() })
}

/// Runs a statement.
pub(super) fn execute(connection: &rusqlite::Connection, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let changed = statement.execute(rusqlite::params_from_iter(parameters))?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Runs a statement and reads its rows.
pub(super) fn fetch<T: FromRow>(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value<'_>],
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let (columns, mut all) = (Columns::default(), Vec::new());
    while let Some(row) = rows.next()? {
        columns.begin_row();
        all.push(T::from_row(&Row { cells: Cells::Sqlite(row), columns: &columns })?);
    }
    Ok(all)
}

/// Runs a statement and shows its rows.
pub(super) fn for_each(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value<'_>],
    visit: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
) -> Result<()> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let columns = Columns::default();
    while let Some(row) = rows.next()? {
        columns.begin_row();
        visit(&Row { cells: Cells::Sqlite(row), columns: &columns })?;
    }
    Ok(())
}

/// `$1` is a parameter's number on PostgreSQL but its *name* on SQLite, where `?1` is the number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn connect(path: &Path) -> Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    configure(&connection)?;
    Ok(connection)
}

fn configure(connection: &rusqlite::Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A statement that adds many rows keeps its undo in memory instead of in a file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

fn end_snapshot(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("COMMIT")?.execute([]).map(drop)
}

fn connect_for_reading(path: &Path) -> Result<rusqlite::Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Makes the file if it is not there, for its owner only. SQLite would let everybody read it, and
/// gives its other files (`-wal`, `-shm`) the mode of this one.
fn create_private(path: &Path) -> Result<()> {
    match File::options().create_new(true).write(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(unavailable(path, &error)),
        _ => Ok(()),
    }
}

/// Locks `<path>.lock`. An exclusive SQLite mode would shut out our own readers.
fn lock_beside(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(name)
        .map_err(|error| unavailable(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(unavailable(path, &error)),
    }
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}
