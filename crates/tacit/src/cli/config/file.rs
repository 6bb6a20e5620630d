//! `tacit.toml`.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::http::rate_limit::Rate;

use super::{
    super::{
        backup_schedule::BackupScheduleArguments,
        clouds::CloudArguments,
        failure::Failure,
        limits::LimitArguments,
        places,
        smtp::{SmtpArguments, SmtpEncryption},
    },
    LogFormat, Network,
};

/// The name of the file where it is looked for.
const NAME: &str = "tacit.toml";

/// What the file may hold: the flags of `tacit server`, spelled the same. No secret but the
/// database's password; the root key and the mail server's password have files of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileSettings {
    pub(super) listen: Option<SocketAddr>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) database_url: Option<String>,
    pub(super) root_key_file: Option<PathBuf>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) tls_client_certificates: Option<bool>,
    pub(super) behind_proxy: Option<bool>,
    pub(super) trusted_proxy: Option<Vec<Network>>,
    pub(super) client_certificate_header: Option<String>,
    pub(super) allow_egress: Option<Vec<Network>>,
    pub(super) site_url: Option<String>,
    pub(super) base_path: Option<String>,
    smtp_host: Option<String>,
    smtp_port: Option<u16>,
    smtp_encryption: Option<SmtpEncryption>,
    smtp_username: Option<String>,
    smtp_password_file: Option<PathBuf>,
    smtp_from: Option<String>,
    google_apis_url: Option<String>,
    azure_login_url: Option<String>,
    azure_issuer_url: Option<String>,
    aws_sts_endpoint: Option<Vec<String>>,
    oci_identity_endpoint: Option<Vec<String>>,
    alicloud_sts_endpoint: Option<String>,
    backup_dir: Option<PathBuf>,
    backup_every: Option<String>,
    backup_keep: Option<u16>,
    pub(super) audit_stream_dir: Option<PathBuf>,
    pub(super) metrics_listen: Option<SocketAddr>,
    pub(super) allow_remote_bootstrap: Option<bool>,
    pub(super) answer_memory: Option<u32>,
    pub(super) audit_retention: Option<u16>,
    pub(super) strict_audit: Option<bool>,
    pub(super) drain_delay: Option<u16>,
    max_connections: Option<u32>,
    head_timeout: Option<u16>,
    body_timeout: Option<u16>,
    send_timeout: Option<u16>,
    rate_limit_reads: Option<Rate>,
    rate_limit_writes: Option<Rate>,
    rate_limit_logins: Option<Rate>,
    rate_limit_public: Option<Rate>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) log_level: Option<String>,
}

impl FileSettings {
    /// Reads the file that is named, else `./tacit.toml`, else the one in the configuration
    /// directory. Without any, nothing is set.
    pub(super) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Self::read(path)?.ok_or_else(|| missing(path));
        }
        if let Some(settings) = Self::read(Path::new(NAME))? {
            return Ok(settings);
        }
        // Without a home folder there is no such directory: no error, since flags may say all.
        let Ok(folder) = places::configuration_folder() else { return Ok(Self::default()) };
        Ok(Self::read(&folder.join(NAME))?.unwrap_or_default())
    }

    /// What it says about the mail server.
    pub(super) fn smtp(&mut self) -> SmtpArguments {
        SmtpArguments {
            host: self.smtp_host.take(),
            port: self.smtp_port,
            encryption: self.smtp_encryption,
            username: self.smtp_username.take(),
            password_file: self.smtp_password_file.take(),
            from: self.smtp_from.take(),
        }
    }

    /// What it says about public clouds.
    pub(super) fn clouds(&mut self) -> CloudArguments {
        CloudArguments {
            google_apis: self.google_apis_url.take(),
            azure_login: self.azure_login_url.take(),
            azure_issuer: self.azure_issuer_url.take(),
            aws_sts: self.aws_sts_endpoint.take().unwrap_or_default(),
            oci_identity: self.oci_identity_endpoint.take().unwrap_or_default(),
            alicloud_sts: self.alicloud_sts_endpoint.take(),
        }
    }

    /// What it says about backups.
    pub(super) fn backups(&mut self) -> BackupScheduleArguments {
        BackupScheduleArguments {
            dir: self.backup_dir.take(),
            every: self.backup_every.take(),
            keep: self.backup_keep,
        }
    }

    /// What it says about limits.
    pub(super) fn limits(&self) -> LimitArguments {
        LimitArguments {
            max_connections: self.max_connections,
            head_timeout: self.head_timeout,
            body_timeout: self.body_timeout,
            send_timeout: self.send_timeout,
            rate_limit_reads: self.rate_limit_reads,
            rate_limit_writes: self.rate_limit_writes,
            rate_limit_logins: self.rate_limit_logins,
            rate_limit_public: self.rate_limit_public,
        }
    }

    fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, &error)),
        };
        let mut settings = Self::parse(&text).map_err(|cause| invalid(path, &cause))?;
        settings.resolve_paths(path.parent().unwrap_or(Path::new("")));
        Ok(Some(settings))
    }

    /// The message says line and key, and never quotes the line: it may hold a password.
    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }

    /// A path in the file is relative to the file, so that it means the same wherever one starts.
    fn resolve_paths(&mut self, folder: &Path) {
        let paths = [
            &mut self.data_dir,
            &mut self.root_key_file,
            &mut self.tls_cert,
            &mut self.tls_key,
            &mut self.smtp_password_file,
            &mut self.backup_dir,
            &mut self.audit_stream_dir,
        ];
        for path in paths.into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }
}

fn missing(path: &Path) -> Failure {
    Failure::settings(
        format!("there is no settings file {}", path.display()),
        "check --config, or leave it out to start with defaults",
    )
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::settings(
        format!("cannot read the settings file {}: {error}", path.display()),
        "check who may read it",
    )
}

fn invalid(path: &Path, cause: &str) -> Failure {
    Failure::settings(
        format!("settings file {}, {cause}", path.display()),
        "see docs/server.md for the keys; they are spelled like the flags of tacit server",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = FileSettings::parse("log-level = 'warn'\nlisten-on = '127.0.0.1:1'\n").unwrap_err();
        assert!(error.starts_with("line 2: ") && error.contains("`listen-on`"), "{error}");
    }

    #[test]
    fn a_wrong_value_is_not_quoted_with_its_line() {
        let error = FileSettings::parse("database-url = 'postgres://u:hunter2@h/d' x").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let mut settings = FileSettings::parse("data-dir = 'data'\ntls-cert = '/etc/cert.pem'").unwrap();
        settings.resolve_paths(Path::new("/srv/tacit"));
        assert_eq!(settings.data_dir.as_deref(), Some(Path::new("/srv/tacit/data")));
        assert_eq!(settings.tls_cert.as_deref(), Some(Path::new("/etc/cert.pem")));
    }
}
