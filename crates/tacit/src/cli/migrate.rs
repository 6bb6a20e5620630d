//! `tacit migrate`: brings the database to this release's schema, for those who do not want that to
//! happen at the start.

use std::path::Path;

use tokio::runtime::Builder;

use super::{arguments::ServerArguments, config, failure::Failure, log, start, terminal};

/// Migrates and says so.
pub(super) fn run(flags: ServerArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags, file)?;
    log::start_of_command(&settings)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start: {error}"), "check the limits of this machine")
    })?;
    let database = runtime.block_on(start::open_database(&settings))?;
    let (place, version) = (start::describe(&settings.database), database.schema_version());
    terminal::line(&format!(
        "{place} has schema version {version}, that of tacit {}",
        env!("CARGO_PKG_VERSION")
    ));
    Ok(())
}
