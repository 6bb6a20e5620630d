//! What the command line takes. Flags win over variables, variables over `tacit.toml`
//! ([`config`](super::config)).

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, builder::BoolishValueParser};

use super::{
    audit::AuditArguments,
    backup_arguments::{BackupArguments, MigrateStoreArguments, RestoreArguments},
    backup_schedule::BackupScheduleArguments,
    clouds::CloudArguments,
    config::{LogFormat, Network},
    key::arguments::KeyArguments,
    limits::LimitArguments,
    smtp::SmtpArguments,
    unseal::UnsealArguments,
};

pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 success or stopped as asked; 1 refused, no answer or not healthy; 2 wrong settings;
3 database or audit journal cannot be used; 4 root key missing, unsafe or wrong; 5 address or certificate unusable.";

/// A self-hosted secrets manager.
#[derive(Debug, Parser)]
#[command(name = "tacit", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// Settings file [default: ./tacit.toml, then tacit.toml in the configuration directory]
    #[arg(long, global = true, env = "TACIT_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start the server; no settings needed
    #[command(after_help = EXIT_CODES)]
    Server(Box<ServerArguments>),
    /// Make the first administrator and organization of a running server
    #[command(after_help = EXIT_CODES)]
    Setup(SetupArguments),
    /// Walk from nothing to a secret read by a machine, and print the curls for it
    #[command(after_help = EXIT_CODES)]
    Quickstart(QuickstartArguments),
    /// Bring the database to this release's schema without starting; the server must be stopped
    #[command(after_help = EXIT_CODES)]
    Migrate(Box<ServerArguments>),
    /// Write everything into one encrypted file; the server may run meanwhile
    #[command(after_help = EXIT_CODES)]
    Backup(Box<BackupArguments>),
    /// Put a backup into an empty database, or check that this would work; the server must be stopped for the former
    #[command(after_help = EXIT_CODES)]
    Restore(Box<RestoreArguments>),
    /// Copy a stopped server's database to another one, such as from SQLite to PostgreSQL, and compare every row
    #[command(after_help = EXIT_CODES)]
    MigrateStore(Box<MigrateStoreArguments>),
    /// Make a link to set a forgotten password anew; the server must be stopped
    #[command(after_help = EXIT_CODES)]
    ResetPassword(Box<ResetPasswordArguments>),
    /// Replace, check, recover and move the keys that everything is encrypted under
    Key(Box<KeyArguments>),
    /// Give a sealed server of this machine the passphrase of its root key
    #[command(after_help = EXIT_CODES)]
    Unseal(Box<UnsealArguments>),
    /// Exit 0 if the running server answers, 1 if not; for containers
    #[command(after_help = EXIT_CODES)]
    Healthcheck(ServerAddress),
    /// Prove the audit log, offline, and export it
    #[command(after_help = EXIT_CODES)]
    Audit(Box<AuditArguments>),
}

/// The settings of the server. All have a default.
#[derive(Debug, Default, Args)]
pub(super) struct ServerArguments {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "TACIT_LISTEN", value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// Folder for database, root key and audit journal [default: see docs/server.md]
    #[arg(long, env = "TACIT_DATA_DIR", value_name = "FOLDER")]
    pub(super) data_dir: Option<PathBuf>,
    /// postgres://user:password@host/name, or a SQLite file [default: tacit.db in the data directory]
    #[arg(long, env = "TACIT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,
    /// File with the root key; made at the first start. Or the key itself in TACIT_ROOT_KEY
    #[arg(long, env = "TACIT_ROOT_KEY_FILE", value_name = "FILE")]
    pub(super) root_key_file: Option<PathBuf>,
    /// Certificate chain in PEM; read again when it changes and on SIGHUP
    #[arg(long, env = "TACIT_TLS_CERT", value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM
    #[arg(long, env = "TACIT_TLS_KEY", value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,
    /// Ask clients for a certificate, for TLS Certificate Auth. Browsers that have one then ask their user
    #[arg(long, env = "TACIT_TLS_CLIENT_CERTIFICATES", value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    pub(super) tls_client_certificates: Option<bool>,
    /// A proxy in front does TLS: allow other machines to connect without it
    #[arg(long, env = "TACIT_BEHIND_PROXY", value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    pub(super) behind_proxy: Option<bool>,
    /// Network of proxies whose X-Forwarded-For is believed; may be repeated [default: none]
    #[arg(long, env = "TACIT_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    pub(super) trusted_proxy: Vec<Network>,
    /// Header in which these proxies hand on the certificate of a client
    /// [default: x-identity-tls-cert-auth-client-cert]
    #[arg(long, env = "TACIT_CLIENT_CERTIFICATE_HEADER", value_name = "NAME")]
    pub(super) client_certificate_header: Option<String>,
    /// Network that webhooks and auth methods may go to although it is private; may be repeated [default: none]
    #[arg(long, env = "TACIT_ALLOW_EGRESS", value_name = "CIDR", value_delimiter = ',')]
    pub(super) allow_egress: Vec<Network>,
    /// The address people use, such as `https://tacit.example.com`
    #[arg(long, env = "TACIT_SITE_URL", value_name = "URL")]
    pub(super) site_url: Option<String>,
    /// Path under which everything is served, such as /tacit [default: none]
    #[arg(long, env = "TACIT_BASE_PATH", value_name = "PATH")]
    pub(super) base_path: Option<String>,
    #[command(flatten)]
    pub(super) smtp: SmtpArguments,
    #[command(flatten)]
    pub(super) clouds: CloudArguments,
    #[command(flatten)]
    pub(super) backups: BackupScheduleArguments,
    /// Folder for the files of audit streams [default: no stream writes files]
    #[arg(long, env = "TACIT_AUDIT_STREAM_DIR", value_name = "FOLDER")]
    pub(super) audit_stream_dir: Option<PathBuf>,
    /// Address and port of the metrics for Prometheus [default: no metrics]
    #[arg(long, env = "TACIT_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Let any machine set the server up, without the set-up token
    #[arg(long, env = "TACIT_ALLOW_REMOTE_BOOTSTRAP", value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    pub(super) allow_remote_bootstrap: Option<bool>,
    /// Memory for answers that may be given again, in MiB; 0 remembers none [default: 64]
    #[arg(long, env = "TACIT_ANSWER_MEMORY", value_name = "MIB")]
    pub(super) answer_memory: Option<u32>,
    /// Days that audit events are kept whose project does not say how long [default: for good]
    #[arg(long, env = "TACIT_AUDIT_RETENTION", value_name = "DAYS",
        value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) audit_retention: Option<u16>,
    /// Answer only when the audit event of the request is in the database: no power failure loses one, and reads
    /// are slower
    #[arg(long, env = "TACIT_STRICT_AUDIT", value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    pub(super) strict_audit: Option<bool>,
    /// Seconds to go on answering after being asked to stop, while `/api/status` says 503 so that load
    /// balancers look elsewhere [default: 0]
    #[arg(long, env = "TACIT_DRAIN_DELAY", value_name = "SECONDS")]
    pub(super) drain_delay: Option<u16>,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// How to write the log [default: auto, which is text on a terminal, else JSON]
    #[arg(long, env = "TACIT_LOG_FORMAT", value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
    /// error, warn, info, debug or trace, also per module: info,tacit_store=debug [default: info]
    #[arg(long, env = "TACIT_LOG_LEVEL", value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
}

/// What `tacit reset-password` takes.
#[derive(Debug, Args)]
pub(super) struct ResetPasswordArguments {
    /// E-mail of the person
    #[arg(long, value_name = "EMAIL")]
    pub(super) email: String,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

/// Which running server a command talks to.
#[derive(Debug, Args)]
pub(super) struct ServerAddress {
    /// The server [default: http://127.0.0.1:8080, or where this machine's settings say]
    #[arg(long, env = "TACIT_URL", value_name = "URL")]
    pub(super) url: Option<String>,
    /// Certificates to trust, in PEM [default: those of the system]
    #[arg(long, env = "TACIT_CA_CERT", value_name = "FILE")]
    pub(super) ca_cert: Option<PathBuf>,
}

/// Who signs in or is made the administrator. On a terminal everything that is missing is asked for.
#[derive(Debug, Args)]
pub(super) struct Person {
    /// E-mail of the administrator
    #[arg(long, value_name = "EMAIL")]
    pub(super) email: Option<String>,
    /// Name of the organization, or the slug of one that is there
    #[arg(long, value_name = "NAME")]
    pub(super) organization: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// File with the set-up token of a server on another machine. Or the token in TACIT_SETUP_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(super) setup_token_file: Option<PathBuf>,
}

/// What `tacit setup` takes.
#[derive(Debug, Args)]
pub(super) struct SetupArguments {
    #[command(flatten)]
    pub(super) server: ServerAddress,
    #[command(flatten)]
    pub(super) person: Person,
    /// Print the server's answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What `tacit quickstart` takes.
#[derive(Debug, Args)]
pub(super) struct QuickstartArguments {
    #[command(flatten)]
    pub(super) server: ServerAddress,
    #[command(flatten)]
    pub(super) person: Person,
    /// Delete the project and the identity that an earlier quickstart made
    #[arg(long)]
    pub(super) undo: bool,
    /// Print what was made as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_switch_can_be_turned_off_again() {
        let arguments = Arguments::parse_from(["tacit", "server", "--behind-proxy=no"]);
        let Command::Server(server) = arguments.command else { panic!("another command") };
        assert_eq!(server.behind_proxy, Some(false));
        assert_eq!(server.allow_remote_bootstrap, None);
    }
}
