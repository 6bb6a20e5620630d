//! What `tacit audit` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::{ServerAddress, ServerArguments};

/// What `tacit audit` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct AuditArguments {
    #[command(subcommand)]
    pub(super) command: AuditCommand,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Prove that no event was changed, removed or put in; exit 1 if one was
    Verify(Box<VerifyArguments>),
    /// Print the newest signed checkpoint of each organization, to be kept elsewhere
    Checkpoint(Box<ServerArguments>),
    /// Print the proof that an event is in the log, as JSON
    Proof(Box<ProofArguments>),
    /// Write events of a running server to standard output; needs an access token in TACIT_TOKEN
    Export(ExportArguments),
    /// Check such a proof; needs no database
    VerifyProof(VerifyProofArguments),
}

/// What `tacit audit verify` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    pub(super) choice: VerifyChoice,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What to prove, and whom to believe.
#[derive(Debug, Args)]
pub(super) struct VerifyChoice {
    /// Slug of the only organization to prove [default: all, and the instance]
    #[arg(long, value_name = "SLUG")]
    pub(super) organization: Option<String>,
    /// File with checkpoints that were kept elsewhere; may be repeated [default: the one in the data directory]
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Vec<PathBuf>,
    /// Fingerprint of the only key to believe; may be repeated [default: the keys of the root key]
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) key: Vec<String>,
}

/// What `tacit audit proof` takes.
#[derive(Debug, Args)]
pub(super) struct ProofArguments {
    /// Id of the event
    #[arg(value_name = "EVENT_ID")]
    pub(super) event: String,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit audit verify-proof` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyProofArguments {
    /// The proof; - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Fingerprint of the only key to believe; may be repeated
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) key: Vec<String>,
}

/// What `tacit audit export` takes.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    pub(super) server: ServerAddress,
    /// ndjson or csv
    #[arg(long, value_name = "FORMAT", default_value = "ndjson", value_parser = ["ndjson", "csv"])]
    pub(super) format: String,
    /// A parameter of the API's audit log, such as eventType=create-secret or startDate=2026-01-01T00:00:00Z; may be
    /// repeated [default: the last 30 days]
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) filter: Vec<String>,
}
