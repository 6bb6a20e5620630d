//! SQLite's writing connection, and the thread that it works on (`decisions.md` 35).
//!
//! A transaction is a savepoint. All savepoints since the last COMMIT are a group: they share one COMMIT
//! and so one wait for the disk. Whoever opens a group orders its COMMIT from the writer's thread, which
//! first runs what is ready to write. So the next group gathers by itself while the disk is busy with this
//! one, and who writes alone waits for nobody. Nobody is answered before the COMMIT.

use std::{ops::Deref, sync::Arc, thread};

use tokio::{
    runtime::{Builder, Handle},
    sync::{Mutex, OwnedMutexGuard, oneshot, watch},
    task::{JoinHandle, yield_now},
};

use crate::{
    database::Changes,
    error::{Result, StoreError},
    revisions::Revisions,
};

/// Steps of use cases that the thread does at most before it commits: about as many transactions are in a
/// group.
const GROUP_STEPS_MAX: u32 = 64;

/// The thread of the writing connection. It ends with the last clone.
///
/// It does nothing but writing, so it may wait for the disk, and what it writes is near in its caches.
#[derive(Clone)]
pub(super) struct WriterThread {
    runtime: Handle,
    _running: Arc<oneshot::Sender<()>>,
}

impl WriterThread {
    /// Starts it.
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().event_interval(GROUP_STEPS_MAX).build()?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel();
        thread::Builder::new().name("sqlite-writer".to_owned()).spawn(move || runtime.block_on(ended))?;
        Ok(Self { runtime: handle, _running: Arc::new(running) })
    }

    /// Runs a task that writes.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(task)
    }

    /// Commits the present group once all tasks have run that are ready.
    fn order_commit(&self, writer: Arc<Mutex<Writer>>) {
        self.spawn(async move {
            yield_now().await;
            writer.lock().await.commit();
        });
    }
}

/// The writing connection and the group that waits for its COMMIT.
pub(super) struct Writer {
    connection: rusqlite::Connection,
    group: Option<Group>,
    revisions: Arc<Revisions>,
}

/// Transactions that will share a COMMIT.
struct Group {
    /// Becomes `Some(true)` when they are durable, `Some(false)` when all are lost.
    outcome: watch::Sender<Option<bool>>,
    size: usize,
    /// What those of them changed that are kept.
    changes: Changes,
}

impl Group {
    fn open() -> Self {
        Self { outcome: watch::channel(None).0, size: 0, changes: Changes::default() }
    }
}

/// A savepoint on the writing connection, held by one use case.
pub(in crate::database) struct Write(Option<OwnedMutexGuard<Writer>>);

impl Deref for Write {
    type Target = rusqlite::Connection;

    #[expect(clippy::expect_used, reason = "only finish and drop, which consume it, take the writer out")]
    fn deref(&self) -> &rusqlite::Connection {
        &self.0.as_ref().expect("a write has the writer until it ends").connection
    }
}

impl Write {
    /// Waits for the connection, in a fair queue, and opens a savepoint on it.
    pub(super) async fn begin(writer: &Arc<Mutex<Writer>>, thread: &WriterThread) -> Result<Self> {
        let mut guard = Arc::clone(writer).lock_owned().await;
        if guard.open_group()? {
            thread.order_commit(Arc::clone(writer));
        }
        guard.run("SAVEPOINT use_case")?;
        Ok(Self(Some(guard)))
    }

    /// Ends the savepoint and waits until the group is durable. It is kept with what it changed, or not.
    pub(in crate::database) async fn finish(mut self, kept: Option<Changes>) -> Result<()> {
        let Some(mut writer) = self.0.take() else { return Ok(()) };
        let ended = writer.end_savepoint(kept);
        let outcome = writer.group.as_ref().map(|group| group.outcome.subscribe());
        drop(writer);
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
        let Some(mut writer) = self.0.take() else { return };
        if let Err(error) = writer.end_savepoint(None) {
            tracing::error!(%error, "an abandoned write could not be rolled back");
        }
    }
}

impl Writer {
    /// A writer that has written nothing yet.
    pub(super) const fn new(connection: rusqlite::Connection, revisions: Arc<Revisions>) -> Self {
        Self { connection, group: None, revisions }
    }

    /// Changes the mode of the journal and says which it is then.
    pub(super) fn set_journal_mode(&self, mode: &str) -> Result<String> {
        Ok(self.connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get(0))?)
    }

    /// Opens a group if none is open, and says whether it did.
    fn open_group(&mut self) -> Result<bool> {
        self.drop_lost_group();
        if self.group.is_some() {
            return Ok(false);
        }
        self.run("BEGIN IMMEDIATE")?;
        self.group = Some(Group::open());
        Ok(true)
    }

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
