//! PostgreSQL 14 and later: a pool, prepared statements, ordinary transactions.

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio_postgres::{error::SqlState, types::ToSql};

use super::{Cells, Changes, Columns, FromRow, Row, postgres_tls};
use crate::{
    error::{Result, StoreError},
    revisions::Revisions,
    value::Value,
};

/// Connections a node opens at most. PostgreSQL's default allows 100 for all nodes together.
const CONNECTIONS_MAX: usize = 16;
/// How long a request waits for a connection before it is told to try later.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a statement may take. A network that loses every packet would let it wait for ever, and all connections with
/// it; no statement of a request comes near.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What connections are called, unless the address says otherwise.
const APPLICATION_NAME: &str = "tacit";
/// What a transaction is told that began before a newer node changed the schema.
const OUTDATED: &str = "the schema was changed by a newer release";

/// A pool of connections to one server.
#[derive(Clone)]
pub(super) struct Postgres(Pool);

impl Postgres {
    /// Reads the address. Connecting happens with the first statement.
    pub(super) fn open(url: &str) -> Result<Self> {
        let mut address = postgres_tls::read(url)?;
        if address.config.get_application_name().is_none() {
            // By which one finds out whether a server is running.
            address.config.application_name(APPLICATION_NAME);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let timeouts = Timeouts { wait: Some(WAIT_MAX), create: Some(WAIT_MAX), recycle: Some(WAIT_MAX) };
        Pool::builder(Manager::from_config(address.config, address.connector, recycling))
            .max_size(CONNECTIONS_MAX)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map(Self)
            .map_err(|error| StoreError::Setting(error.to_string()))
    }

    /// A connection outside a transaction.
    pub(super) async fn connection(&self) -> Result<Session> {
        let client = Some(self.0.get().await?);
        Ok(Session { client, in_transaction: false, is_silent: AtomicBool::new(false) })
    }

    /// A connection that sees one moment.
    pub(super) async fn snapshot(&self) -> Result<Session> {
        let mut session = self.connection().await?;
        session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        session.in_transaction = true;
        Ok(session)
    }

    /// A connection with an open transaction.
    pub(super) async fn begin(&self) -> Result<Session> {
        let mut session = self.connection().await?;
        session.answered(session.batch("BEGIN")).await?;
        session.in_transaction = true;
        Ok(session)
    }
}

/// A connection on loan.
pub(super) struct Session {
    client: Option<Object>,
    in_transaction: bool,
    /// A statement was given up, so that nobody knows what the connection does.
    is_silent: AtomicBool,
}

impl Session {
    pub(super) fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| StoreError::Failure("the connection is gone".to_owned()))
    }

    /// Runs a statement.
    pub(super) async fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        let client = self.client()?;
        let executed = async {
            let statement = client.prepare_cached(sql).await?;
            Ok(client.execute(&statement, &borrowed(parameters)).await?)
        };
        self.answered(executed).await
    }

    /// Runs a statement and reads its rows.
    pub(super) async fn fetch<T: FromRow>(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<T>> {
        let rows = self.rows(sql, parameters).await?;
        let columns = Columns::default();
        let read = |row| {
            columns.begin_row();
            T::from_row(&Row { cells: Cells::Postgres(row), columns: &columns })
        };
        rows.iter().map(read).collect()
    }

    /// Runs a statement and shows its rows.
    pub(super) async fn for_each(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        visit: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        let rows = self.rows(sql, parameters).await?;
        let columns = Columns::default();
        for row in &rows {
            columns.begin_row();
            visit(&Row { cells: Cells::Postgres(row), columns: &columns })?;
        }
        Ok(())
    }

    async fn rows(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>> {
        self.answered(self.rows_patiently(sql, parameters)).await
    }

    async fn rows_patiently(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>> {
        let client = self.client()?;
        match query(client, sql, parameters).await {
            Err(error) if is_outdated(&error) => {
                forget_statements(client);
                if self.in_transaction {
                    // It is lost. The next try will find new statements.
                    return Err(StoreError::Unavailable(OUTDATED.to_owned()));
                }
                Ok(query(client, sql, parameters).await?)
            }
            result => Ok(result?),
        }
    }

    /// What the server answers, if it does in time.
    async fn answered<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        if let Ok(result) = tokio::time::timeout(ANSWER_MAX, answer).await {
            return result;
        }
        self.is_silent.store(true, Ordering::Relaxed);
        let cause = format!("PostgreSQL did not answer within {} s", ANSWER_MAX.as_secs());
        Err(StoreError::Unavailable(cause))
    }

    /// Runs statements without parameters, however long they take: migrations may.
    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        Ok(self.client()?.batch_execute(sql).await?)
    }

    /// Moves the number of the rights and returns it.
    async fn raise_rights(&self) -> Result<i64> {
        let sql =
            "UPDATE rights_revisions SET revision = revision + 1 WHERE id = 1 RETURNING revision AS number";
        let numbers: Vec<i64> = self.fetch(sql, &[]).await?;
        numbers.first().copied().ok_or_else(|| StoreError::Failure("the rights have no revision".to_owned()))
    }

    /// Ends the transaction with `COMMIT` or `ROLLBACK`.
    pub(super) async fn finish(mut self, sql: &str) -> Result<()> {
        self.answered(self.batch(sql)).await?;
        self.in_transaction = false;
        Ok(())
    }
}

/// Commits, and lets this node's caches know. Other nodes see the number of the rights move.
///
/// The row of that number is locked last and until the commit only, so nobody waits for each other here.
pub(super) async fn commit(session: Session, changes: &Changes, revisions: &Revisions) -> Result<()> {
    let stored_rights = if changes.rights { Some(session.raise_rights().await?) } else { None };
    let result = session.finish("COMMIT").await;
    // Without an answer it may be durable all the same.
    revisions.committed(changes, stored_rights.filter(|_| result.is_ok()));
    result
}

async fn query(
    client: &Object,
    sql: &str,
    parameters: &[Value<'_>],
) -> std::result::Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let statement = client.prepare_cached(sql).await?;
    client.query(&statement, &borrowed(parameters)).await
}

/// Whether a newer node has added a column to a table since the statement was prepared.
fn is_outdated(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED)
}

/// Forgets what is prepared, on all connections: the others would fail in the same way.
fn forget_statements(client: &Object) {
    if let Some(pool) = Object::pool(client) {
        pool.manager().statement_caches.clear();
    }
}

/// A transaction that was abandoned half-way must not go back to the pool: closing the connection
/// rolls it back. Nor must a connection that does not answer.
impl Drop for Session {
    fn drop(&mut self) {
        if (self.in_transaction || *self.is_silent.get_mut())
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

/// Parameters as the driver takes them.
pub(super) fn borrowed<'a>(parameters: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
