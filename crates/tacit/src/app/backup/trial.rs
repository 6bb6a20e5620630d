//! Restoring on trial: into a database that is removed again, whatever comes of it.

use std::{
    fs::{self, DirBuilder},
    io::{self, Read},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use tacit_core::keyring::RootKey;
use tacit_store::{Database, Settings};

use super::{Checked, Loaded, Result, check, load};

/// A folder that goes with everything in it when it is dropped.
pub struct TrialFolder(PathBuf);

impl TrialFolder {
    /// Makes it, for its owner only.
    ///
    /// # Errors
    ///
    /// If there is one, or none can be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Restores a backup in it, and opens everything that was in the backup with the root key.
    ///
    /// # Errors
    ///
    /// What is wrong with the backup.
    pub async fn restore(&self, input: &mut (impl Read + Send), root: &RootKey) -> Result<(Loaded, Checked)> {
        let database = Database::open_as_it_is(&Settings::Sqlite(self.0.join("trial.db")))?;
        let loaded = load(input, root, &database, false).await?;
        Ok((loaded, check(&database, root).await?))
    }
}

impl Drop for TrialFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "a trial folder stays; it holds nothing in the clear");
        }
    }
}
