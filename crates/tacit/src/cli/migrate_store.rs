//! `tacit migrate-store`: moves a store from one engine to the other, and compares every row.

use std::path::Path;

use tacit_store::{
    Database, Settings as Place, StoreError,
    copy::{Loader, Snapshot},
};

use super::{
    backup::{runtime, seconds},
    backup_arguments::MigrateStoreArguments,
    config,
    failure::{Failure, Kind},
    filling::{self, Filling},
    log, start, terminal,
};
use crate::app::Clock;

/// How much was moved.
struct Moved {
    tables: u64,
    rows: u64,
}

/// Moves the store.
pub(super) fn run(flags: MigrateStoreArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags.server, file)?;
    log::start_of_command(&settings)?;
    let (from, to) = (config::store(&flags.from)?, config::store(&flags.to)?);
    let clock = Clock::system();
    let begun = clock.uptime();
    let moved = runtime()?.block_on(migrate(&from, &to))?;
    terminal::line(&format!(
        "{} tables and {} rows are in {} as they are in {}: every row was read again on both sides, in {} s",
        moved.tables,
        moved.rows,
        start::describe(&to),
        start::describe(&from),
        seconds(clock.uptime() - begun)
    ));
    terminal::line(
        "Start the servers on the new database, with the same root key; the old one was not changed.",
    );
    Ok(())
}

async fn migrate(from: &Place, to: &Place) -> Result<Moved, Failure> {
    let unreadable = |error: StoreError| start::database_failure(&error, from);
    if let Place::Sqlite(path) = from
        && !path.exists()
    {
        return Err(Failure::new(Kind::Database, format!("there is no {}", path.display()), "check --from"));
    }
    // Open, so that no server starts on it.
    let source = Database::open_as_it_is(from).map_err(unreadable)?;
    let mut snapshot = Snapshot::of(&source).await.map_err(unreadable)?;
    if snapshot.other_connections().await.map_err(unreadable)? > 0 {
        return Err(filling::in_use(from));
    }
    let filling = Filling::open(to, false).await?;
    let unwritable = |error: StoreError| start::database_failure(&error, to);
    let mut loader =
        Loader::begin(filling.database(), snapshot.schema_version(), false).await.map_err(unwritable)?;
    let mut moved = Moved { tables: 0, rows: 0 };
    for table in snapshot.tables().to_vec() {
        let target = loader.table(&table.name, &table.columns).map_err(unwritable)?;
        let mut rows = snapshot.rows(&table).await.map_err(unreadable)?;
        loop {
            let page = rows.next().await.map_err(unreadable)?;
            if page.is_empty() {
                break;
            }
            for row in page {
                loader.insert(&target, row).await.map_err(unwritable)?;
            }
        }
        let arrived = loader.end_table(&target).await.map_err(unwritable)?;
        if arrived != snapshot.digest(&table).await.map_err(unreadable)? {
            return Err(Failure::failed(
                format!("table '{}' did not arrive as it is in {}", table.name, start::describe(from)),
                "nothing was kept; please report this",
            ));
        }
        moved.tables += 1;
        moved.rows += arrived.rows;
    }
    loader.finish().await.map_err(unwritable)?;
    filling.keep().await?;
    Ok(moved)
}
