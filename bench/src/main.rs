//! Measures Tacit against a floor: a bare axum handler that answers the very same bytes.
//!
//! One binary plays every part. Without a subcommand it measures; `floor` and `server` are started by
//! that measurement as child processes. docs/performance.md says what is measured and how to read it.

mod anew;
mod audit_cost;
mod audit_log;
mod bench;
mod client_certificate;
mod compare;
mod decision;
mod directory;
mod error;
mod fixture;
mod floor;
mod growth;
mod histogram;
mod http;
mod load;
mod measure;
mod measurement;
mod openbao;
mod options;
mod plot;
mod procfs;
mod readme;
mod report;
mod sample;
mod scenario;
mod server;
mod servers;
mod stand_in;
mod start;
mod statistics;
mod sts;
mod table;
mod tls;
mod visibility;
mod vouched;
mod writes;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use crate::{
    error::{Error, Result},
    options::{Command, Options},
};

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the part that the command line names.
fn run(options: Options) -> Result<()> {
    match options.command {
        None => one_thread()?.block_on(bench::run(&options.bench)),
        Some(Command::Floor(tls)) => many_threads()?.block_on(floor::serve(&tls)),
        Some(Command::AuditLog(log)) => one_thread()?.block_on(audit_log::run(&log)),
        Some(Command::Server(server)) => many_threads()?.block_on(stand_in::serve(server)),
    }
}

/// The measurement only waits: one thread leaves the cores to what is measured.
fn one_thread() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Error::io("cannot start the runtime"))
}

/// What a server gets by default: a thread for each core.
fn many_threads() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Error::io("cannot start the runtime"))
}
