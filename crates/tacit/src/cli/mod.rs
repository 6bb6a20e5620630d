//! The command line: the server, and small clients that talk HTTP to it.
//!
//! Every command returns a `Failure` that names cause and next step, and whose
//! kind decides the exit code (docs/server.md).

mod any_certificate;
mod arguments;
mod ask;
mod audit;
mod backup;
mod backup_arguments;
mod backup_metrics;
mod backup_schedule;
mod banner;
mod client;
mod clouds;
mod config;
mod connection;
mod failure;
mod files;
mod filling;
mod healthcheck;
mod key;
mod limits;
mod log;
mod metrics;
mod migrate;
mod migrate_store;
mod places;
mod process_limits;
mod quickstart;
mod reset_password;
mod restore;
mod root_key;
mod sealed;
mod server;
mod setup;
mod sign_in;
mod smtp;
mod start;
mod stop;
mod terminal;
mod tls;
mod unseal;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            log::failure(&failure);
            failure.kind.into()
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let config = arguments.config;
    match arguments.command {
        Command::Server(flags) => server::run(*flags, config.as_deref()),
        Command::Migrate(flags) => migrate::run(*flags, config.as_deref()),
        Command::Backup(flags) => backup::run(*flags, config.as_deref()),
        Command::Restore(flags) => restore::run(*flags, config.as_deref()),
        Command::MigrateStore(flags) => migrate_store::run(*flags, config.as_deref()),
        Command::ResetPassword(flags) => reset_password::run(*flags, config.as_deref()),
        Command::Key(flags) => key::run(*flags, config.as_deref()),
        Command::Unseal(flags) => unseal::run(*flags, config.as_deref()),
        Command::Setup(flags) => setup::run(&flags, config.as_deref()),
        Command::Quickstart(flags) => quickstart::run(&flags, config.as_deref()),
        Command::Healthcheck(flags) => healthcheck::run(&flags, config.as_deref()),
        Command::Audit(flags) => audit::run(*flags, config.as_deref()),
    }
}
