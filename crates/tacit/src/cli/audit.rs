//! `tacit audit`: proves the audit log with nothing but the database, also while a server runs, and exports it.

mod arguments;
mod export;
mod proof;
mod verify;

use std::path::Path;

use tacit_store::{Database, StoreError};
use tokio::runtime::Builder;

pub(super) use arguments::AuditArguments;
use arguments::AuditCommand;

use super::{
    config::{self, Settings},
    failure::{Failure, Kind},
    log, start,
};
use crate::app::Error;

/// Runs the command that the arguments name.
pub(super) fn run(arguments: AuditArguments, file: Option<&Path>) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start: {error}"), "check the limits of this machine")
    })?;
    match arguments.command {
        AuditCommand::Verify(flags) => {
            let settings = settings(flags.server, file)?;
            runtime.block_on(verify::run(&settings, &flags.choice))
        }
        AuditCommand::Checkpoint(server) => {
            let settings = settings(*server, file)?;
            runtime.block_on(proof::checkpoints(&settings))
        }
        AuditCommand::Proof(flags) => {
            let settings = settings(flags.server, file)?;
            runtime.block_on(proof::print(&settings, &flags.event))
        }
        AuditCommand::Export(flags) => export::run(&flags, file),
        AuditCommand::VerifyProof(flags) => proof::check(&flags.file, &flags.key),
    }
}

fn settings(flags: super::arguments::ServerArguments, file: Option<&Path>) -> Result<Settings, Failure> {
    let settings = config::resolve(flags, file)?;
    log::start_of_command(&settings)?;
    Ok(settings)
}

async fn open(settings: &Settings) -> Result<Database, Failure> {
    Database::open_to_read(&settings.database).await.map_err(|error| {
        let next = match error {
            StoreError::Newer { .. } => "use the newer release that wrote it",
            _ => "check that --data-dir or --database-url is that of the server",
        };
        let place = start::describe(&settings.database);
        Failure::new(Kind::Database, format!("{place} cannot be read: {error}"), next)
    })
}

/// The database failed while it was read.
fn unreadable(settings: &Settings, error: &Error) -> Failure {
    let place = start::describe(&settings.database);
    Failure::new(Kind::Database, format!("{place} cannot be read: {error}"), "try again")
}
