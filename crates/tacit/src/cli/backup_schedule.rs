//! The settings of backups that the server makes itself.

use std::path::PathBuf;

use clap::Args;

use super::{failure::Failure, files};
use crate::app::backup::Schedule;

/// How often one is made unless told otherwise, in seconds.
const EVERY_DEFAULT: i64 = 24 * 60 * 60;
/// How often at most, in seconds.
const EVERY_MIN: i64 = 60;
/// How seldom at most, in seconds: a year.
const EVERY_MAX: i64 = 366 * 24 * 60 * 60;
/// How many files stay unless told otherwise.
const KEPT_DEFAULT: u16 = 7;

/// Backups that the server makes. Without a folder it makes none.
#[derive(Debug, Default, Args)]
pub(super) struct BackupScheduleArguments {
    /// Folder for backups that the server makes [default: none, and it makes none]
    #[arg(long = "backup-dir", env = "TACIT_BACKUP_DIR", value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
    /// How often to make one and try to restore it, such as 6h, 30m or 7d [default: 24h]
    #[arg(long = "backup-every", env = "TACIT_BACKUP_EVERY", value_name = "DURATION")]
    pub(super) every: Option<String>,
    /// How many of them to keep in the folder [default: 7]
    #[arg(long = "backup-keep", env = "TACIT_BACKUP_KEEP", value_name = "NUMBER")]
    pub(super) keep: Option<u16>,
}

impl BackupScheduleArguments {
    /// These, and what they leave open from `file`.
    pub(super) fn or(self, file: Self) -> Self {
        Self { dir: self.dir.or(file.dir), every: self.every.or(file.every), keep: self.keep.or(file.keep) }
    }

    /// What was chosen; none without a folder.
    ///
    /// # Errors
    ///
    /// If a duration or number makes no sense, or there is one without a folder.
    pub(super) fn schedule(self) -> Result<Option<Schedule>, Failure> {
        let Some(folder) = self.dir else {
            return match (self.every, self.keep) {
                (None, None) => Ok(None),
                _ => Err(Failure::settings(
                    "there is a schedule for backups without a folder",
                    "add --backup-dir",
                )),
            };
        };
        let every_seconds = self.every.as_deref().map_or(Ok(EVERY_DEFAULT), |text| {
            seconds(text).filter(|seconds| (EVERY_MIN..=EVERY_MAX).contains(seconds)).ok_or_else(|| {
                Failure::settings(
                    format!("{text:?} is not how often a backup can be made"),
                    "write --backup-every 24h; m, h and d are minutes, hours and days, from 1m to 366d",
                )
            })
        })?;
        let kept = usize::from(self.keep.unwrap_or(KEPT_DEFAULT));
        if kept == 0 {
            return Err(Failure::settings("no backup would be kept", "write --backup-keep 1 or more"));
        }
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Ok(Some(Schedule { folder, every_seconds, kept, node }))
    }
}

/// Makes the folder, so that one that cannot be made is noticed at the start.
///
/// # Errors
///
/// If it cannot be made.
pub(super) fn make_folder(schedule: Option<&Schedule>) -> Result<(), Failure> {
    let Some(Schedule { folder, .. }) = schedule else { return Ok(()) };
    files::make_private_folder(folder).map_err(|error| {
        Failure::settings(
            format!("cannot make the folder for backups {}: {error}", folder.display()),
            "make the folder above it writable, or choose another with --backup-dir",
        )
    })
}

/// Reads `90s`, `30m`, `6h` or `7d`.
fn seconds(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    text[..text.len() - 1].parse::<u32>().ok().map(|number| i64::from(number) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(dir: Option<&str>, every: Option<&str>, keep: Option<u16>) -> BackupScheduleArguments {
        BackupScheduleArguments { dir: dir.map(PathBuf::from), every: every.map(str::to_owned), keep }
    }

    #[test]
    fn durations_have_a_unit() {
        let every = |text| {
            arguments(Some("b"), Some(text), None).schedule().map(|found| found.unwrap().every_seconds).ok()
        };
        assert_eq!(
            (every("90s"), every("30m"), every("6h"), every("7d")),
            (Some(90), Some(1800), Some(21600), Some(604_800))
        );
        for wrong in ["", "h", "24", "1.5h", "-1h", "0h", "59s", "400d", "1w", "1é"] {
            assert_eq!(every(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_a_folder_there_is_no_schedule_and_none_may_be_asked_for() {
        assert_eq!(arguments(None, None, None).schedule().unwrap(), None);
        assert!(arguments(None, Some("1h"), None).schedule().is_err());
        assert!(arguments(Some("b"), None, Some(0)).schedule().is_err());
        let chosen = arguments(Some("b"), None, None).schedule().unwrap().unwrap();
        assert_eq!((chosen.every_seconds, chosen.kept), (86_400, 7));
    }
}
