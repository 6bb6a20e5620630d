//! Brings a database to the schema of this release.
//!
//! All missing migrations run in one transaction that first locks the one row of `schema_lock`, so
//! that nodes starting together do it once (`decisions.md` 36: no advisory lock). The runner is our
//! own because no library holds such a row in the migrating transaction.

use super::{Connection, Database, FromRow, Row};
use crate::{
    error::{Result, StoreError},
    migrations::MIGRATIONS,
    value::params,
};

/// Tries when several nodes create the two tables below at the very same moment, which PostgreSQL
/// refuses to all but one.
const BOOTSTRAP_TRIES: usize = 10;

struct Applied(i64);

impl FromRow for Applied {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get("version").map(Self)
    }
}

/// Runs what is missing.
pub(super) async fn run(database: &Database) -> Result<()> {
    prepare(database).await?;
    let mut tx = database.begin().await?;
    up_to(&mut tx, i64::MAX).await?;
    tx.commit().await
}

/// Runs what is missing up to a version, in the caller's transaction, which keeps other nodes waiting.
pub(crate) async fn up_to(tx: &mut Connection, last: i64) -> Result<()> {
    // Another node may be migrating for minutes.
    tx.batch("UPDATE schema_lock SET id = id WHERE id = 1").await?;
    let applied: Vec<Applied> = tx.fetch_all("SELECT version FROM schema_migrations", &[]).await?;
    refuse_newer(newest_of(&applied))?;
    for (version, name, sql) in MIGRATIONS.iter().filter(|(version, ..)| *version <= last) {
        if applied.iter().any(|row| row.0 == *version) {
            continue;
        }
        tx.batch(sql).await?;
        tx.execute("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", params![*version, *name])
            .await?;
    }
    Ok(())
}

/// Refuses a database that this release would migrate, or is too old for.
pub(super) async fn require_newest(database: &Database) -> Result<()> {
    let mut db = database.read().await?;
    let applied: Vec<Applied> = db.fetch_all("SELECT version FROM schema_migrations", &[]).await?;
    refuse_newer(newest_of(&applied))?;
    if applied.len() < MIGRATIONS.len() {
        let reason = "it is of an older release: start the server, or run tacit migrate";
        return Err(StoreError::Unavailable(reason.to_owned()));
    }
    Ok(())
}

/// The version that this release brings a database to.
pub(super) fn newest_version() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

fn newest_of(applied: &[Applied]) -> i64 {
    applied.iter().map(|row| row.0).max().unwrap_or_default()
}

/// Refuses a version of the schema that this release does not know.
pub(crate) fn refuse_newer(found: i64) -> Result<()> {
    let known = newest_version();
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(()) }
}

async fn prepare(database: &Database) -> Result<()> {
    let mut result = Ok(());
    for _ in 0..BOOTSTRAP_TRIES {
        result = create_bookkeeping(database).await;
        if result.is_ok() {
            break;
        }
    }
    result
}

async fn create_bookkeeping(database: &Database) -> Result<()> {
    let mut tx = database.begin().await?;
    prepare_migrations(&mut tx).await?;
    tx.commit().await
}

/// Makes the two tables that migrations are kept by.
pub(crate) async fn prepare_migrations(tx: &mut Connection) -> Result<()> {
    tx.batch(
        "CREATE TABLE IF NOT EXISTS schema_lock (id BIGINT PRIMARY KEY);
         CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);
         INSERT INTO schema_lock (id) VALUES (1) ON CONFLICT (id) DO NOTHING;",
    )
    .await
}
