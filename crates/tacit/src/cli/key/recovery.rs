//! `tacit key recovery` and `tacit key recover`: the second way to the root key.

use std::{io, path::Path};

use tacit_core::keyring::recovery::RecoveryKey;

use super::{
    Session,
    arguments::{OwnArguments, RecoverArguments, RecoveryVerifyArguments},
    client, failed,
};
use crate::{
    app::encryption,
    cli::{
        ask,
        config::RootKeySource,
        failure::{Failure, Kind},
        files, places,
        root_key::unlock::Unlock,
        start, terminal,
    },
};

/// Makes a recovery key and shows it.
pub(super) fn create(flags: OwnArguments, file: Option<&Path>) -> Result<(), Failure> {
    let mut unlock = Unlock::new(flags.passphrase_stdin)?;
    let session = Session::new(flags.server, file)?;
    let started = session.start(&mut unlock)?;
    let key = session.runtime.block_on(encryption::recovery::create(&started.app, &client()));
    let key = key.map_err(|error| failed(&error))?;
    terminal::error_line("Write this recovery key down, and keep it apart from the server and its backups.");
    terminal::error_line("It is shown once. A recovery key from before opens nothing any more.\n");
    terminal::line(&key.to_text());
    terminal::error_line("\nThen check what you wrote: tacit key recovery verify");
    Ok(())
}

/// Checks what somebody wrote down.
pub(super) fn verify(flags: RecoveryVerifyArguments, file: Option<&Path>) -> Result<(), Failure> {
    let key = read(flags.recovery_key_stdin)?;
    let session = Session::new(flags.server, file)?;
    let started = session.start(&mut Unlock::Ask)?;
    let verified = session.runtime.block_on(encryption::recovery::verify(&started.app, &client(), &key));
    verified.map_err(|error| failed(&error))?;
    terminal::line("this is the recovery key of this database");
    Ok(())
}

/// Writes the root key to a file.
pub(super) fn recover(flags: RecoverArguments, file: Option<&Path>) -> Result<(), Failure> {
    let key = read(flags.recovery_key_stdin)?;
    let session = Session::new(flags.server, file)?;
    let path = match (&flags.to, &session.settings.root_key) {
        (Some(path), _) | (None, RootKeySource::File(path)) => path.clone(),
        (None, RootKeySource::Variable(_)) => {
            return Err(Failure::settings(
                "TACIT_ROOT_KEY says where the root key is, and no file",
                "name a file with --to",
            ));
        }
    };
    let database = session.runtime.block_on(start::open_database(&session.settings))?;
    let root = session.runtime.block_on(encryption::recovery::open(&database, &key));
    let root = root.map_err(|error| failed(&error))?;
    let mut text = root.to_text();
    text.push('\n');
    let folder = path.parent().unwrap_or(Path::new("."));
    files::make_private_folder(folder)
        .and_then(|()| files::create_private(&path, text.as_bytes()))
        .map_err(|error| unwritable(&path, &error))?;
    terminal::line(&format!("root key written to {}  (fingerprint {})", places::shown(&path), root.id()));
    Ok(())
}

fn read(is_on_stdin: bool) -> Result<RecoveryKey, Failure> {
    let text = if is_on_stdin {
        ask::password_from_stdin()?
    } else if terminal::can_ask() {
        zeroize::Zeroizing::new(ask::line("Recovery key", None)?)
    } else {
        return Err(Failure::settings("there is no terminal to ask on", "add --recovery-key-stdin"));
    };
    RecoveryKey::parse(&text)
        .map_err(|error| Failure::failed(error.to_string(), "compare it with what is written"))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let next = match error.kind() {
        io::ErrorKind::AlreadyExists => "move the file that is there away, or name another with --to",
        _ => "make its folder writable, or name another file with --to",
    };
    Failure::new(Kind::RootKey, format!("cannot write the root key to {}: {error}", path.display()), next)
}
