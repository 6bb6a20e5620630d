//! SQLite: readers inline, one writer with group commit (`decisions.md` 35).
//!
//! Everybody who writes waits in a fair queue for the one writing connection. A transaction is a
//! savepoint; when it ends, the connection goes to the next in the queue, and all savepoints since
//! the last COMMIT share one COMMIT and so one fsync. The COMMIT happens when the queue is empty,
//! after [`GROUP_SIZE_MAX`] transactions, or after [`GROUP_TIME_MAX`]. Nobody is answered before it.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    ops::Deref,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedMutexGuard, watch};

use super::{Cells, Changes, Columns, FromRow, Row};
use crate::{
    error::{Result, StoreError},
    revisions::Revisions,
    value::Value,
};

/// Transactions that share one COMMIT at most.
const GROUP_SIZE_MAX: usize = 64;
/// Time from the first transaction of a group after which it is committed at the next hand-over.
const GROUP_TIME_MAX: Duration = Duration::from_millis(2);
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
    queue: Arc<AtomicUsize>,
    /// Held for as long as the database is open: one server per file (`decisions.md` 36).
    _lock: Arc<File>,
}

/// The writing connection and the group that waits for its COMMIT.
struct Writer {
    connection: rusqlite::Connection,
    group: Option<Group>,
    revisions: Arc<Revisions>,
}

/// Transactions that will share a COMMIT.
struct Group {
    /// Becomes `Some(true)` when they are durable, `Some(false)` when all are lost.
    outcome: watch::Sender<Option<bool>>,
    size: usize,
    opened: Instant,
    /// What those of them changed that are kept.
    changes: Changes,
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
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::default(),
            writer: Arc::new(tokio::sync::Mutex::new(Writer { connection, group: None, revisions })),
            queue: Arc::default(),
            _lock: Arc::new(lock),
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

    /// Waits for the writing connection and opens a savepoint on it.
    pub(super) async fn begin(&self) -> Result<Write> {
        self.queue.fetch_add(1, Ordering::SeqCst);
        let place = QueuePlace(Arc::clone(&self.queue));
        let writer = Arc::clone(&self.writer).lock_owned().await;
        drop(place);
        let mut write = Write { writer: Some(writer), queue: Arc::clone(&self.queue) };
        write.open_savepoint()?;
        Ok(write)
    }
}

/// Counts one waiter out of the queue, also when its task is cancelled.
struct QueuePlace(Arc<AtomicUsize>);

impl Drop for QueuePlace {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
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

/// A savepoint on the writing connection, held by one use case.
pub(super) struct Write {
    writer: Option<OwnedMutexGuard<Writer>>,
    queue: Arc<AtomicUsize>,
}

impl Deref for Write {
    type Target = rusqlite::Connection;

    #[expect(clippy::expect_used, reason = "only finish and drop, which consume it, take the writer out")]
    fn deref(&self) -> &rusqlite::Connection {
        &self.writer.as_ref().expect("a write has the writer until it ends").connection
    }
}

impl Write {
    fn open_savepoint(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.drop_lost_group();
        if writer.group.is_none() {
            writer.run("BEGIN IMMEDIATE")?;
            writer.group = Some(Group::open());
        }
        Ok(writer.run("SAVEPOINT use_case")?)
    }

    /// Ends the savepoint and waits until the group is durable. It is kept with what it changed, or not.
    pub(super) async fn finish(mut self, kept: Option<Changes>) -> Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let ended = writer.end_savepoint(kept);
        let outcome = writer.group.as_ref().map(|group| group.outcome.subscribe());
        if writer.commit_is_due(&self.queue) {
            // An fsync may take long: it must not hold up this thread's other requests.
            tokio::task::spawn_blocking(move || writer.commit());
        } else {
            drop(writer);
        }
        ended?;
        let lost = || StoreError::Unavailable("the commit was not confirmed".to_owned());
        let mut outcome = outcome.ok_or_else(lost)?;
        let durable = *outcome.wait_for(Option::is_some).await.map_err(|_| lost())?;
        if durable == Some(true) { Ok(()) } else { Err(lost()) }
    }
}

/// A use case that panicked or was cancelled: its statements go, its neighbours' stay.
impl Drop for Write {
    fn drop(&mut self) {
        let Some(mut writer) = self.writer.take() else { return };
        if let Err(error) = writer.end_savepoint(None) {
            tracing::error!(%error, "an abandoned write could not be rolled back");
        }
        if writer.commit_is_due(&self.queue) {
            writer.commit();
        }
    }
}

impl Writer {
    fn end_savepoint(&mut self, kept: Option<Changes>) -> Result<()> {
        self.drop_lost_group();
        let Some(group) = &mut self.group else {
            return Err(StoreError::Unavailable("the transaction was rolled back".to_owned()));
        };
        group.size += 1;
        let is_kept = kept.is_some();
        group.changes.add(kept.unwrap_or_default());
        let undone = if is_kept { Ok(()) } else { self.run("ROLLBACK TO use_case") };
        let ended = undone.and_then(|()| self.run("RELEASE use_case"));
        if ended.is_err() && !self.connection.is_autocommit() {
            // What was refused must not go into the group's COMMIT: the whole group is lost.
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.drop_lost_group();
        Ok(ended?)
    }

    /// Runs a statement that is run for every write: prepared once.
    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// SQLite rolls a whole transaction back by itself on some errors, such as a full disk. Then
    /// everybody in the group must hear that nothing was kept.
    fn drop_lost_group(&mut self) {
        if self.connection.is_autocommit()
            && let Some(group) = self.group.take()
        {
            group.outcome.send_replace(Some(false));
        }
    }

    fn commit_is_due(&self, queue: &AtomicUsize) -> bool {
        self.group.as_ref().is_some_and(|group| {
            queue.load(Ordering::SeqCst) == 0
                || group.size >= GROUP_SIZE_MAX
                || group.opened.elapsed() >= GROUP_TIME_MAX
        })
    }

    fn commit(&mut self) {
        let Some(group) = self.group.take() else { return };
        let result = self.run("COMMIT");
        if let Err(error) = &result {
            tracing::error!(%error, transactions = group.size, "commit failed");
            if !self.connection.is_autocommit()
                && let Err(error) = self.connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "rollback after a failed commit failed");
            }
        }
        if result.is_ok() {
            self.revisions.committed(&group.changes, None);
        }
        group.outcome.send_replace(Some(result.is_ok()));
    }
}

impl Group {
    fn open() -> Self {
        Self { outcome: watch::channel(None).0, size: 0, opened: Instant::now(), changes: Changes::default() }
    }
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

/// `$1` is a parameter's number on PostgreSQL but its *name* on SQLite, where `?1` is the number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn connect(path: &Path) -> Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A statement that adds many rows keeps its undo in memory instead of in a file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
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
