//! `tacit backup`: the whole store in one encrypted file, beside a running server or without one.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tacit_core::{keyring::RootKey, random::Random};
use tacit_store::{StoreError, copy::Snapshot};
use tokio::runtime::{Builder, Runtime};

use super::{
    backup_arguments::BackupArguments,
    config::{self, Settings},
    failure::{Failure, Kind},
    log,
    root_key::{self, unlock::Unlock},
    start, terminal,
};
use crate::app::{
    Clock,
    backup::{self, BackupFailure, NewFile, Written},
};

/// Writes a backup and says what is in it.
pub(super) fn run(flags: BackupArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags.server, file)?;
    log::start_of_command(&settings)?;
    let (clock, random) = (Clock::system(), Random::system());
    let root = root_key::load(&settings.root_key, false, &mut Unlock::Ask, &random)?;
    let path = flags.to.unwrap_or_else(|| PathBuf::from(backup::file_name(clock.now())));
    let begun = clock.uptime();
    let written = runtime()?.block_on(async {
        let mut snapshot = snapshot(&settings, &root.key, &root.origin).await?;
        let make = Make { settings: &settings, root: &root.key, random: &random, clock: &clock };
        if path.as_os_str() == "-" {
            make.write_stdout(&mut snapshot).await.map_err(|error| failure(&error, Path::new("-"), &settings))
        } else {
            make.write_file(&mut snapshot, &path).await.map_err(|error| failure(&error, &path, &settings))
        }
    })?;
    say(&path, &written, clock.uptime() - begun, &root.key.id());
    Ok(())
}

/// A runtime for a command that does one thing after the other.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start: {error}"), "check the limits of this machine")
    })
}

/// The store as it is now, if the root key is its own.
async fn snapshot(settings: &Settings, root: &RootKey, origin: &str) -> Result<Snapshot, Failure> {
    let unusable = |error: StoreError| start::database_failure(&error, &settings.database);
    let mut snapshot = Snapshot::beside(&settings.database).await.map_err(unusable)?;
    match snapshot.instance().await.map_err(unusable)? {
        Some(instance) if root.matches(&instance.key_check) => Ok(snapshot),
        Some(_) => Err(root_key::wrong(origin)),
        None => Err(Failure::new(
            Kind::Database,
            format!("nothing is in {} yet", start::describe(&settings.database)),
            "start the server on it first",
        )),
    }
}

struct Make<'a> {
    settings: &'a Settings,
    root: &'a RootKey,
    random: &'a Random,
    clock: &'a Clock,
}

impl Make<'_> {
    async fn write_file(&self, snapshot: &mut Snapshot, path: &Path) -> Result<Written, BackupFailure> {
        let mut file = NewFile::create(path)?;
        let written = self.write(snapshot, &mut file).await?;
        file.keep()?;
        Ok(written)
    }

    async fn write_stdout(&self, snapshot: &mut Snapshot) -> Result<Written, BackupFailure> {
        let mut out = BufWriter::new(io::stdout());
        let written = self.write(snapshot, &mut out).await?;
        out.flush()?;
        Ok(written)
    }

    async fn write(
        &self,
        snapshot: &mut Snapshot,
        out: &mut (impl Write + Send),
    ) -> Result<Written, BackupFailure> {
        let (engine, now) = (self.settings.database.engine_name(), self.clock.now());
        backup::write(snapshot, engine, self.root, self.random, now, out).await
    }
}

fn say(path: &Path, written: &Written, millis: i64, key: &str) {
    let seconds = seconds(millis);
    let Written { tables, rows, bytes, .. } = written;
    let place =
        if path.as_os_str() == "-" { "standard output".to_owned() } else { path.display().to_string() };
    // Standard output may be the backup itself.
    terminal::error_line(&format!(
        "{place}: {tables} tables, {rows} rows, {bytes} bytes in {seconds} s\n\
         It opens with the root key {key}, which is not in it: keep a copy of that key apart from it."
    ));
}

/// A duration for people.
pub(super) fn seconds(millis: i64) -> String {
    format!("{}.{}", millis / 1000, millis % 1000 / 100)
}

/// Says what is wrong with a backup.
pub(super) fn failure(error: &BackupFailure, path: &Path, settings: &Settings) -> Failure {
    use tacit_core::backup::BackupError;

    let place = path.display();
    match error {
        BackupFailure::File(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Failure::failed(
            format!("{place} is there already"),
            "name another file with --to; a backup is never overwritten",
        ),
        BackupFailure::File(cause) => Failure::failed(
            format!("{place}: {cause}"),
            "check the path, who may use it, and the space on the disk",
        ),
        BackupFailure::Backup(cause @ BackupError::OtherKey { .. }) => Failure::new(
            Kind::RootKey,
            format!("{place}: {cause}"),
            "name the right key with --root-key-file",
        ),
        BackupFailure::Backup(_) | BackupFailure::Damaged(_) => {
            Failure::failed(format!("{place}: {error}"), "use another backup; nothing was changed")
        }
        BackupFailure::Store(StoreError::Newer { found, known }) => Failure::failed(
            format!("{place} has schema version {found}; this release knows versions up to {known}"),
            "restore it with the newer release that wrote it; nothing was changed",
        ),
        BackupFailure::Store(cause) => start::database_failure(cause, &settings.database),
    }
}
