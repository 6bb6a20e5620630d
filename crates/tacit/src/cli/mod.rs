//! The command line: the server, and small clients that talk HTTP to it.
//!
//! Every command returns a `Failure` that names cause and next step, and whose
//! kind decides the exit code (docs/server.md).

mod any_certificate;
mod arguments;
mod ask;
mod banner;
mod client;
mod clouds;
mod config;
mod connection;
mod failure;
mod files;
mod healthcheck;
mod log;
mod metrics;
mod migrate;
mod places;
mod quickstart;
mod reset_password;
mod root_key;
mod server;
mod setup;
mod sign_in;
mod smtp;
mod start;
mod stop;
mod terminal;
mod tls;

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
        Command::ResetPassword(flags) => reset_password::run(*flags, config.as_deref()),
        Command::Setup(flags) => setup::run(&flags, config.as_deref()),
        Command::Quickstart(flags) => quickstart::run(&flags, config.as_deref()),
        Command::Healthcheck(flags) => healthcheck::run(&flags, config.as_deref()),
    }
}
