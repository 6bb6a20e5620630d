//! What the commands about backups take.

use std::path::PathBuf;

use clap::Args;

use super::arguments::ServerArguments;

/// What `tacit backup` takes.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// File to write, or - for standard output; never overwritten [default: tacit-TIME.backup in this folder]
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<PathBuf>,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit restore` takes.
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// The backup
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Restore into a temporary database instead, open everything in it with the root key, and remove it again
    #[arg(long, conflicts_with = "replace")]
    pub(super) check: bool,
    /// Let the backup take the place of what is in the database
    #[arg(long)]
    pub(super) replace: bool,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit migrate-store` takes.
#[derive(Debug, Args)]
pub(super) struct MigrateStoreArguments {
    /// The database that there is: postgres://user:password@host/name, or a SQLite file
    #[arg(
        id = "migrate_from",
        long = "from",
        env = "TACIT_MIGRATE_FROM",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) from: String,
    /// The empty database to copy it into
    #[arg(
        id = "migrate_to",
        long = "to",
        env = "TACIT_MIGRATE_TO",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) to: String,
    /// How to write the log and what to log
    #[command(flatten)]
    pub(super) server: ServerArguments,
}
