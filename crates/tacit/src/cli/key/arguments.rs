//! What `tacit key` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::arguments::{EXIT_CODES, Person, ServerAddress, ServerArguments};

/// What `tacit key` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeyArguments {
    #[command(subcommand)]
    pub(super) command: KeyCommand,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Replace the root key: everything is wrapped by a new one, in one transaction
    #[command(after_help = EXIT_CODES)]
    Rotate(OwnArguments),
    /// Check that the root key opens every key in the database
    #[command(after_help = EXIT_CODES)]
    Verify(OwnArguments),
    /// Make or check the recovery key, a second way to the root key
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// Write a root key file by the recovery key
    #[command(after_help = EXIT_CODES)]
    Recover(RecoverArguments),
    /// Keep the same root key in another way
    #[command(after_help = EXIT_CODES)]
    Migrate(Box<MigrateArguments>),
    /// Begin to replace data keys on a running server, which encrypts everything anew in the background
    #[command(after_help = EXIT_CODES)]
    RotateData(RotateDataArguments),
}

/// What can be done with the recovery key.
#[derive(Debug, Subcommand)]
pub(super) enum RecoveryCommand {
    /// Make a recovery key in the place of the one before, and show it once
    #[command(after_help = EXIT_CODES)]
    Create(OwnArguments),
    /// Check that you have the recovery key of this database
    #[command(after_help = EXIT_CODES)]
    Verify(RecoveryVerifyArguments),
}

/// What commands take that open database and root key themselves. With SQLite the server must be stopped.
#[derive(Debug, Args)]
pub(super) struct OwnArguments {
    /// Read the passphrase of the root key from standard input, or the PIN of its token
    #[arg(long)]
    pub(super) passphrase_stdin: bool,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit key recovery verify` takes.
#[derive(Debug, Args)]
pub(super) struct RecoveryVerifyArguments {
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(super) recovery_key_stdin: bool,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit key recover` takes.
#[derive(Debug, Args)]
pub(super) struct RecoverArguments {
    /// Read the recovery key from standard input
    #[arg(long)]
    pub(super) recovery_key_stdin: bool,
    /// File to write the root key to [default: where the server looks for it]
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<PathBuf>,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// Ways to keep the root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// In the clear, in a file that only the server may read.
    File,
    /// Under a passphrase, which is given at every start.
    Passphrase,
    /// Wrapped by a key of the AWS Key Management Service.
    AwsKms,
    /// Wrapped by a key of the Transit engine of Vault or OpenBao.
    Transit,
    /// Wrapped by a key of a PKCS#11 token, such as a hardware security module.
    Pkcs11,
}

/// What `tacit key migrate` takes.
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// How the root key is kept from now on
    #[arg(long, value_name = "WAY")]
    pub(super) to: Way,
    /// File to keep it in, if it came from TACIT_ROOT_KEY
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Read the present passphrase, or the PIN of the present token, from standard input
    #[arg(long)]
    pub(super) passphrase_stdin: bool,
    /// Read the new passphrase from standard input
    #[arg(long, conflicts_with = "passphrase_stdin")]
    pub(super) new_passphrase_stdin: bool,
    /// Id, ARN or alias of the key in AWS KMS. Credentials are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    #[arg(long, value_name = "KEY", required_if_eq("to", "aws-kms"))]
    pub(super) kms_key_id: Option<String>,
    /// Region of that key
    #[arg(long, value_name = "REGION", required_if_eq("to", "aws-kms"))]
    pub(super) kms_region: Option<String>,
    /// Another address than KMS has in that region, such as a VPC endpoint
    #[arg(long, value_name = "URL")]
    pub(super) kms_endpoint: Option<String>,
    /// Address of Vault or OpenBao. Credentials are TACIT_TRANSIT_TOKEN, or TACIT_TRANSIT_ROLE_ID and
    /// TACIT_TRANSIT_SECRET_ID
    #[arg(long, value_name = "URL", required_if_eq("to", "transit"))]
    pub(super) transit_address: Option<String>,
    /// Name of the key in Transit
    #[arg(long, value_name = "KEY", required_if_eq("to", "transit"))]
    pub(super) transit_key: Option<String>,
    /// Where Transit is mounted
    #[arg(long, value_name = "PATH", default_value = "transit")]
    pub(super) transit_mount: String,
    /// Certificates of Vault to trust, in PEM [default: those of the system]
    #[arg(long, value_name = "FILE")]
    pub(super) transit_ca_cert: Option<PathBuf>,
    /// Library of the token's vendor. The PIN is TACIT_PKCS11_PIN, or is asked for
    #[arg(long, value_name = "FILE", required_if_eq("to", "pkcs11"))]
    pub(super) pkcs11_module: Option<PathBuf>,
    /// Label of the token
    #[arg(long, value_name = "LABEL", required_if_eq("to", "pkcs11"))]
    pub(super) pkcs11_token: Option<String>,
    /// Label of the AES key in the token
    #[arg(long, value_name = "LABEL", required_if_eq("to", "pkcs11"))]
    pub(super) pkcs11_key: Option<String>,
    /// Make that key in the token first: 256 bits, and it never leaves the token
    #[arg(long)]
    pub(super) pkcs11_create_key: bool,
    /// File with the PIN, which only the server's user may read; it is read at each start
    #[arg(long, value_name = "FILE")]
    pub(super) pkcs11_pin_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// What `tacit key rotate-data` takes: a project, all, or else the organization that is named.
#[derive(Debug, Args)]
pub(super) struct RotateDataArguments {
    /// Slug or id of a project whose settings you may change; without it and --all, the key of --organization
    #[arg(long, value_name = "PROJECT", required_unless_present_any = ["all", "organization"])]
    pub(super) project: Option<String>,
    /// All projects and organizations of the server, for its administrators
    #[arg(long, conflicts_with = "project")]
    pub(super) all: bool,
    /// End a replacing that is blocked by rows that do not decrypt: the old key is destroyed, and these with it
    #[arg(long, conflicts_with = "all")]
    pub(super) give_up_damaged: bool,
    #[command(flatten)]
    pub(super) address: ServerAddress,
    #[command(flatten)]
    pub(super) person: Person,
}
