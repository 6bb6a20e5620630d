//! The settings of the mail server.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use crate::app::mail::{Credentials, Encryption, Mailer, SmtpServer};

/// The variable with the password. It has no flag, because everybody can read the arguments of a process.
const PASSWORD_VARIABLE: &str = "TACIT_SMTP_PASSWORD";

/// How to reach the mail server. Without a host no mail is sent.
#[derive(Debug, Default, Args)]
pub(super) struct SmtpArguments {
    /// Mail server; needs --smtp-from and --site-url [default: none, and links are shown instead]
    #[arg(long = "smtp-host", env = "TACIT_SMTP_HOST", value_name = "HOST")]
    pub(super) host: Option<String>,
    /// Port of the mail server [default: 587, 465 or 25, as --smtp-encryption says]
    #[arg(long = "smtp-port", env = "TACIT_SMTP_PORT", value_name = "PORT")]
    pub(super) port: Option<u16>,
    /// How to protect the connection to it [default: starttls]
    #[arg(long = "smtp-encryption", env = "TACIT_SMTP_ENCRYPTION", value_name = "KIND")]
    pub(super) encryption: Option<SmtpEncryption>,
    /// User name for the mail server [default: no sign-in]
    #[arg(long = "smtp-username", env = "TACIT_SMTP_USERNAME", value_name = "NAME")]
    pub(super) username: Option<String>,
    /// File with the password for the mail server. Or the password in `TACIT_SMTP_PASSWORD`
    #[arg(long = "smtp-password-file", env = "TACIT_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// From whom mails are, such as 'Tacit <tacit@example.com>'
    #[arg(long = "smtp-from", env = "TACIT_SMTP_FROM", value_name = "ADDRESS")]
    pub(super) from: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum SmtpEncryption {
    /// In the clear until STARTTLS, which the server must offer.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: for a server on this machine.
    None,
}

impl SmtpEncryption {
    const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }

    const fn encryption(self) -> Encryption {
        match self {
            Self::Starttls => Encryption::StartTls,
            Self::Implicit => Encryption::Implicit,
            Self::None => Encryption::None,
        }
    }
}

impl SmtpArguments {
    /// What is not set here is taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            encryption: self.encryption.or(other.encryption),
            username: self.username.or(other.username),
            password_file: self.password_file.or(other.password_file),
            from: self.from.or(other.from),
        }
    }

    /// The way to the mail server; `None` if none is named.
    ///
    /// # Errors
    ///
    /// If something is missing, or settings contradict each other.
    pub(super) fn mailer(self, site_url: Option<&str>) -> Result<Option<Mailer>, Failure> {
        let Some(host) = self.host else { return Ok(None) };
        let Some(from) = self.from else {
            return Err(Failure::settings(
                "there is a mail server, but nobody whom mails are from",
                "add --smtp-from tacit@example.com",
            ));
        };
        if site_url.is_none() {
            return Err(Failure::settings(
                "there is a mail server, but links in mails need to know this server's address",
                "add --site-url https://tacit.example.com",
            ));
        }
        let encryption = self.encryption.unwrap_or(SmtpEncryption::Starttls);
        let password = password(self.password_file.as_deref())?;
        let credentials = credentials(self.username, password, encryption)?;
        let port = self.port.unwrap_or(encryption.port());
        let server = SmtpServer { host, port, encryption: encryption.encryption(), credentials, from };
        let mailer = Mailer::new(server).ok_or_else(|| {
            Failure::settings(
                "the address that mails are from cannot be used",
                "write --smtp-from tacit@example.com, or --smtp-from 'Tacit <tacit@example.com>'",
            )
        })?;
        Ok(Some(mailer))
    }
}

fn credentials(
    username: Option<String>,
    password: Option<Zeroizing<String>>,
    encryption: SmtpEncryption,
) -> Result<Option<Credentials>, Failure> {
    let (username, password) = match (username, password) {
        (None, None) => return Ok(None),
        (Some(username), Some(password)) => (username, password),
        (Some(_), None) => {
            return Err(Failure::settings(
                "there is a user name for the mail server without a password",
                format!("set {PASSWORD_VARIABLE}, or add --smtp-password-file"),
            ));
        }
        (None, Some(_)) => {
            return Err(Failure::settings(
                "there is a password for the mail server without a user name",
                "add --smtp-username",
            ));
        }
    };
    if encryption == SmtpEncryption::None {
        return Err(Failure::settings(
            "without encryption everybody on the way could read the password for the mail server",
            "use --smtp-encryption starttls or implicit, or leave the user name out",
        ));
    }
    Ok(Some(Credentials { username, password }))
}

/// The file that is named, else the variable.
fn password(file: Option<&Path>) -> Result<Option<Zeroizing<String>>, Failure> {
    let variable = super::config::variable(PASSWORD_VARIABLE);
    let Some(path) = file else {
        return Ok(variable.map(|text| Zeroizing::new(text.to_string_lossy().into_owned())));
    };
    if variable.is_some() {
        return Err(Failure::settings(
            format!("both a password file for the mail server and {PASSWORD_VARIABLE} are set"),
            format!("keep the file and unset {PASSWORD_VARIABLE}"),
        ));
    }
    let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        Failure::settings(
            format!("cannot read the password file {}: {error}", path.display()),
            "check --smtp-password-file and who may read it",
        )
    })?;
    Ok(Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: Option<&str> = Some("https://tacit.example.com");

    fn arguments() -> SmtpArguments {
        SmtpArguments {
            host: Some("mail.example.com".to_owned()),
            from: Some("tacit@example.com".to_owned()),
            ..SmtpArguments::default()
        }
    }

    #[test]
    fn a_mail_server_needs_a_sender_and_the_address_of_the_site() {
        assert!(SmtpArguments::default().mailer(None).unwrap().is_none());
        let mailer = arguments().mailer(SITE).unwrap();
        assert_eq!(format!("{mailer:?}"), "Some(Mailer(mail.example.com:587))");
        assert!(arguments().mailer(None).is_err());
        assert!(SmtpArguments { from: None, ..arguments() }.mailer(SITE).is_err());
        assert!(SmtpArguments { from: Some("tacit".to_owned()), ..arguments() }.mailer(SITE).is_err());
    }

    #[test]
    fn a_password_is_never_sent_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "hunter2\n").unwrap();
        let with = |encryption| SmtpArguments {
            encryption: Some(encryption),
            username: Some("tacit".to_owned()),
            password_file: Some(path.clone()),
            ..arguments()
        };

        assert!(with(SmtpEncryption::Implicit).mailer(SITE).unwrap().is_some());
        assert!(with(SmtpEncryption::None).mailer(SITE).is_err());
        let nameless = SmtpArguments { username: None, ..with(SmtpEncryption::Starttls) };
        assert!(nameless.mailer(SITE).is_err());
        let silent = SmtpArguments { password_file: None, ..with(SmtpEncryption::Starttls) };
        assert!(silent.mailer(SITE).is_err());
    }

    #[test]
    fn flags_win_over_the_file() {
        let file = SmtpArguments { port: Some(25), ..arguments() };
        let flags = SmtpArguments { host: Some("other".to_owned()), ..SmtpArguments::default() };

        let both = flags.or(file);

        assert_eq!((both.host.as_deref(), both.port), (Some("other"), Some(25)));
    }
}
