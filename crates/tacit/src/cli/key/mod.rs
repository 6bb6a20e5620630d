//! `tacit key`: the keys that everything is encrypted under (docs/keys.md).
//!
//! Most of these open database and root key themselves instead of asking the server: who can run them can read
//! everything anyway, and nobody can make them over the network.

pub(super) mod arguments;
mod migrate;
mod recovery;
mod rotate;
mod rotate_data;
mod verify;

use std::{net::Ipv4Addr, path::Path};

use tokio::runtime::{Builder, Runtime};

use super::{
    arguments::ServerArguments,
    config::{self, Settings},
    failure::Failure,
    log,
    root_key::unlock::Unlock,
    start::{self, Purpose, Started},
};
use crate::app::{Client, Error};
use arguments::{KeyArguments, KeyCommand, RecoveryCommand};

/// Runs the command that the arguments name.
pub(super) fn run(flags: KeyArguments, file: Option<&Path>) -> Result<(), Failure> {
    match flags.command {
        KeyCommand::Rotate(flags) => rotate::run(flags, file),
        KeyCommand::Verify(flags) => verify::run(flags, file),
        KeyCommand::Recovery(RecoveryCommand::Create(flags)) => recovery::create(flags, file),
        KeyCommand::Recovery(RecoveryCommand::Verify(flags)) => recovery::verify(flags, file),
        KeyCommand::Recover(flags) => recovery::recover(flags, file),
        KeyCommand::Migrate(flags) => migrate::run(*flags, file),
        KeyCommand::RotateData(flags) => rotate_data::run(&flags, file),
    }
}

/// Settings and threads of a command that opens the database itself.
struct Session {
    settings: Settings,
    runtime: Runtime,
}

impl Session {
    fn new(flags: ServerArguments, file: Option<&Path>) -> Result<Self, Failure> {
        let settings = config::resolve(flags, file)?;
        log::start_of_command(&settings)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::failed(format!("cannot start: {error}"), "check the limits of this machine")
        })?;
        Ok(Self { settings, runtime })
    }

    fn start(&self, unlock: &mut Unlock) -> Result<Started, Failure> {
        self.runtime.block_on(start::start(&self.settings, unlock, Purpose::Write))
    }
}

/// Who does it, for the audit log.
fn client() -> Client {
    Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "tacit key".into() }
}

fn failed(error: &Error) -> Failure {
    match error {
        Error::Invalid(_) | Error::NotFound(_) => {
            Failure::failed(error.to_string(), "check --data-dir or --database-url; nothing was changed")
        }
        _ => Failure::failed(format!("it was not done: {error}"), "run tacit key verify, and try again"),
    }
}
