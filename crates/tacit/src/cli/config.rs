//! The server's settings: flags, then the environment, then `tacit.toml`, then defaults.
//!
//! clap reads flags and `TACIT_*` variables; this adds the file and the defaults. Keys of the file
//! are spelled like the flags, and an unknown one is an error.

mod file;

use std::{
    env,
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use axum::http::HeaderName;
use clap::ValueEnum;
use ipnet::IpNet;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{arguments::ServerArguments, failure::Failure, limits::LimitSettings, places};
use crate::{
    app::{
        answers::BYTES_MAX_DEFAULT, auth_method::clouds::Clouds, backup::Schedule, base_path::BasePath,
        mail::Mailer,
    },
    http::client_certificate,
};
use file::FileSettings;

/// Where the server listens unless told otherwise: this machine only.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Everything the operator chose.
pub(super) struct Settings {
    /// Where to listen.
    pub(super) listen: SocketAddr,
    /// Holds the journal, and the SQLite file unless that is named.
    pub(super) data_folder: PathBuf,
    /// Which database.
    pub(super) database: tacit_store::Settings,
    /// Where the root key comes from.
    pub(super) root_key: RootKeySource,
    /// TLS, if it is on.
    pub(super) tls: Option<TlsFiles>,
    /// Whether a proxy in front does TLS.
    pub(super) is_behind_proxy: bool,
    /// Whose forwarding headers are believed.
    pub(super) trusted_proxies: Vec<IpNet>,
    /// The header in which they hand on the certificate of a client.
    pub(super) client_certificate_header: HeaderName,
    /// Private networks that webhooks may go to.
    pub(super) allowed_egress: Vec<IpNet>,
    /// The address people use.
    pub(super) site_url: Option<String>,
    /// Where everything is below the host name.
    pub(super) base_path: BasePath,
    /// The way to the mail server, if there is one.
    pub(super) mailer: Option<Mailer>,
    /// Where public clouds are.
    pub(super) clouds: Clouds,
    /// Where and how often the server makes backups.
    pub(super) backups: Option<Schedule>,
    /// Where audit streams may write files.
    pub(super) audit_stream_folder: Option<PathBuf>,
    /// Where Prometheus finds the metrics.
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Whether any machine may set the server up.
    pub(super) allow_remote_bootstrap: bool,
    /// Bytes of memory for answers that may be given again.
    pub(super) answer_memory: u64,
    /// Days that audit events are kept whose project does not say how long.
    pub(super) audit_retention_days: Option<i64>,
    /// Whether answers wait until their events are in the database.
    pub(super) strict_audit: bool,
    /// How long to go on answering after being asked to stop.
    pub(super) drain_delay: Duration,
    /// How much is taken of clients.
    pub(super) limits: LimitSettings,
    /// How to log.
    pub(super) log_format: LogFormat,
    /// What to log.
    pub(super) log_level: String,
}

/// Where the root key comes from.
#[derive(Clone)]
pub(super) enum RootKeySource {
    /// A file, made at the first start.
    File(PathBuf),
    /// The variable `TACIT_ROOT_KEY`.
    Variable(Zeroizing<String>),
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub(super) struct TlsFiles {
    /// The certificate chain in PEM.
    pub(super) certificate: PathBuf,
    /// The private key in PEM.
    pub(super) key: PathBuf,
    /// Whether clients are asked for a certificate.
    pub(super) asks_clients: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Network(IpNet);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().ok();
        let address = || text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
        network.or_else(address).map(Self).ok_or_else(|| {
            format!("{text:?} is neither a network such as 10.0.0.0/8 nor an address such as 10.0.0.7")
        })
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Puts the settings together.
///
/// # Errors
///
/// If the file cannot be read or holds an unknown key, or settings contradict each other.
pub(super) fn resolve(flags: ServerArguments, file: Option<&Path>) -> Result<Settings, Failure> {
    let mut file = FileSettings::find(file)?;
    let smtp = flags.smtp.or(file.smtp());
    let clouds = flags.clouds.or(file.clouds()).clouds()?;
    let backups = flags.backups.or(file.backups()).schedule()?;
    let limits = flags.limits.or(file.limits()).settings();
    let data_dir = flags.data_dir.or(file.data_dir);
    let data_folder = data_dir.clone().map_or_else(places::data_folder, Ok)?;
    let key_file = flags.root_key_file.or(file.root_key_file);
    let egress = if flags.allow_egress.is_empty() { file.allow_egress } else { Some(flags.allow_egress) };
    let proxies = if flags.trusted_proxy.is_empty() { file.trusted_proxy } else { Some(flags.trusted_proxy) };
    let site_url = flags.site_url.or(file.site_url).map(|url| site_url(&url)).transpose()?;
    Ok(Settings {
        listen: flags.listen.or(file.listen).unwrap_or(LISTEN_DEFAULT),
        database: database(flags.database_url.or(file.database_url), &data_folder)?,
        root_key: root_key(key_file, data_dir.as_deref())?,
        data_folder,
        tls: tls(
            flags.tls_cert.or(file.tls_cert),
            flags.tls_key.or(file.tls_key),
            flags.tls_client_certificates.or(file.tls_client_certificates).unwrap_or(false),
        )?,
        is_behind_proxy: flags.behind_proxy.or(file.behind_proxy).unwrap_or(false),
        trusted_proxies: networks(proxies),
        client_certificate_header: header(
            flags.client_certificate_header.or(file.client_certificate_header).as_deref(),
        )?,
        allowed_egress: networks(egress),
        mailer: smtp.mailer(site_url.as_deref())?,
        clouds,
        backups,
        site_url,
        base_path: base_path(&flags.base_path.or(file.base_path).unwrap_or_default())?,
        audit_stream_folder: flags.audit_stream_dir.or(file.audit_stream_dir),
        metrics_listen: flags.metrics_listen.or(file.metrics_listen),
        allow_remote_bootstrap: flags.allow_remote_bootstrap.or(file.allow_remote_bootstrap).unwrap_or(false),
        answer_memory: flags
            .answer_memory
            .or(file.answer_memory)
            .map_or(BYTES_MAX_DEFAULT, |mib| u64::from(mib) << 20),
        audit_retention_days: flags.audit_retention.or(file.audit_retention).map(i64::from),
        strict_audit: flags.strict_audit.or(file.strict_audit).unwrap_or(false),
        drain_delay: Duration::from_secs(flags.drain_delay.or(file.drain_delay).unwrap_or(0).into()),
        limits,
        log_format: flags.log_format.or(file.log_format).unwrap_or(LogFormat::Auto),
        log_level: flags.log_level.or(file.log_level).unwrap_or_else(|| "info".to_owned()),
    })
}

fn networks(networks: Option<Vec<Network>>) -> Vec<IpNet> {
    networks.unwrap_or_default().into_iter().map(|network| network.0).collect()
}

/// Where the server of this machine can be reached, for the commands that talk to it.
///
/// # Errors
///
/// As [`resolve`].
pub(super) fn server_url(file: Option<&Path>) -> Result<String, Failure> {
    let file = FileSettings::find(file)?;
    let named = variable("TACIT_LISTEN").and_then(|text| text.to_str()?.parse().ok());
    let listen = named.or(file.listen).unwrap_or(LISTEN_DEFAULT);
    let is_tls = variable("TACIT_TLS_CERT").is_some() || file.tls_cert.is_some();
    let scheme = if is_tls { "https" } else { "http" };
    Ok(format!("{scheme}://{}", reachable(listen)))
}

/// What the other commands need to find the server at `url`: nothing, or ` --url …`.
pub(super) fn url_flag(url: &str) -> String {
    if url == "http://127.0.0.1:8080" { String::new() } else { format!(" --url {url}") }
}

/// An address to connect to for one to listen on: 0.0.0.0 is no destination.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            (Ipv4Addr::LOCALHOST, address.port()).into()
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            (std::net::Ipv6Addr::LOCALHOST, address.port()).into()
        }
        address => address,
    }
}

/// A variable that must not have a flag because everybody can read the arguments of a process.
pub(super) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn database(url: Option<String>, data_folder: &Path) -> Result<tacit_store::Settings, Failure> {
    let Some(url) = url else { return Ok(tacit_store::Settings::Sqlite(data_folder.join("tacit.db"))) };
    store(&url)
}

/// A database that is named.
///
/// # Errors
///
/// If the text names none.
pub(super) fn store(url: &str) -> Result<tacit_store::Settings, Failure> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    if !is_postgres && (path.is_empty() || path.contains("://")) {
        // The text is not shown: it may hold a password.
        return Err(Failure::settings(
            "the database URL is neither a postgres:// address nor a file",
            "write postgres://user:password@host/name, or sqlite:/path/to/tacit.db",
        ));
    }
    Ok(tacit_store::Settings::parse(url))
}

/// The file that is named; else the variable; else where the data directory or the user says.
fn root_key(file: Option<PathBuf>, data_dir: Option<&Path>) -> Result<RootKeySource, Failure> {
    let key = variable("TACIT_ROOT_KEY");
    match (file, key, data_dir) {
        (Some(_), Some(_), _) => Err(Failure::settings(
            "both a root key file and TACIT_ROOT_KEY are set",
            "keep the file and unset TACIT_ROOT_KEY",
        )),
        (Some(file), None, _) => Ok(RootKeySource::File(file)),
        (None, Some(key), _) => {
            Ok(RootKeySource::Variable(Zeroizing::new(key.to_string_lossy().into_owned())))
        }
        (None, None, Some(folder)) => Ok(RootKeySource::File(folder.join("root-key").join("root.key"))),
        (None, None, None) => Ok(RootKeySource::File(places::configuration_folder()?.join("root.key"))),
    }
}

fn tls(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    asks_clients: bool,
) -> Result<Option<TlsFiles>, Failure> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key, asks_clients })),
        (None, None) if asks_clients => Err(Failure::settings(
            "clients cannot be asked for a certificate without TLS",
            "add --tls-cert and --tls-key; or let a proxy ask, which hands it on in a header",
        )),
        (None, None) => Ok(None),
        (Some(_), None) => {
            Err(Failure::settings("there is a TLS certificate without a key", "add --tls-key"))
        }
        (None, Some(_)) => {
            Err(Failure::settings("there is a TLS key without a certificate", "add --tls-cert"))
        }
    }
}

fn header(name: Option<&str>) -> Result<HeaderName, Failure> {
    let Some(name) = name else { return Ok(client_certificate::HEADER) };
    name.parse().map_err(|_| {
        Failure::settings(
            format!("{name:?} is no name of a header"),
            "write --client-certificate-header x-client-cert, or leave it out",
        )
    })
}

fn base_path(text: &str) -> Result<BasePath, Failure> {
    BasePath::parse(text).map_err(|error| {
        Failure::settings(
            format!("the base path {text:?} {error}"),
            "write --base-path /tacit, or leave it out",
        )
    })
}

/// Only an origin.
fn site_url(text: &str) -> Result<String, Failure> {
    let origin = text.trim_end_matches('/');
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    if host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])) {
        return Ok(origin.to_owned());
    }
    Err(Failure::settings(
        format!("the site URL {text:?} is not an address like https://tacit.example.com"),
        "write scheme and host only; a path is what --base-path says",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_url_is_an_origin() {
        assert_eq!(site_url("https://tacit.example.com/").unwrap(), "https://tacit.example.com");
        for wrong in ["tacit.example.com", "https://", "https://a/b", "https://user@a", "ftp://a"] {
            assert!(site_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_single_address_is_a_network_of_one() {
        assert_eq!("10.0.0.7".parse::<Network>(), "10.0.0.7/32".parse());
        assert!("10.0.0.7/33".parse::<Network>().is_err());
    }

    #[test]
    fn everywhere_is_reached_through_loopback() {
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()).to_string(), "127.0.0.1:80");
        assert_eq!(reachable("[::]:80".parse().unwrap()).to_string(), "[::1]:80");
        assert_eq!(reachable("10.0.0.7:80".parse().unwrap()).to_string(), "10.0.0.7:80");
    }

    #[test]
    fn another_scheme_is_no_database_and_is_not_shown() {
        let failure =
            database(Some("mysql://root:hunter2@db/tacit".to_owned()), Path::new("/data")).unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
    }
}
