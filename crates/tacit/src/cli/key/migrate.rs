//! `tacit key migrate`: the same root key, kept in another way.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{
    Session,
    arguments::{MigrateArguments, Way},
    rotate::file_of,
};
use crate::cli::{
    ask,
    failure::{Failure, Kind},
    files, places,
    root_key::{aws_kms::AwsKms, pkcs11::Pkcs11Key, stored::Wrapper, swap, transit::Transit, unlock::Unlock},
    start::Started,
    terminal,
};

/// Wraps the key, and puts its new file in the place of the one before in one step.
pub(super) fn run(mut flags: MigrateArguments, file: Option<&Path>) -> Result<(), Failure> {
    let mut unlock = Unlock::new(flags.passphrase_stdin)?;
    let session = Session::new(std::mem::take(&mut flags.server), file)?;
    let Started { app, key_place, .. } = session.start(&mut unlock)?;
    let is_in_variable = key_place.is_none();
    let path = key_place.map(|place| place.path).or(flags.file.clone()).ok_or_else(|| {
        Failure::settings("the root key is in TACIT_ROOT_KEY", "name a file to keep it in with --file")
    })?;
    let text = file_of(&wrapper(&flags)?, &app.keys.root())?;
    if is_in_variable {
        files::make_private_folder(path.parent().unwrap_or(Path::new(".")))
            .and_then(|()| files::create_private(&path, text.as_bytes()))
            .map_err(|error| unwritable(&path, &error))?;
        terminal::line(&format!("the root key is in {} now: unset TACIT_ROOT_KEY", places::shown(&path)));
        return Ok(());
    }
    files::create_private(&swap::pending(&path), text.as_bytes())
        .and_then(|()| swap::replace(&path))
        .map_err(|error| unwritable(&path, &error))?;
    let way = match flags.to {
        Way::File => "in the clear",
        Way::Passphrase => "under the passphrase; start the server and run: tacit unseal",
        Way::AwsKms => "wrapped by AWS KMS",
        Way::Transit => "wrapped by Transit",
        Way::Pkcs11 => "wrapped by the token",
    };
    terminal::line(&format!("the root key is in {} now, {way}", places::shown(&path)));
    Ok(())
}

fn wrapper(flags: &MigrateArguments) -> Result<Wrapper, Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Ok(match flags.to {
        Way::File => Wrapper::Plain,
        Way::Passphrase => Wrapper::Passphrase(new_passphrase(flags.new_passphrase_stdin)?),
        Way::AwsKms => Wrapper::AwsKms(AwsKms {
            key_id: text(&flags.kms_key_id),
            region: text(&flags.kms_region),
            endpoint: flags.kms_endpoint.clone(),
        }),
        Way::Transit => Wrapper::Transit(Transit {
            address: text(&flags.transit_address),
            mount: flags.transit_mount.clone(),
            key: text(&flags.transit_key),
            ca_cert: flags.transit_ca_cert.clone(),
        }),
        Way::Pkcs11 => token(flags)?,
    })
}

/// The key of the token, which is made now if that was asked for.
fn token(flags: &MigrateArguments) -> Result<Wrapper, Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let key = Pkcs11Key {
        module: absolute(flags.pkcs11_module.as_deref())?.unwrap_or_default(),
        token: text(&flags.pkcs11_token),
        key: text(&flags.pkcs11_key),
        pin_file: absolute(flags.pkcs11_pin_file.as_deref())?,
    };
    let pin = key.pin(&mut Unlock::Ask)?;
    if flags.pkcs11_create_key {
        key.create(&pin)?;
        terminal::line(&format!("made the key {} in the token {}", key.key, key.token));
    }
    Ok(Wrapper::Pkcs11(key, pin))
}

/// The server may be started in another folder.
fn absolute(path: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    path.map(std::path::absolute).transpose().map_err(|error| {
        Failure::settings(format!("a path cannot be used: {error}"), "write it from the root on")
    })
}

fn new_passphrase(is_on_stdin: bool) -> Result<Zeroizing<String>, Failure> {
    if is_on_stdin {
        return ask::password_from_stdin();
    }
    if !terminal::can_ask() {
        return Err(Failure::settings("there is no terminal to ask on", "add --new-passphrase-stdin"));
    }
    loop {
        let passphrase = ask::password("New passphrase, 12 characters or more")?;
        if *ask::password("The same again")? == *passphrase {
            return Ok(passphrase);
        }
        terminal::error_line("These differ.");
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Kind::RootKey,
        format!("cannot write the key file {}: {error}", path.display()),
        "make its folder writable; the root key is where it was",
    )
}
