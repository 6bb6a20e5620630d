//! Connections for protocols other than HTTP, by the same rules as a [`Question`](super::Question): the address that was
//! checked is the one that is connected to.

use std::{net::SocketAddr, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use ureq::tls::{Certificate, RootCerts};

use super::{Egress, EgressError, trust};

impl Egress {
    /// Connects to a host, given by name or address.
    ///
    /// # Errors
    ///
    /// [`EgressError`].
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let found = timeout(self.0.limits.connect, lookup_host((host, port)))
            .await
            .map_err(|_| EgressError::TimedOut)?;
        let found: Vec<SocketAddr> = found.map_err(|_| EgressError::UnknownHost)?.collect();
        if found.is_empty() {
            return Err(EgressError::UnknownHost);
        }
        let mut permitted = found.into_iter().filter(|address| self.0.rules.permit(address.ip())).peekable();
        permitted.peek().ok_or(EgressError::Refused)?;
        let first_that_answers = async {
            for address in permitted {
                if let Ok(stream) = TcpStream::connect(address).await {
                    return Ok(stream);
                }
            }
            Err(EgressError::NotConnected)
        };
        timeout(self.0.limits.connect, first_that_answers).await.map_err(|_| EgressError::TimedOut)?
    }

    /// Begins TLS with a host, which has to show a certificate for its name or address. `ca_certificate` is PEM of the
    /// certificates to trust in place of the system's; empty for those of the system.
    ///
    /// # Errors
    ///
    /// [`EgressError::Tls`].
    pub async fn begin_tls(
        &self,
        stream: TcpStream,
        host: &str,
        ca_certificate: &str,
    ) -> Result<TlsStream<TcpStream>, EgressError> {
        let roots = match ca_certificate.trim() {
            "" => match self.roots() {
                RootCerts::Specific(certificates) => store(&certificates),
                _ => RootCertStore::empty(),
            },
            pem => store(&trust::certificates(pem.as_bytes())),
        };
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| EgressError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).map_err(|_| EgressError::Tls)?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|_| EgressError::Tls)
    }
}

/// Those that rustls can read: one of a system that it cannot must not end all TLS.
fn store(certificates: &[Certificate<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(
        certificates.iter().map(|certificate| CertificateDer::from(certificate.der().to_vec())),
    );
    roots
}
