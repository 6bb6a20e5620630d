//! `tacit restore`: puts a backup into an empty database, or finds out whether that would work.

use std::{
    env, fs,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tacit_core::{id::new_id, keyring::RootKey, random::Random};
use tacit_store::{Settings as Place, StoreError};

use super::{
    backup::{failure, runtime, seconds},
    backup_arguments::RestoreArguments,
    config::{self, Settings},
    failure::Failure,
    files,
    filling::Filling,
    log,
    root_key::{self, unlock::Unlock},
    start, terminal,
};
use crate::app::{
    Clock,
    backup::{self, BackupFailure, Checked, Loaded, TrialFolder},
};

/// Restores or checks.
pub(super) fn run(flags: RestoreArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags.server, file)?;
    log::start_of_command(&settings)?;
    let (clock, random) = (Clock::system(), Random::system());
    let root = root_key::load(&settings.root_key, false, &mut Unlock::Ask, &random)?;
    let restore = Restore {
        settings: &settings,
        root: &root.key,
        file: &flags.file,
        trial: env::temp_dir().join(format!("tacit-{}", new_id(clock.now(), &random))),
    };
    let begun = clock.uptime();
    let (loaded, checked) = runtime()?.block_on(async {
        if flags.check { restore.check().await } else { restore.restore(flags.replace).await }
    })?;
    say(&restore, flags.check, &loaded, checked, clock.uptime() - begun);
    Ok(())
}

struct Restore<'a> {
    settings: &'a Settings,
    root: &'a RootKey,
    file: &'a Path,
    /// A folder for trying, which is not there yet.
    trial: PathBuf,
}

impl Restore<'_> {
    fn open(&self) -> Result<File, Failure> {
        File::open(self.file).map_err(|error| self.failure(&error.into()))
    }

    async fn check(&self) -> Result<(Loaded, Checked), Failure> {
        let trial = TrialFolder::create(&self.trial).map_err(|error| self.trial_failure(&error))?;
        trial.restore(&mut self.open()?, self.root).await.map_err(|error| match error {
            BackupFailure::Store(cause) if !matches!(cause, StoreError::Newer { .. }) => {
                self.trial_failure(&cause)
            }
            error => self.failure(&error),
        })
    }

    fn trial_failure(&self, cause: &dyn std::fmt::Display) -> Failure {
        Failure::failed(
            format!("the temporary database {} cannot be used: {cause}", self.trial.display()),
            "it needs as much space as the store; name another folder in TMPDIR",
        )
    }

    async fn restore(&self, replaces: bool) -> Result<(Loaded, Checked), Failure> {
        let place = &self.settings.database;
        if let Place::Sqlite(path) = place {
            self.make_folders(path)?;
        }
        let filling = Filling::open(place, replaces).await?;
        if matches!(place, Place::Postgres(_)) {
            // What is committed there cannot be looked at first.
            self.check().await?;
        }
        let loaded = backup::load(&mut self.open()?, self.root, filling.database(), replaces).await;
        let loaded = loaded.map_err(|error| self.failure(&error))?;
        let checked =
            backup::check(filling.database(), self.root).await.map_err(|error| self.failure(&error))?;
        filling.keep().await?;
        Ok((loaded, checked))
    }

    fn make_folders(&self, path: &Path) -> Result<(), Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        for folder in folder.into_iter().chain([self.settings.data_folder.as_path()]) {
            if !fs::exists(folder).unwrap_or(false) {
                files::make_private_folder(folder).map_err(|error: io::Error| {
                    Failure::failed(
                        format!("cannot make the folder {}: {error}", folder.display()),
                        "make the folder above it writable, or choose another with --data-dir",
                    )
                })?;
            }
        }
        Ok(())
    }

    fn failure(&self, error: &BackupFailure) -> Failure {
        failure(error, self.file, self.settings)
    }
}

fn say(restore: &Restore<'_>, is_check: bool, loaded: &Loaded, checked: Checked, millis: i64) {
    let Loaded { header, tables, rows } = loaded;
    let Checked { keys, values } = checked;
    let what = if is_check {
        format!("{} can be restored", restore.file.display())
    } else {
        format!(
            "{} was restored into {}",
            restore.file.display(),
            start::describe(&restore.settings.database)
        )
    };
    terminal::line(&format!(
        "{what}: {tables} tables, {rows} rows, {keys} keys and {values} values open with the root key, in {} s",
        seconds(millis)
    ));
    terminal::line(&format!(
        "It shows the moment {}, written by tacit {} on {}.",
        header.created_at(),
        header.release,
        header.engine
    ));
}
