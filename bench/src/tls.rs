//! A certificate for this run, and how its holder is recognised.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tokio_rustls::TlsConnector;

use crate::error::{Error, Result};

/// Certificate and key in PEM, for the servers that the bench starts.
#[derive(Clone, clap::Args)]
pub(crate) struct TlsFiles {
    /// Certificate in PEM: answer with TLS.
    #[arg(long = "tls-cert", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long = "tls-key", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
}

/// TLS between the bench and the servers.
#[derive(Clone)]
pub(crate) struct Tls {
    /// The file of the certificate.
    pub(crate) certificate: PathBuf,
    /// The file of its private key.
    pub(crate) key: PathBuf,
    /// Connects to who holds that key, and to nobody else.
    pub(crate) connector: TlsConnector,
}

impl Tls {
    /// Makes a self-signed certificate for the loopback address, and writes its files into `folder`.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let unfit =
            |error: &dyn std::error::Error| Error::Unfit(format!("cannot make a certificate: {error}"));
        let made =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).map_err(|error| unfit(&error))?;
        let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
        write(&certificate, &made.cert.pem())?;
        write(&key, &made.signing_key.serialize_pem())?;
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).map_err(|error| unfit(&error))?;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(|error| unfit(&error))?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { certificate, key, connector: TlsConnector::from(Arc::new(config)) })
    }

    /// Certificate and key as arguments of a server: Tacit, the stand-in and the floor take the same.
    pub(crate) fn arguments(&self) -> [&std::ffi::OsStr; 4] {
        ["--tls-cert".as_ref(), self.certificate.as_ref(), "--tls-key".as_ref(), self.key.as_ref()]
    }
}

/// Writes a file that nobody else may read.
fn write(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(Error::io(format!("cannot write {}", path.display())))
}
