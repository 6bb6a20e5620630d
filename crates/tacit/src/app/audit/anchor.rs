//! Checkpoints kept in a file, outside the database: who cuts the end of a log off there, or puts an older copy of the
//! database in its place, does not change these.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use tacit_core::audit_chain::Checkpoint;
use tacit_store::audit_checkpoints;

use super::super::{
    App,
    error::{Error, Result},
};

/// Organizations in the file at most.
const CHECKPOINTS_MAX: i64 = 100_000;
/// Size of the file that is read, in bytes, at most.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The newest checkpoint of each organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn newest(app: &App) -> Result<Vec<Checkpoint>> {
    let rows = audit_checkpoints::list_newest(&mut app.database.read().await?, CHECKPOINTS_MAX).await?;
    Ok(rows.into_iter().map(Checkpoint::try_from).collect::<std::result::Result<_, _>>()?)
}

/// Brings the file to the newest checkpoints. A line never goes back: if the database has less than was signed, that is
/// said in the log, and `tacit audit verify` says it too.
///
/// # Errors
///
/// If the database fails or the file cannot be written.
pub async fn keep(app: &App) -> Result<()> {
    let Some(path) = &app.settings.audit_checkpoints else { return Ok(()) };
    let newest = newest(app).await?;
    let write = || -> io::Result<()> {
        let kept = read(path)?;
        let merged = merge(&kept, newest);
        if merged == kept { Ok(()) } else { replace(path, &merged) }
    };
    write().map_err(|error| Error::Internal(format!("{}: {error}", path.display())))
}

/// Reads a file of checkpoints; none if it is not there. Lines that are something else are passed over.
///
/// # Errors
///
/// If it cannot be read, or is too long to be one.
pub fn read(path: &Path) -> io::Result<Vec<Checkpoint>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
        Ok(about) if about.len() > FILE_BYTES_MAX => return Err(io::ErrorKind::FileTooLarge.into()),
        Ok(_) => {}
    }
    Ok(fs::read_to_string(path)?.lines().filter_map(Checkpoint::parse_line).collect())
}

/// The checkpoints with the greatest sequence of each organization.
fn merge(kept: &[Checkpoint], newest: Vec<Checkpoint>) -> Vec<Checkpoint> {
    let mut all: BTreeMap<String, Checkpoint> =
        kept.iter().map(|one| (one.organization.clone(), one.clone())).collect();
    for checkpoint in newest {
        let before = all.get(&checkpoint.organization).map_or(0, |before| before.sequence);
        if checkpoint.sequence < before {
            let (organization, now) = (&checkpoint.organization, checkpoint.sequence);
            tracing::error!(
                organization,
                before,
                now,
                "the audit log is shorter than it was when it was signed"
            );
        } else {
            all.insert(checkpoint.organization.clone(), checkpoint);
        }
    }
    all.into_values().collect()
}

/// Writes a new file and puts it in the place of the old one, so that there is always a whole one.
fn replace(path: &Path, checkpoints: &[Checkpoint]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&name)?;
    for checkpoint in checkpoints {
        writeln!(file, "{}", checkpoint.to_line())?;
    }
    file.sync_all()?;
    fs::rename(&name, path)
}
