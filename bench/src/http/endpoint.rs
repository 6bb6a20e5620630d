//! Where a server listens, and how to connect to it.

use std::{fmt, io, net::SocketAddr};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::error::{Error, Result};

/// Where a server listens, and whether with TLS.
#[derive(Clone)]
pub(crate) struct Endpoint {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Endpoint {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl From<SocketAddr> for Endpoint {
    /// Without TLS.
    fn from(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl Endpoint {
    /// With TLS, if there is a connector.
    pub(crate) fn new(address: SocketAddr, tls: Option<TlsConnector>) -> Self {
        Self { address, tls }
    }

    /// Connects; with TLS the handshake is done afterwards.
    pub(super) async fn connect(&self) -> Result<Stream> {
        let stream = TcpStream::connect(self.address).await;
        let stream = stream.map_err(Error::io(format!("cannot connect to {self}")))?;
        stream.set_nodelay(true).map_err(Error::io("cannot set TCP_NODELAY"))?;
        let Some(tls) = &self.tls else { return Ok(Stream::Plain(stream)) };
        let stream = tls.connect(ServerName::from(self.address.ip()), stream).await;
        Ok(Stream::Tls(Box::new(stream.map_err(Error::io(format!("no TLS with {self}")))?)))
    }
}

/// The bytes of one connection.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Sends all of `bytes`.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                // Else the last of them may stay in the buffer of the session.
                stream.flush().await
            }
        }
    }

    /// Receives what has come, up to the length of `bytes`. Returns how much; zero at the end.
    pub(super) async fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(bytes).await,
            Self::Tls(stream) => stream.read(bytes).await,
        }
    }
}
