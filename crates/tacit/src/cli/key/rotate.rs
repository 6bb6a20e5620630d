//! `tacit key rotate`: another root key.

use std::{path::Path, time::Instant};

use tacit_core::{keyring::RootKey, random::Random};
use zeroize::Zeroizing;

use super::{Session, arguments::OwnArguments, client, failed};
use crate::{
    app::encryption::{self, RotatedRootKey},
    cli::{
        failure::{Failure, Kind},
        files, places,
        root_key::{
            KeyPlace,
            stored::{Stored, Wrapper},
            swap,
            unlock::Unlock,
        },
        start::Started,
        terminal,
    },
};

/// Makes a key, wraps everything by it, and puts its file in the place of the one before.
pub(super) fn run(flags: OwnArguments, file: Option<&Path>) -> Result<(), Failure> {
    let mut unlock = Unlock::new(flags.passphrase_stdin)?;
    let session = Session::new(flags.server, file)?;
    let Started { app, key_place, .. } = session.start(&mut unlock)?;
    let KeyPlace { path, wrapper, .. } = key_place.ok_or_else(in_variable)?;
    let next = RootKey::generate(&Random::system());
    let text = file_of(&wrapper, &next)?;
    let pending = swap::pending(&path);
    let begun = Instant::now();
    let keep = move || files::create_private(&pending, text.as_bytes());
    let rotated = session.runtime.block_on(encryption::rotate_root_key(&app, &client(), next, keep));
    let rotated = rotated.map_err(|error| failed(&error))?;
    let milliseconds = begun.elapsed().as_millis();
    let archive = swap::take(&path, &rotated.old_id).map_err(|error| not_moved(&path, &error))?;
    show(&rotated, milliseconds, &path, &archive);
    Ok(())
}

/// The text of the key file. It is opened once before anything depends on it.
pub(super) fn file_of(wrapper: &Wrapper, key: &RootKey) -> Result<Zeroizing<String>, Failure> {
    let text = wrapper.close(key, &Random::system())?.to_text()?;
    let mut unlock = match wrapper {
        Wrapper::Passphrase(given) | Wrapper::Pkcs11(_, given) => Unlock::Given(given.clone()),
        Wrapper::Plain | Wrapper::AwsKms(_) | Wrapper::Transit(_) => Unlock::Nobody,
    };
    let stored = Stored::parse(&text).map_err(|error| unreadable(&error.to_string()))?;
    let (opened, _) = stored.open(&mut unlock)?;
    if opened.id() == key.id() { Ok(text) } else { Err(unreadable("it opens to another key")) }
}

fn unreadable(cause: &str) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("the new key file cannot be read back: {cause}"),
        "check what wraps the root key; nothing was changed",
    )
}

fn in_variable() -> Failure {
    Failure::settings(
        "the root key is in TACIT_ROOT_KEY, where no other can be put",
        "keep it in a file first: tacit key migrate --to file --file /path/to/root.key",
    )
}

fn not_moved(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("the root key is replaced, but its new file {}.new was not moved: {error}", path.display()),
        "make the folder writable; the next start of the server moves it",
    )
}

fn show(rotated: &RotatedRootKey, milliseconds: u128, path: &Path, archive: &Path) {
    let RotatedRootKey { old_id, id, keys, recovery } = rotated;
    terminal::line(&format!("root key replaced in {milliseconds} ms: {keys} keys are wrapped anew"));
    terminal::line(&format!("  now     {}  (fingerprint {id})", places::shown(path)));
    terminal::line(&format!("  before  {}  (fingerprint {old_id})", places::shown(archive)));
    terminal::line(match recovery {
        Some(true) => "  the recovery key opens the new root key, too",
        Some(false) => "  the recovery key in the database is not yours: make another",
        None => "  there is no recovery key: tacit key recovery create",
    });
    terminal::line(
        "Keep a copy of the new file. The one before opens backups from before: keep it as long as these.",
    );
}
