//! `tacit unseal`: gives a sealed server of this machine the passphrase of its root key, or the PIN of its token.

use std::{
    io::{ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    arguments::ServerArguments,
    ask, config,
    failure::{Failure, Kind},
    places, sealed, terminal,
};

/// How long the server may take to try a passphrase.
const TIME_MAX: Duration = Duration::from_mins(1);
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 4096;

/// What `tacit unseal` takes.
#[derive(Debug, clap::Args)]
pub(super) struct UnsealArguments {
    /// Read the passphrase, or the PIN, from standard input
    #[arg(long)]
    pub(super) passphrase_stdin: bool,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// Asks for the passphrase or the PIN and hands it over.
pub(super) fn run(flags: UnsealArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags.server, file)?;
    let path = sealed::socket(&settings);
    let mut stream = UnixStream::connect(&path).map_err(|error| not_there(&path, &error))?;
    let passphrase = if flags.passphrase_stdin {
        ask::password_from_stdin()?
    } else {
        ask::password("Passphrase of the root key, or PIN of its token")?
    };
    let answer = exchange(&mut stream, &passphrase).map_err(|error| {
        Failure::failed(format!("the server went away: {error}"), "look at its log, and try again")
    })?;
    if answer == sealed::UNSEALED {
        terminal::line("unsealed");
        return Ok(());
    }
    Err(Failure::new(Kind::RootKey, answer, "type it again; without it only the recovery key helps"))
}

fn exchange(stream: &mut UnixStream, passphrase: &Zeroizing<String>) -> std::io::Result<String> {
    stream.set_read_timeout(Some(TIME_MAX))?;
    stream.write_all(passphrase.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}

fn not_there(path: &Path, error: &std::io::Error) -> Failure {
    let cause = match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            format!("no sealed server listens at {}", places::shown(path))
        }
        _ => format!("cannot reach the server at {}: {error}", places::shown(path)),
    };
    Failure::failed(cause, "run this as the user of the server, with the --data-dir it was started with")
}
