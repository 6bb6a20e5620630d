//! `tacit key verify`: whether the root key opens everything.

use std::path::Path;

use tacit_core::random::Random;

use super::{Session, arguments::OwnArguments};
use crate::{
    app::encryption::{self, Verified},
    cli::{
        failure::{Failure, Kind},
        root_key::{self, unlock::Unlock},
        start, terminal,
    },
};

/// Opens every key, and says how many there are.
pub(super) fn run(flags: OwnArguments, file: Option<&Path>) -> Result<(), Failure> {
    let mut unlock = Unlock::new(flags.passphrase_stdin)?;
    let session = Session::new(flags.server, file)?;
    let loaded = root_key::load(&session.settings.root_key, false, &mut unlock, &Random::system())?;
    let database = session.runtime.block_on(start::open_database(&session.settings))?;
    let verified = session.runtime.block_on(encryption::verify(&database, &loaded.key));
    let verified = verified.map_err(|error| start::database_failure(&error, &session.settings.database))?;
    if !verified.is_right {
        return Err(root_key::wrong(&loaded.origin));
    }
    terminal::line(&format!("root key  {}  (fingerprint {})", loaded.origin, loaded.key.id()));
    show(&verified);
    if verified.is_good() { Ok(()) } else { Err(damaged(&verified)) }
}

fn show(verified: &Verified) {
    for (column, opened) in &verified.opened {
        terminal::line(&format!("  {opened:>7} keys open in {column}"));
    }
    terminal::line(match verified.recovery {
        Some(true) => "  the recovery key is yours",
        Some(false) => "  the recovery key is not yours: somebody else put it into the database",
        None => "  there is no recovery key",
    });
}

fn damaged(verified: &Verified) -> Failure {
    for (column, id) in &verified.damaged {
        terminal::error_line(&format!("does not open: {column} of {id}"));
    }
    Failure::new(
        Kind::Failed,
        format!("{} keys do not open with the root key", verified.damaged.len()),
        "restore the database from a backup; without a key, what it encrypted is lost",
    )
}
